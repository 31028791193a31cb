using Linnet.Broadcast;

namespace Linnet.Tests.Broadcast;

/// <summary>Ticks are milliseconds here; packets last 20.</summary>
public class DueClockTests
{
    private readonly DueClock _clock = new(1000);

    [Fact]
    public void A_punctual_packet_is_counted_once()
    {
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(1, _clock.Take(20 * i, 20));
            Assert.Equal(0, _clock.Pass((20 * i) + 19));
        }
    }

    [Fact]
    public void Missing_packets_count_as_due_and_are_not_counted_again_when_they_arrive_late()
    {
        long due = Enumerable.Range(0, 10).Sum(i => _clock.Take(20 * i, 20));
        for (int now = 200; now < 1200; now++)
        {
            due += _clock.Pass(now);
        }

        Assert.InRange(due, 57, 60);

        // The encoder catches up: all of its packets arrive late.
        due += Enumerable.Range(10, 51).Sum(i => _clock.Take(20 * i, 20));
        Assert.Equal(61, due);
    }

    [Fact]
    public void Audio_that_never_arrives_stays_due()
    {
        long due = Enumerable.Range(0, 10).Sum(i => _clock.Take(20 * i, 20));

        // The source stalled for two seconds, and the station's clock was reset.
        due += Enumerable.Range(0, 10).Sum(i => _clock.Take(2200 + (20 * i), 20));

        Assert.InRange(due, 119, 121);
    }

    [Fact]
    public void Capture_in_blocks_and_a_slow_or_fast_clock_miss_no_packet()
    {
        foreach (double pace in new[] { 0.999, 1.001 })
        {
            var clock = new DueClock(1_000_000);
            long due = 0;
            for (int i = 0; i < 100_000; i++)
            {
                // Two packets of 5 ms every 10 ms, some of them 8 ms late.
                long at = (long)((i / 2 * 10_000 * pace) + (i / 2 % 7 == 0 ? 8_000 : 0));
                due += clock.Pass(at) + clock.Take(at, 5_000);
            }

            Assert.Equal(100_000, due);
        }
    }

    [Fact]
    public void After_the_end_nothing_is_due()
    {
        _clock.Take(0, 20);
        _clock.End();

        Assert.Equal(0, _clock.Pass(10_000));
        Assert.Equal(long.MaxValue, _clock.LookAt);
    }
}
