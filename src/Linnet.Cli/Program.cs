using Linnet.Cli;

using var interrupt = new Interrupt();
return await CommandLine.RunAsync(args, Shell.OfThisProcess(), interrupt.Token);
