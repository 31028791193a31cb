using CsCheck;
using Linnet.Relay.Wire;

namespace Linnet.Tests.Relay.Wire;

public class OriginClockTests
{
    private static readonly long[] Frequencies = [1000, 3_579_545, 10_000_000, 24_000_000, 1_000_000_000];

    [Fact]
    public void Ticks_become_nanoseconds_and_the_same_ticks_again() => Gen
        .Select(Gen.Int[0, 4], Gen.Long[-(1L << 50), 1L << 50], Gen.Double[-1, 1])
        .Sample(static (index, offset, part) =>
        {
            long frequency = Frequencies[index];

            // Two years before and after the clock's zero.
            long ticks = (long)(part * 63_000_000 * frequency);
            var clock = new OriginClock(offset, frequency);

            Assert.Equal(ticks, clock.TicksAt(clock.NanosecondsAt(ticks)));
        });

    [Theory]
    [InlineData(10_000_000, 0, 3, 300)]
    [InlineData(10_000_000, 500, -3, -800)]
    [InlineData(1_000_000_000, 500, 1000, 500)]
    public void The_offset_is_this_clock_minus_the_origins(long frequency, long offset, long ticks, long nanoseconds)
    {
        var clock = new OriginClock(offset, frequency);

        Assert.Equal((nanoseconds, ticks), (clock.NanosecondsAt(ticks), clock.TicksAt(nanoseconds)));
    }
}
