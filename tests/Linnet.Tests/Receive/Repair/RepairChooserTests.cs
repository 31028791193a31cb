using Linnet.Receive.Repair;
using Linnet.Wire.Rtp;

namespace Linnet.Tests.Receive.Repair;

/// <summary>Ticks are milliseconds.</summary>
public class RepairChooserTests
{
    private readonly RepairChooser _chooser = new(ticksPerSecond: 1000);

    [Theory]
    [InlineData(0, 1.0, 5, 60, RepairMode.Retransmission, null)]
    [InlineData(0.1, 1.2, 5, 100, RepairMode.Retransmission, null)]
    [InlineData(0.19, 6.0, 5, 100, RepairMode.Retransmission, null)]
    [InlineData(0, 1.0, 200, 100, RepairMode.None, null)]
    [InlineData(0.03, 1.0, 200, 100, RepairMode.Redundancy, "×2, 40 ms apart")]
    [InlineData(0.01, 1.0, 200, 100, RepairMode.Redundancy, "×1, 80 ms apart")]
    [InlineData(0.1, 1.2, 200, 100, RepairMode.Redundancy, "×2, 40 ms apart")]
    [InlineData(0.1, 1.2, 200, 60, RepairMode.Redundancy, "×2, 20 ms apart")]
    [InlineData(0.1, 1.2, 200, 30, RepairMode.Redundancy, "×1, 20 ms apart")]
    [InlineData(0.1, 1.2, 200, 10, RepairMode.None, null)]
    [InlineData(0.1, 1.2, 200, 400, RepairMode.Both, "×2, 160 ms apart")]
    [InlineData(0.001, 1.0, 200, 100, RepairMode.None, null)]
    public void The_repair_that_leaves_the_least_damage_is_chosen(
        double loss, double burst, int roundTripMs, int bufferMs, RepairMode mode, string? copies)
    {
        RepairVerdict verdict = _chooser.Choose(Path(loss, burst, roundTripMs, bufferMs), now: 0);

        Assert.Equal((mode, copies), (verdict.Mode, verdict.Copies?.ToString()));
    }

    [Theory]
    [InlineData(false, false, RepairMode.None, "The server offers no repair.")]
    [InlineData(true, false, RepairMode.None,
        "Cannot repair: 10.0% lost, a round trip of 200 ms does not fit into 100 ms, and copies are not offered.")]
    [InlineData(false, true, RepairMode.Redundancy, "Requests copies ×2, 40 ms apart: 10.0% lost, and the server does not retransmit.")]
    [InlineData(true, true, RepairMode.Redundancy,
        "Requests copies ×2, 40 ms apart: 10.0% lost, and a round trip of 200 ms does not fit into 100 ms.")]
    public void A_decision_has_a_reason(bool canAsk, bool canCopy, RepairMode mode, string reason)
    {
        RepairVerdict verdict = _chooser.Choose(Path(0.1, 1.2, 200, 100) with { CanAsk = canAsk, CanCopy = canCopy }, now: 0);

        Assert.Equal((mode, reason), (verdict.Mode, RepairReason.Of(verdict)));
    }

    [Fact]
    public void The_reason_explains_why_even_a_short_round_trip_does_not_fit()
    {
        PathState path = Path(0.001, 1, roundTripMs: 2, bufferMs: 20);

        Assert.Equal(
            $"Almost no loss, and a round trip of 2 ms does not fit into 20 ms after a packet of 20 ms and "
                + $"{path.Slack.TotalMilliseconds:0} ms of jitter.",
            RepairReason.Of(_chooser.Choose(path, now: 0)));
    }

    [Fact]
    public void Copies_stop_after_a_calm_half_minute()
    {
        Assert.NotNull(_chooser.Choose(Path(0.1, 1.2, 200, 100), 0).Copies);
        for (int second = 1; second <= 30; second++)
        {
            Assert.NotNull(_chooser.Choose(Path(0.0005, 1, 200, 100), second * 1000).Copies);
        }

        Assert.Null(_chooser.Choose(Path(0.0005, 1, 200, 100), 32_000).Copies);
        Assert.NotNull(_chooser.Choose(Path(0.05, 1, 200, 100), 33_000).Copies);
    }

