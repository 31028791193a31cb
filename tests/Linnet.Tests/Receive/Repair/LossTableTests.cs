using System.Globalization;
using Linnet.Receive;
using Linnet.Receive.Repair;
using Linnet.Wire.Rtp;

namespace Linnet.Tests.Receive.Repair;

/// <summary>
/// How much audio is damaged on paths that lose packets in both directions, in simulated time: the table of docs/receive.md.
/// </summary>
public class LossTableTests
{
    private const int Few = 2000;
    private const int Many = 60_000;

    private const string Random5 = "loss=5%";
    private const string Random10 = "loss=10%";
    private const string Random20 = "loss=20%";
    private const string Bursts = "loss=19%,burst=60ms";

    /// <summary>
    /// Path, round trip, latency, and the most that may be damaged, in percent; then the limit for as few windows as here, where a
    /// single one counts for much.
    /// </summary>
    public static TheoryData<string, int, int, double, double> Cells => new()
    {
        { Random5, 5, 100, 0.01, 0.04 },
        { Random10, 5, 100, 0.1, 0.1 },
        { Random20, 5, 100, 1, 0.5 },
        { Bursts, 5, 100, 4, 5.5 },
        { Random5, 200, 100, 0.1, 0.15 },
        { Random10, 200, 100, 0.5, 0.5 },
        { Random20, 200, 100, 3, 2 },
        { Bursts, 200, 100, 9, 8 },
        { Random5, 200, 400, 0.05, 0.1 },
        { Random10, 200, 400, 0.3, 0.3 },
        { Random20, 200, 400, 2, 1 },
        { Bursts, 200, 400, 2, 2 },
    };

    [Theory]
    [MemberData(nameof(Cells))]
    public void Losses_are_repaired_within_the_latency(
        string path, int roundTripMs, int latencyMs, double most, double mostOfFew)
    {
        Assert.True(most > 0);
        LossRun run = Run(path, roundTripMs, latencyMs, Few);

        Assert.Equal(Few, run.Windows);
        Assert.InRange(run.Damaged * 100, 0, mostOfFew);
        Assert.InRange(run.LostOnTheWay, 0.04, 0.25);
        Assert.Equal(0, run.Statistics.Jumps);
        RepairMode mode = run.Statistics.Repair.Choice.Mode;
        Assert.Equal(roundTripMs == 5 ? RepairMode.Retransmission : latencyMs == 100 ? RepairMode.Redundancy : RepairMode.Both, mode);
    }

    [Fact]
    public void Without_loss_nothing_is_damaged_and_nothing_is_sent_for_repair()
    {
        LossRun run = Run("loss=0%", 5, 100, 1000);

        Assert.Equal(0, run.Damaged);
        Assert.Equal(0, run.OverheadDown);
        Assert.Equal((0, 0), (run.Statistics.Repair.Requested, run.Statistics.Lost));
    }

    [Fact]
    public void Without_repair_losses_are_damage()
    {
        var run = new LossRun(Options(Random10, 5, 100) with { Repairs = false });
        run.Run(Few);

        Assert.InRange(run.Damaged, 0.08, 0.12);
    }

    [Fact]
    public void Copies_spread_as_far_as_the_latency_allows_beat_adjacent_copies()
    {
        LossRun ours = Run(Bursts, 200, 100, Few);
        var theirs = new LossRun(Options(Bursts, 200, 100) with { Fixed = new Redundancy(2, 20) });
        theirs.Run(Few);

        Assert.InRange(ours.Damaged, 0, theirs.Damaged * 0.85);
    }

    [Fact]
    public void Over_SRTP_losses_are_repaired_and_nothing_forged_or_repeated_is_played()
    {
        LossRunOptions path = Options("loss=10%,burst=30ms,duplicate=4%,corrupt=4%,jitter=4ms,order=loose", 5, 100);
        var secure = new LossRun(path with { IsSecure = true });
        secure.Run(600, settleSeconds: 4);

        Assert.InRange(secure.Damaged, 0, 0.03);
        Assert.InRange(secure.SenderStatistics.Retransmitted, 50, int.MaxValue);
        Assert.InRange(secure.RefusedByClient.Forged, 10, int.MaxValue);
        Assert.InRange(secure.RefusedByClient.Repeated, 10, int.MaxValue);
        Assert.InRange(secure.RefusedByServer.Forged, 1, int.MaxValue);
        Assert.InRange(secure.RefusedByServer.Repeated, 1, int.MaxValue);

        // A packet that was changed on the way is lost, and so requested again. In the clear it is played.
        Assert.Equal(0, secure.Statistics.Corrupt);
        Assert.InRange(secure.Statistics.Foreign, 10, secure.RefusedByClient.Forged);
    }

    /// <summary>Prints the table: <c>Linnet.Tests --explicit only --filter-method "*LossTable*" --show-live-output on</c>.</summary>
    [Fact(Explicit = true)]
    public void The_table_of_the_documentation()
    {
        Print("| path | round trip | latency | repair | damaged | at most | added down | added up | unrepaired |");
        foreach ((string path, int roundTripMs, int latencyMs, double most, _) in Cells.Select(row => row.Data))
        {
            LossRun run = Run(path, roundTripMs, latencyMs, Many);
            var without = new LossRun(Options(path, roundTripMs, latencyMs) with { Repairs = false });
            without.Run(Many);
            RepairChoice choice = run.Statistics.Repair.Choice;
            Print(string.Create(CultureInfo.InvariantCulture,
                $"| {path} | {roundTripMs} ms | {latencyMs} ms | {choice.Mode} {choice.Redundancy} "
                + $"| {run.Damaged * 100:0.000} % | {most} % "
                + $"| {run.OverheadDown * 100:0} % | {run.OverheadUp * 100:0.0} % | {without.Damaged * 100:0.0} % |"));
        }

        foreach ((string what, LossRunOptions options) in new[]
        {
            ("bursts, each way its own", Options(Bursts, 5, 100) with { IsSharedFade = false }),
            ("bursts, copies 20 ms apart", Options(Bursts, 200, 100) with { Fixed = new Redundancy(2, 20) }),
            ("bursts, each way its own, robust", Options(Bursts, 200, 400) with { IsSharedFade = false }),
        })
        {
            var run = new LossRun(options);
            run.Run(Many);
            Print(string.Create(CultureInfo.InvariantCulture,
                $"| {what} | {options.RoundTrip.TotalMilliseconds} ms | {options.Latency.TotalMilliseconds} ms | "
                + $"| {run.Damaged * 100:0.000} % | | {run.OverheadDown * 100:0} % | {run.OverheadUp * 100:0.0} % | |"));
        }

        static void Print(string line) => TestContext.Current.TestOutputHelper!.WriteLine(line);
    }

    private static LossRun Run(string path, int roundTripMs, int latencyMs, int windows)
    {
        var run = new LossRun(Options(path, roundTripMs, latencyMs));
        run.Run(windows);
        return run;
    }

    private static LossRunOptions Options(string path, int roundTripMs, int latencyMs) => new()
    {
        Path = path,
        RoundTrip = TimeSpan.FromMilliseconds(roundTripMs),
        Latency = TimeSpan.FromMilliseconds(latencyMs),
    };
}
