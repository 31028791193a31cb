using Linnet.Broadcast.Packets;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Broadcast.Streams;

/// <summary>How far behind the live edge a player over HTTP may fall, whatever happens to its connection.</summary>
public class StreamBlipTests
{
    private readonly StreamRig _rig = new();

    // The audio a player of the model buffers before it starts: after a break it plays this much later than it receives.
    private const long StartsWith = 500;

    private long Burst => (long)_rig.Options.Burst.TotalMilliseconds;

    private long MaxLag => (long)(_rig.Options.Burst + _rig.Options.Slack).TotalMilliseconds;

    private long Interval => (long)_rig.Options.WriteInterval.TotalMilliseconds;

    [Fact]
    public void A_player_starts_at_once_and_never_runs_dry()
    {
        _rig.Run(10_000);
        StreamClient player = _rig.Join();
        _rig.Run(60_000);

        Assert.Equal((0, 0), (player.Underruns, player.Broken));
        Assert.Equal(Enumerable.Range(player.Played[0], player.Played.Count), player.Played);
        Assert.InRange(player.Latency, Burst - 40, Burst + 40);
        Assert.Equal(0, _rig.Counters.Moves);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(30)]
    public void After_a_network_break_a_player_gets_whole_packets_and_lags_at_most_burst_and_slack(int seconds)
    {
        _rig.Run(10_000);
        StreamClient player = _rig.Join();
        StreamClient other = _rig.Join();
        _rig.Run(10_000);

        player.IsOnline = false;
        _rig.Run(seconds * 1000);
        player.IsOnline = true;
        _rig.Run(20_000);

        Assert.Null(player.Finished);
        Assert.Equal(0, player.Broken);
        Assert.Equal(player.Played.Order().Distinct(), player.Played);
        Assert.InRange(player.Latency, Burst - Interval, MaxLag + Interval + StartsWith);
        Assert.Equal(seconds > 4, player.Moves > 0);
        Assert.Equal(_rig.Counters.PacketsSkipped, player.Played[^1] - player.Played[0] + 1 - player.Played.Count);
        Assert.Equal((0, Burst - 40), (other.Underruns, Math.Min(other.Latency, Burst - 40)));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(20)]
    public void A_kernel_that_accepts_far_more_than_the_limit_does_not_get_it(int seconds)
    {
        // As where packets of a varying length are short: its buffer of two seconds at full length lasts for 12 s.
        _rig.Run(10_000);
        StreamClient player = _rig.Join((log, start) => new StreamClient(log, start, sendBuffer: 12 * 16_000));
        _rig.Run(10_000);
        player.IsOnline = false;
        _rig.Run(seconds * 1000);
        Assert.InRange(player.UnsentBytes, Burst * 16, (MaxLag + Interval) * 16);

        player.IsOnline = true;
        _rig.Run(20_000);
        Assert.Equal((null, 0), (player.Finished, player.Broken));
        Assert.InRange(player.Latency, Burst - Interval, MaxLag + Interval + StartsWith);
    }

    [Fact]
    public void Breaks_do_not_add_up()
    {
        _rig.Run(10_000);
        StreamClient player = _rig.Join();
        long worst = 0;
        for (int i = 0; i < 50; i++)
        {
            player.IsOnline = false;
            _rig.Run(1000 + (i * 137 % 5000));
            player.IsOnline = true;
            _rig.Run(9000);
            worst = Math.Max(worst, player.Latency);
        }

        Assert.InRange(worst, Burst, MaxLag + Interval + StartsWith);
    }

    [Fact]
    public void A_player_whose_clock_is_slow_is_held_for_hours_within_burst_slack_and_what_it_holds_itself()
    {
        // 200 ppm: 0.72 s an hour. It holds 2 s in hand, and its kernel half a second.
        const int InHand = 32_000;
        const int ReceiveBuffer = 8_000;
        const long ItsOwn = (InHand + ReceiveBuffer) / 16;
        _rig.Run(10_000);
        StreamClient player = _rig.Join(
            (log, start) => new StreamClient(log, start, receiveBuffer: ReceiveBuffer, rate: 16 * (1 - 200e-6)) { MaxInHand = InHand });
        long worst = 0;
        _rig.OnTick = _ => worst = Math.Max(worst, player.Latency);

        _rig.Run(10 * 3600 * 1000L);

        Assert.Null(player.Finished);
        Assert.Equal((0, 0), (player.Underruns, player.Broken));
        Assert.InRange(worst, ItsOwn, MaxLag + Interval + ItsOwn);
        Assert.InRange(player.Moves, 1, 10);
    }

    [Fact]
    public void A_stalled_player_is_dropped_after_the_timeout_and_counted_once()
    {
        _rig.Run(10_000);
        StreamClient player = _rig.Join();
        StreamClient other = _rig.Join();
        _rig.Run(10_000);
        player.IsOnline = false;

        _rig.Run(30_000);
        Assert.Null(player.Finished);
        Assert.InRange(player.Moves, 1, 3);

        _rig.Run(5_000);
        Assert.Equal(DropReason.Stalled, player.Finished);
        Assert.Equal((1, 0), (_rig.Counters.DroppedFor(DropReason.Stalled), _rig.Counters.DroppedFor(DropReason.Disconnected)));
        Assert.Equal((1, 0), (_rig.Loop.Count, other.Underruns));
    }

    [Fact]
    public void A_player_with_too_little_bandwidth_gets_whole_packets_close_to_the_live_edge()
    {
        _rig.Run(10_000);
        StreamClient player = _rig.Join();
        player.Bandwidth = 8;
        _rig.Run(60_000);

        // Half the sound; each piece of it is no older than what may be under way, and the time the line takes for it.
        Assert.Equal(0, player.Broken);
        Assert.InRange(player.Played.Count, 1200, 1600);
        Assert.InRange(player.Latency, 0, 2 * (MaxLag + Interval) + StartsWith);
    }
}
