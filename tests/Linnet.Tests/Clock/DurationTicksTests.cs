using Linnet.Clock;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Clock;

public class DurationTicksTests
{
    [Theory]
    [InlineData(1500, 1000, 1500)]
    [InlineData(20, 1_000_000_000, 20_000_000)]
    [InlineData(1, 100, 0)]
    [InlineData(-1500, 10, -15)]
    public void A_duration_is_converted_to_ticks_and_rounded_towards_zero(int ms, long ticksPerSecond, long expected)
    {
        Assert.Equal(expected, TimeSpan.FromMilliseconds(ms).InTicks(ticksPerSecond));
        Assert.Equal(expected, TimeSpan.FromMilliseconds(ms).InTicks(new SettableTime(ticksPerSecond)));
    }
}
