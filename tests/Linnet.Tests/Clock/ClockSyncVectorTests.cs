using System.Globalization;
using System.Text;
using Linnet.Clock;

namespace Linnet.Tests.Clock;

/// <summary>
/// Exchanges and what <see cref="ClockSync"/> makes of them, in a file that the page's JavaScript is tested with as well. To write it
/// again: <c>LINNET_WRITE_VECTORS=1</c>.
/// </summary>
public class ClockSyncVectorTests
{
    private const string Name = "clock-sync.json";

    [Fact]
    public void The_shared_vectors_are_what_this_code_gives()
    {
        string text = Write();
        string path = Path.Combine(ArchitectureTests.Root, "tests", "Linnet.Tests", "Vectors", Name);
        if (Environment.GetEnvironmentVariable("LINNET_WRITE_VECTORS") == "1")
        {
            File.WriteAllText(path, text);
        }

        Assert.Equal(text, File.ReadAllText(path).ReplaceLineEndings("\n"));
    }

    private static string Write()
    {
        var json = new StringBuilder();
        json.Append("{\n")
            .Append("  \"about\": \"Microseconds. Each step is an exchange [sent, received, replied, returned, accepted] or a reading ")
            .Append("[now, offset, bound, drift in ppm, bound of it, epoch].\",\n")
            .Append("  \"cases\": [\n");
        string[] cases =
        [
            Case("local network", new TwoClocks(1), (200, -200), _ => { }),
            Case("asymmetric with jitter", new TwoClocks(2) { Out = 20_000, Back = 3000, Jitter = 80_000 }, (-200, 200), _ => { }),
            Case("the other machine restarts", new TwoClocks(3), (20, 30), clocks => clocks.Restart(123)),
            Case("sleep that stops the clock", new TwoClocks(4), (0, 50), clocks => clocks.Sleep(30e6)),
            Case("sleep in which the clock goes on", new TwoClocks(5), (0, -50), clocks => clocks.Advance(3600e6)),
            Case("the rate changes", new TwoClocks(6) { Jitter = 50 }, (0, 0), clocks => clocks.Skew(0, 300)),
            Case("coarse clock", new TwoClocks(7) { Resolution = 100 }, (10, 0), _ => { }),
        ];
        return json.AppendJoin(",\n", cases).Append("\n  ]\n}\n").ToString();
    }

    private static string Case(string name, TwoClocks clocks, (double Ours, double Theirs) skew, Action<TwoClocks> change)
    {
        clocks.Skew(skew.Ours, skew.Theirs);
        var sync = new ClockSync(clocks.Resolution);
        var steps = new List<string>();
        for (int i = 0; i < 60; i++)
        {
            if (i == 40)
            {
                change(clocks);
                steps.Add(Read(sync, clocks.Ours));
            }

            ClockExchange exchange = clocks.Exchange();
            exchange = i == 30 ? exchange with { Replied = exchange.Received - 1 } : exchange;
            bool isAccepted = sync.TryAdd(exchange);
            steps.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"[{exchange.Sent}, {exchange.Received}, {exchange.Replied}, {exchange.Returned}, {(isAccepted ? "true" : "false")}]"));
            clocks.Advance(i < 20 ? 200_000 : 2_000_000 * clocks.Uniform());
            if (i % 5 == 0)
            {
                steps.Add(Read(sync, clocks.Ours));
            }
        }

        string all = string.Join(",\n      ", steps);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"    {{ \"name\": \"{name}\", \"resolution\": {clocks.Resolution}, \"steps\": [\n      {all}\n    ] }}");
    }

    private static string Read(ClockSync sync, long now)
    {
        ClockEstimate read = sync.Read(now)!.Value;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"[{now}, {read.OffsetMicroseconds:R}, {read.BoundMicroseconds:R}, {read.DriftPpm:R}, {read.DriftBoundPpm:R}, {read.Epoch}]");
    }
}
