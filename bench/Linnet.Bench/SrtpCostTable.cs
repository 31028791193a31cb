using System.Globalization;

namespace Linnet.Bench;

/// <summary>
/// CPU time for a datagram to a listener, plain and over SRTP. The two alternate in one run, so that both meet the same load.
/// </summary>
internal static class SrtpCostTable
{
    private const int Rounds = 15;
    private const int Datagrams = 20_000;
    private static readonly int[] Crowds = [1, 100, 1000];

    internal static void Print(TextWriter output)
    {
        output.WriteLine("| listeners | plain | SRTP | ratio (median of rounds) |");
        output.WriteLine("| --- | --- | --- | --- |");
        foreach (int listeners in Crowds)
        {
            using FanOutBench plain = Create(listeners, "udp");
            using FanOutBench secure = Create(listeners, "srtp");
            var costs = new List<(double Plain, double Secure)>();
            for (int round = -2; round < Rounds; round++)
            {
                (double Plain, double Secure) cost = (Run(plain, listeners), Run(secure, listeners));
                if (round >= 0)
                {
                    costs.Add(cost);
                }
            }

            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {listeners} | {Median(costs.Select(static c => c.Plain)):0.00} µs "
                    + $"| {Median(costs.Select(static c => c.Secure)):0.00} µs "
                    + $"| {Median(costs.Select(static c => c.Secure / c.Plain)):0.00} |"));
        }
    }

    private static FanOutBench Create(int listeners, string transport)
    {
        var bench = new FanOutBench { Listeners = listeners, Transport = transport };
        bench.Setup();
        return bench;
    }

    // Microseconds of the whole process, in user and kernel mode.
    private static double Run(FanOutBench bench, int listeners)
    {
        int packets = Datagrams / listeners;
        TimeSpan before = Environment.CpuUsage.TotalTime;
        for (int i = 0; i < packets; i++)
        {
            bench.PublishAndSend();
        }

        return (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / (packets * listeners);
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);
}