    [Fact]
    public void Copies_that_increase_the_loss_stop_for_a_minute()
    {
        Assert.NotNull(_chooser.Choose(Path(0.02, 1, 200, 100), 0).Copies);

        RepairVerdict verdict = _chooser.Choose(Path(0.3, 3, 200, 100), 3000);

        Assert.Equal((null, true), (verdict.Copies, verdict.IsBanned));
        string reason = RepairReason.Of(verdict);
        Assert.Equal("Copies increased the loss: 30.0% lost, and a round trip of 200 ms does not fit into 100 ms.", reason);
        Assert.Null(_chooser.Choose(Path(0.02, 1, 200, 100), 62_000).Copies);
        Assert.NotNull(_chooser.Choose(Path(0.02, 1, 200, 100), 64_000).Copies);
    }

    [Theory]
    [InlineData(0.05, 85, 300, 200)]
    [InlineData(0.005, 85, 300, 110)]
    [InlineData(0.05, 200, 300, 230)]
    [InlineData(0.05, 400, 300, 0)]
    [InlineData(0.001, 85, 300, 0)]
    public void Without_copies_the_buffer_grows_to_fit_retransmission_within_the_profile(
        double loss, int roundTripMs, int mostMs, int waitMs)
    {
        PathState path = Path(loss, 1, roundTripMs, 60) with { CanCopy = false, Most = TimeSpan.FromMilliseconds(mostMs) };

        RepairVerdict verdict = _chooser.Choose(path, now: 0);

        Assert.Equal(waitMs, verdict.Wait.TotalMilliseconds);
        RepairVerdict then = _chooser.Choose(path with { Buffer = verdict.Wait > path.Buffer ? verdict.Wait : path.Buffer }, now: 1000);
        Assert.Equal((waitMs > 0 ? RepairMode.Retransmission : RepairMode.None, verdict.Wait), (then.Mode, then.Wait));
    }

    [Theory]
    [InlineData(0.05, 25, 50, "an answer")]
    [InlineData(0.05, 15, 60, "two answers")]
    [InlineData(0.05, 5, 40, "two answers, without waiting longer")]
    [InlineData(0.05, 200, 50, "two copies")]
    [InlineData(0.001, 25, 0, "almost no loss")]
    public void The_buffer_grows_by_a_packet_if_repair_is_then_in_time(double loss, int roundTripMs, int waitMs, string what)
    {
        PathState path =
            Path(loss, 1, roundTripMs, 40) with { Least = TimeSpan.FromMilliseconds(40), Most = TimeSpan.FromMilliseconds(300) };

        RepairVerdict verdict = _chooser.Choose(path, now: 0);

        Assert.True(waitMs == verdict.Wait.TotalMilliseconds, $"{what}: {verdict.Wait}, {RepairReason.Of(verdict)}");
        RepairVerdict then = _chooser.Choose(path with { Buffer = verdict.Wait > path.Buffer ? verdict.Wait : path.Buffer }, now: 1000);
        Assert.Equal(verdict.Wait, then.Wait);
        Assert.Equal(loss > 0.01, RepairChooser.MissingAfter(then) < loss / 4);
    }

    [Fact]
    public void The_buffer_shrinks_again_after_a_calm_half_minute()
    {
        PathState path = Path(0.05, 1, 85, 60) with { CanCopy = false, Most = TimeSpan.FromMilliseconds(300) };
        Assert.StartsWith("Buffers 200 ms to leave time for retransmission: 5.0% lost", RepairReason.Of(_chooser.Choose(path, 0)),
            StringComparison.Ordinal);
        for (int second = 1; second <= 30; second++)
        {
            Assert.NotEqual(TimeSpan.Zero, _chooser.Choose(path with { Loss = 0.0005 }, second * 1000).Wait);
        }

        Assert.Equal(TimeSpan.Zero, _chooser.Choose(path with { Loss = 0.0005 }, 32_000).Wait);
    }

    private static PathState Path(double loss, double burst, int roundTripMs, int bufferMs) => new(
        CanAsk: true,
        CanCopy: true,
        loss,
        burst,
        TimeSpan.FromMilliseconds(20),
        TimeSpan.FromMilliseconds(roundTripMs),
        TimeSpan.FromMilliseconds(bufferMs),
        Slack: TimeSpan.FromMilliseconds(3));
}
