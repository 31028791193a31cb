using Linnet.Playback.Devices;

namespace Linnet.Tests.Playback.Devices;

public class SteadyStartTests
{
    private const int TicksPerMs = 1000;

    [Fact]
    public void A_device_that_plays_at_its_rate_is_steady_after_a_tenth_of_a_second()
    {
        var start = new SteadyStart(48_000, 1000 * TicksPerMs);

        Assert.Equal(110, FirstSteady(start, static ms => ms * 48));
    }

    [Fact]
    public void A_device_that_begins_slowly_is_steady_once_it_keeps_up()
    {
        var start = new SteadyStart(48_000, 1000 * TicksPerMs);

        Assert.InRange(FirstSteady(start, static ms => ms < 800 ? ms * 30 : (800 * 30) + ((ms - 800) * 48)), 900, 1030);
    }

    [Fact]
    public void A_position_that_stands_still_is_not_steady() =>
        Assert.Equal(-1, FirstSteady(new SteadyStart(48_000, 1000 * TicksPerMs), static _ => 480));

    [Fact]
    public void It_stays_steady()
    {
        var start = new SteadyStart(48_000, 1000 * TicksPerMs);
        FirstSteady(start, static ms => ms * 48);

        Assert.True(start.Observe(5000 * TicksPerMs, 0));
    }

    // Observed every 10 ms, a millisecond early or late.
    private static int FirstSteady(SteadyStart start, Func<int, int> frames)
    {
        for (int ms = 10; ms < 3000; ms += 10)
        {
            if (start.Observe((ms + (ms / 10 % 3) - 1) * TicksPerMs, frames(ms)))
            {
                return ms;
            }
        }

        return -1;
    }
}
