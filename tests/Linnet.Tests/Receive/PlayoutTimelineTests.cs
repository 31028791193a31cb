using Linnet.Clock;
using Linnet.Receive;

namespace Linnet.Tests.Receive;

public class PlayoutTimelineTests
{
    private const int Rate = 48_000;
    private const long Second = 1_000_000_000;
    private const long Packet = Second / 200;

    private static readonly MediaTimeline Media = new(0, Rate, Second);

    [Fact]
    public void Jitter_only_adds_delay_so_the_earliest_arrival_defines_the_line()
    {
        var random = new Random(3);
        PlayoutTimeline timeline = Begin(arrivedAt: (7 * Second) + (30 * Second / 1000));
        for (int i = 1; i < 2000; i++)
        {
            timeline.Observe(i * 240, (7 * Second) + (i * Packet) + (long)(random.NextDouble() * 0.04 * Second));
        }

        Assert.InRange(timeline.Line.OriginAt(0), 7 * Second, (7 * Second) + (Second / 1000));
        Assert.InRange(timeline.Line.ArrivalOf(10 * Rate), 17 * Second, (17 * Second) + (Second / 1000));
        Assert.Equal(10 * Rate, timeline.Line.PositionArrivingAt(timeline.Line.ArrivalOf(10 * Rate)));
    }

    [Fact]
    public void After_a_burst_of_history_its_newest_packet_is_the_live_edge()
    {
        PlayoutTimeline timeline = Begin(arrivedAt: 0);
        for (int i = 1; i <= 200; i++)
        {
            timeline.Observe(i * 240, 0);
        }

        Assert.Equal(-Second, timeline.Line.OriginAt(0));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(-200)]
    public void A_clock_that_drifts_is_followed_to_the_microsecond(double ppm)
    {
        PlayoutTimeline timeline = Begin(arrivedAt: 0);
        long arrival = 0;
        for (int i = 1; i < 12_000; i++)
        {
            arrival = (long)(i * Packet * (1 + (ppm / 1e6)));
            timeline.Observe(i * 240, arrival);
        }

        long behind = arrival - timeline.Line.ArrivalOf(11_999 * 240);
        Assert.InRange(behind, -Second / 1_000_000, Second / 1_000_000);
    }

    [Fact]
    public void Half_a_second_of_late_packets_moves_the_line_but_a_stall_that_is_caught_up_does_not()
    {
        PlayoutTimeline timeline = Begin(arrivedAt: 0);
        for (int i = 1; i < 400; i++)
        {
            timeline.Observe(i * 240, i * Packet);
        }

        // A stall of 0.7 s, then all packets at once.
        for (int i = 400; i < 540; i++)
        {
            timeline.Observe(i * 240, 540 * Packet);
        }

        for (int i = 540; i < 800; i++)
        {
            timeline.Observe(i * 240, i * Packet);
        }

        Assert.Equal(0, timeline.Line.OriginAt(0));

        // From here on 0.3 s later, for good.
        for (int i = 800; i < 1040; i++)
        {
            timeline.Observe(i * 240, (i + 60) * Packet);
        }

        Assert.Equal(60 * Packet, timeline.Line.OriginAt(0));
    }

    private static PlayoutTimeline Begin(long arrivedAt) =>
        new(new BufferedPacket(0, 0, arrivedAt, Stream: 0), firstSequence: 0, Media, tolerance: Second * 60 / 1000);
}
