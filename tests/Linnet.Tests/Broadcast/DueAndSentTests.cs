using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Broadcast;

/// <summary>Due packets are counted by the clock, whether they are ready or not. Ticks are milliseconds here; packets last 20.</summary>
public class DueAndSentTests
{
    private readonly BroadcastRing _ring = Rings.Create();
    private readonly SenderCounters _counters = new(1000);
    private readonly SenderLoop _loop;

    public DueAndSentTests() => _loop = new SenderLoop(new SenderOptions(), 1000, _counters, _ => { });

    [Fact]
    public void The_packets_that_a_listener_gets_first_count_as_due()
    {
        Rings.Publish(_ring, 200);
        Join(now: 1000, preRoll: 500);
        Run(1000, 1500);
        Join(now: 1510, preRoll: 400);
        Join(now: 1510, preRoll: -200);
        Run(1510, 3980);

        Assert.Equal(_counters.Sent, _counters.Due);
        Assert.Equal(175 + 144 + 114, _counters.Sent);
    }

    [Fact]
    public void A_listener_that_starts_behind_the_edge_is_owed_nothing_earlier()
    {
        Rings.Publish(_ring, 200);
        Join(now: 0);
        Run(0, 990);

        // The thread has not run since a packet became due: a new listener starts behind it.
        Join(now: 1010);
        Run(1015, 3980);

        Assert.Equal(_counters.Sent, _counters.Due);
        Assert.Equal(200 + 149, _counters.Sent);
    }

    [Fact]
    public void Packets_of_a_late_encoder_count_as_due_and_none_is_missing_once_it_has_caught_up()
    {
        Join(now: 0);
        Join(now: 0);
        Rings.Publish(_ring, 100);
        Run(0, 4000);

        Assert.Equal(200, _counters.Sent);
        Assert.InRange(_counters.Due, 390, 402);

        Rings.Publish(_ring, 150, 2000);
        Run(4001, 4980);
        Assert.Equal((500, 500), (_counters.Sent, _counters.Due));
    }

    [Fact]
    public void Packets_that_a_source_did_not_deliver_stay_missing()
    {
        Join(now: 0);
        Rings.Publish(_ring, 100);
        Run(0, 4000);
        Rings.Publish(_ring, 100, 4000);
        Run(4001, 5980);

        Assert.Equal(200, _counters.Sent);
        Assert.InRange(_counters.Due, 298, 302);
    }

    [Fact]
    public void A_stream_counts_the_same_for_listeners_over_HTTP()
    {
        var counters = new StreamCounters(1000);
        var options = new StreamOptions();
        var loop = new StreamLoop(options, 1000, counters);
        var log = new StreamLog(_ring, static () => new MarkedContainer(), 0, options.Retention, 0, 1000);
        Rings.Publish(_ring, 300);
        log.Advance(3000);
        long now = 3000;
        var listener = new WrittenListener(log, log.EntryDueFrom(1000)!, 0, () => now);
        new GatheringWriter().Write(listener, out _);
        loop.Add(listener, now);
        Run(until: 5900);

        // Two seconds on connect, and the audio since then.
        Assert.Equal(counters.PacketsSent, counters.PacketsDue);
        Assert.InRange(counters.PacketsSent, 220, 246);

        // No packet arrives for four seconds; then the clock is reset.
        Run(until: 10_000);
        Assert.InRange(counters.PacketsDue - counters.PacketsSent, 170, 205);
        Rings.Publish(_ring, 200, 10_000);
        Run(until: 13_000);
        Assert.InRange(counters.PacketsDue - counters.PacketsSent, 195, 205);

        // The packets over which a stalled listener is moved are missing too.
        listener.Room = 0;
        Rings.Publish(_ring, 500, 14_000);
        Run(until: 22_000);
        listener.Room = int.MaxValue;
        Run(until: 23_900);
        Assert.InRange(counters.PacketsSkipped, 200, 360);
        Assert.InRange(counters.PacketsDue - counters.PacketsSent - counters.PacketsSkipped, 195, 205);

        void Run(long until)
        {
            for (long next = now; now < until; now++)
            {
                while (next <= now)
                {
                    next = loop.Step(now);
                }
            }
        }
    }

    private void Join(long now, long preRoll = 0)
    {
        var listener = new RecordingListener(Rings.Open(_ring)) { Next = _ring.IndexAt(now, preRoll) };
        _loop.Add(listener, now);
    }

    private void Run(long from, long to)
    {
        for (long now = from; now <= to;)
        {
            long next = _loop.Step(now);
            now = next > to && now < to ? to : next;
        }
    }
}
