using Linnet.Native;

namespace Linnet.Tests.Native;

public class WasapiTimingTests
{
    [Theory]
    [InlineData(480, 240)]
    [InlineData(500, 240)]
    [InlineData(300, 144)]
    [InlineData(100, 128)]
    [InlineData(2000, 480)]
    public void The_period_is_the_longest_of_which_two_fit_into_the_latency(int latencyFrames, uint period) =>
        Assert.Equal(period, WasapiTiming.PeriodFor(latencyFrames, least: 128, most: 480, step: 48));

    [Fact]
    public void Numbers_of_a_broken_driver_do_no_harm() =>
        Assert.Equal(480u, WasapiTiming.PeriodFor(960, least: 480, most: 0, step: 0));

    [Theory]
    [InlineData(1920, 480, 2112, 1920)]
    [InlineData(240, 480, 1056, 960)] // 5 ms, on a device that works in periods of 10 ms
    [InlineData(480, 480, 1056, 960)]
    [InlineData(240, 480, 900, 900)]
    [InlineData(240, 0, 480, 240)]
    [InlineData(0, 0, 0, 1)]
    public void The_buffer_always_holds_two_periods_if_it_can(int latency, int period, int buffer, int target) =>
        Assert.Equal(target, WasapiTiming.TargetFor(latency, period, buffer));

    [Fact]
    public void A_frame_is_heard_after_all_that_were_written_before_it() => Assert.Equal(
        1_000_000 - 30_000 + 200_000,
        WasapiTiming.HeardAt(now: 1_000_000, ticksPerSecond: 10_000_000, framesAhead: 960, TimeSpan.FromMilliseconds(3), 48_000));

    [Fact]
    public void Counts_are_converted_without_overflow()
    {
        Assert.Equal(48_000, WasapiTiming.Scale(384_000, 48_000, 384_000));
        Assert.Equal(long.MaxValue / 2, WasapiTiming.Scale(long.MaxValue / 2, 10_000_000, 10_000_000));
        Assert.Equal(0, WasapiTiming.Scale(5, 10, 0));
    }
}
