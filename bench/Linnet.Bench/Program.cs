using BenchmarkDotNet.Running;
using Linnet.Bench;

if (args is ["profiles"])
{
    ProfileTable.Print(Console.Out);
    return;
}

if (args is ["codecs"])
{
    CodecCostTable.Print(Console.Out);
    return;
}

if (args is ["srtp"])
{
    SrtpCostTable.Print(Console.Out);
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
