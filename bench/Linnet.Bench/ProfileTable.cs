using System.Globalization;
using Linnet.Receive;
using Linnet.Tests.Fakes;

namespace Linnet.Bench;

/// <summary>
/// Prints the table in docs/receive.md: each profile on each kind of bad network, ten simulated minutes for each of three seeds, next
/// to a fixed buffer of the same average depth.
/// </summary>
internal static class ProfileTable
{
    private const int Seeds = 3;

    internal static void Print(TextWriter output)
    {
        output.WriteLine(
            "| network | profile | average wait | longest | underruns | made up | fixed: average wait | underruns | made up |");
        output.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (string trace in JitterTrace.Names)
        {
            foreach (ReceiverProfile profile in ReceiverProfile.All)
            {
                PrintRow(output, trace, profile);
            }
        }
    }

    private static void PrintRow(TextWriter output, string trace, ReceiverProfile profile)
    {
        double packetMs = profile.Rendition is null ? 20 : 5;
        ReplayResult[] adaptive = new ReplayResult[Seeds];
        ReplayResult[] still = new ReplayResult[Seeds];
        for (int seed = 0; seed < Seeds; seed++)
        {
            Arrival[] arrivals = JitterTrace.Of(trace, packetMs, seed: seed + 1);
            adaptive[seed] = Run(new ReceiverOptions { Profile = profile });

            // A path that becomes shorter leaves any buffer too deep for a moment, so the fixed one is set lower by that amount.
            TimeSpan depth = adaptive[seed].AverageDelay;
            still[seed] = Run(new ReceiverOptions { Latency = depth });
            still[seed] = Run(new ReceiverOptions { Latency = depth + depth - still[seed].AverageDelay });

            ReplayResult Run(ReceiverOptions options) =>
                ArrivalReplay.Run(options, JitterTrace.ClockRate, (int)(packetMs * JitterTrace.ClockRate / 1000), arrivals);
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {trace} | {profile.Name} | {Ms(adaptive, r => r.AverageDelay)} "
            + $"| {adaptive.Max(r => r.MostDelay).TotalMilliseconds:F0} ms | {adaptive.Sum(r => r.Underruns)} | {Share(adaptive)} "
            + $"| {Ms(still, r => r.AverageDelay)} | {still.Sum(r => r.Underruns)} | {Share(still)} |"));
    }

    private static string Ms(ReplayResult[] results, Func<ReplayResult, TimeSpan> value) =>
        string.Create(CultureInfo.InvariantCulture, $"{results.Average(r => value(r).TotalMilliseconds):F1} ms");

    private static string Share(ReplayResult[] results) =>
        string.Create(CultureInfo.InvariantCulture, $"{results.Sum(r => r.Concealed.TotalSeconds) / (Seeds * 600) * 100:F2} %");
}
