using Linnet.Playback.Devices;

namespace Linnet.Tests.Playback.Devices;

public class HeardClockTests
{
    private const int Rate = 44_100;
    private const int Block = 441; // 10 ms
    private const long Millisecond = 1_000_000;

    [Fact]
    public void A_device_that_measures_exactly_is_followed_to_the_tick()
    {
        var clock = new HeardClock(Rate, 1000 * Millisecond);

        for (int i = 0; i < 1000; i++)
        {
            long truth = (7 + (10L * i)) * Millisecond;
            clock.Observe(truth);
            Assert.Equal(truth, clock.HeardAt);
            clock.Advance(Block);
        }
    }

    [Fact]
    public void Jitter_of_the_measurements_does_not_reach_the_instants()
    {
        var clock = new HeardClock(Rate, 1000 * Millisecond);
        var random = new Random(3);
        long before = long.MinValue;
        for (int i = 0; i < 5000; i++)
        {
            long truth = 10L * i * Millisecond;
            clock.Observe(truth + random.NextInt64(-2 * Millisecond, 2 * Millisecond));
            Assert.True(clock.HeardAt > before);
            before = clock.HeardAt;
            if (i > 32)
            {
                // ±2 ms, averaged over 32 blocks.
                Assert.InRange(clock.HeardAt - truth, -0.7 * Millisecond, 0.7 * Millisecond);
            }

            clock.Advance(Block);
        }
    }

    [Fact]
    public void A_device_whose_clock_drifts_is_followed()
    {
        var clock = new HeardClock(Rate, 1000 * Millisecond);
        for (int i = 0; i < 50_000; i++)
        {
            // 200 ppm slower than it says.
            long truth = 10L * i * Millisecond * 1_000_200 / 1_000_000;
            clock.Observe(truth);
            Assert.InRange(clock.HeardAt - truth, -0.1 * Millisecond, 0);
            clock.Advance(Block);
        }
    }

    [Fact]
    public void After_a_stumble_the_clock_is_right_at_once()
    {
        var clock = new HeardClock(Rate, 1000 * Millisecond);
        for (int i = 0; i < 100; i++)
        {
            clock.Observe(10L * i * Millisecond);
            clock.Advance(Block);
        }

        clock.Observe(1250 * Millisecond);

        Assert.Equal(1250 * Millisecond, clock.HeardAt);
    }

    [Fact]
    public void The_clock_allocates_nothing()
    {
        var clock = new HeardClock(Rate, 1000 * Millisecond);
        long truth = 0;

        Assert.Equal(0, Allocations.Of(() =>
        {
            clock.Observe(truth += 10 * Millisecond);
            clock.Advance(Block);
        }));
    }
}
