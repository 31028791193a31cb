using Linnet.Clock;

namespace Linnet.Tests.Clock;

public class MediaTimelineTests
{
    [Theory]
    [InlineData(44_100)]
    [InlineData(48_000)]
    [InlineData(11_025)]
    public void A_position_after_a_year_is_due_to_the_exact_tick(int rate)
    {
        var timeline = new MediaTimeline(Epoch: 123, rate, 1_000_000_000);
        long seconds = 365L * 86_400;

        Assert.Equal(123 + (seconds * 1_000_000_000), timeline.DueAt(seconds * rate));
        Assert.Equal(123 + (seconds * 1_000_000_000) + (1_000_000_000L / rate), timeline.DueAt((seconds * rate) + 1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(44_099)]
    [InlineData(10_000_000_007)]
    public void The_position_at_its_deadline_is_that_position(long position)
    {
        var timeline = new MediaTimeline(Epoch: -77, 44_100, 1_000_000_000);

        Assert.Equal(position, timeline.PositionAt(timeline.DueAt(position)));
        Assert.Equal(position - 1, timeline.PositionAt(timeline.DueAt(position) - 1));
    }
}
