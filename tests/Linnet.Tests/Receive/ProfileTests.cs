using Linnet.Receive;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Receive;

/// <summary>
/// Each profile on ten minutes of bad networks, next to a fixed buffer of the same average depth. The table is in docs/receive.md.
/// </summary>
public class ProfileTests
{
    [Theory]
    [InlineData("wifi", "low-latency", 5)]
    [InlineData("wifi", "balanced", 20)]
    [InlineData("wifi", "robust", 20)]
    [InlineData("bursty", "low-latency", 5)]
    [InlineData("bursty", "balanced", 20)]
    [InlineData("bursty", "robust", 20)]
    [InlineData("step", "low-latency", 5)]
    [InlineData("step", "balanced", 20)]
    [InlineData("step", "robust", 20)]
    public void An_adaptive_buffer_has_fewer_underruns_than_a_fixed_one_of_the_same_average_depth(
        string trace, string name, double packetMs)
    {
        Assert.True(ReceiverProfile.TryFind(name, out ReceiverProfile? profile));
        Arrival[] arrivals = JitterTrace.Of(trace, packetMs);
        int frames = (int)(packetMs * JitterTrace.ClockRate / 1000);

        ReplayResult adaptive = ArrivalReplay.Run(new ReceiverOptions { Profile = profile }, JitterTrace.ClockRate, frames, arrivals);
        ReplayResult still =
            ArrivalReplay.Run(new ReceiverOptions { Latency = adaptive.AverageDelay }, JitterTrace.ClockRate, frames, arrivals);

        Assert.True(adaptive.Underruns < still.Underruns, $"{adaptive.Underruns} underruns, fixed {still.Underruns}.");
        Assert.True(adaptive.Late <= still.Late, $"{adaptive.Late} late, fixed {still.Late}.");
        Assert.InRange(adaptive.AverageDelay.TotalMilliseconds, 0, still.AverageDelay.TotalMilliseconds + 0.1);
        Assert.Equal(0, adaptive.Lost);
    }

    [Theory]
    [InlineData("low-latency", 5, 50)]
    [InlineData("balanced", 20, 250)]
    [InlineData("robust", 20, 1800)]
    public void A_minute_after_a_disturbance_the_buffer_is_near_its_base_again(string name, double packetMs, double jitterMs)
    {
        Assert.True(ReceiverProfile.TryFind(name, out ReceiverProfile? profile));
        var random = new Random(5);
        Arrival[] arrivals = JitterTrace.Arrivals(
            packetMs, minutes: 2, seconds => seconds is > 10 and < 60 && random.Next(50) == 0 ? jitterMs : random.NextDouble());
        long startedAt = arrivals[0].At;
        TimeSpan inTrouble = default;
        TimeSpan after = default;

        ArrivalReplay.Run(
            new ReceiverOptions { Profile = profile },
            JitterTrace.ClockRate,
            (int)(packetMs * JitterTrace.ClockRate / 1000),
            arrivals,
            onPeriod: (now, delay) =>
                (inTrouble, after) = TimeSpan.FromTicks(now - startedAt).TotalSeconds < 60 ? (delay, after) : (inTrouble, delay));

        Assert.InRange(inTrouble.TotalMilliseconds, 0.8 * jitterMs, profile.Most.TotalMilliseconds + 30);
        Assert.InRange(after.TotalMilliseconds, profile.Base.TotalMilliseconds - 1, profile.Base.TotalMilliseconds + 20);
    }
}
