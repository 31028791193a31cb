using Linnet.Clock;
using Linnet.Receive;

namespace Linnet.Tests.Receive;

/// <summary>The sender's clock relative to ours, from arrivals alone. One tick is a tenth of a microsecond.</summary>
public class ClockSlopeTests
{
    private const long Second = 10_000_000;
    private const int Rate = 48_000;

    private static readonly MediaTimeline Media = new(0, Rate, Second);

    [Theory]
    [InlineData(100)]
    [InlineData(-20)]
    [InlineData(-500)]
    public void Without_jitter_the_slope_is_known_within_seconds(double ppm)
    {
        PlayoutTimeline timeline = Run(ppm, seconds: 10, static _ => 0);

        Assert.Equal(ppm, timeline.Line.Slope * 1e6, 1.0);
        Assert.Equal(0, timeline.Line.Shifted);
    }

    [Theory]
    [InlineData(100, 1)]
    [InlineData(0, 2)]
    [InlineData(-100, 3)]
    public void With_jitter_the_slope_is_within_a_few_ppm_after_a_minute(double ppm, int seed)
    {
        var random = new Random(seed);

        PlayoutTimeline timeline = Run(ppm, seconds: 60, _ => -8 * Math.Log(1 - random.NextDouble()));

        Assert.Equal(ppm, timeline.Line.Slope * 1e6, 6.0);
    }

    [Fact]
    public void A_path_that_becomes_longer_for_good_is_a_step_not_a_drift()
    {
        PlayoutTimeline timeline = Run(50, seconds: 60, seconds => seconds < 40 ? 0 : 80);

        Assert.Equal(50, timeline.Line.Slope * 1e6, 2.0);
        Assert.Equal(80, timeline.Line.Shifted * 1000.0 / Second, 2.0);
    }

    [Fact]
    public void A_path_that_becomes_shorter_is_a_step_too()
    {
        PlayoutTimeline timeline = Run(50, seconds: 60, seconds => seconds < 40 ? 80 : 0);

        Assert.Equal(50, timeline.Line.Slope * 1e6, 2.0);
        Assert.Equal(-80, timeline.Line.Shifted * 1000.0 / Second, 2.0);
    }

    private static PlayoutTimeline Run(double ppm, double seconds, Func<double, double> delayMs)
    {
        PlayoutTimeline? timeline = null;
        for (int i = 0; i < seconds * 200; i++)
        {
            long position = i * (Rate / 200);
            double sentAt = i / 200.0;
            long at = (long)(((sentAt * (1 + (ppm / 1e6))) + (delayMs(sentAt) / 1000)) * Second) + (3 * Second);
            if (timeline is null)
            {
                timeline = new PlayoutTimeline(new BufferedPacket(i, position, at, Stream: 0), 0, Media, tolerance: 3 * Second / 10);
            }
            else
            {
                timeline.Observe(position, at);
            }
        }

        return timeline!;
    }
}
