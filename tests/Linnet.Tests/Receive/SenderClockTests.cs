using Linnet.Clock;
using Linnet.Receive;

namespace Linnet.Tests.Receive;

public class SenderClockTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_report_tells_when_every_other_position_was_due()
    {
        var clock = new SenderClock(new MediaTimeline(0, 44_100, 1000));
        Assert.Null(clock.TimeOf(0));

        clock.OnReport(NtpTime.From(Noon), 441_000);

        AssertAt(Noon, clock.TimeOf(441_000));
        AssertAt(Noon.AddSeconds(-10), clock.TimeOf(0));
        AssertAt(Noon.AddSeconds(2), clock.TimeOf(441_000 + 88_200));

        clock.OnReport(NtpTime.From(Noon.AddSeconds(1)), 441_000);
        AssertAt(Noon.AddSeconds(1), clock.TimeOf(441_000));

        clock.Reset();
        Assert.Null(clock.TimeOf(441_000));
    }

    private static void AssertAt(DateTimeOffset expected, DateTimeOffset? time) =>
        Assert.InRange(Assert.NotNull(time) - expected, TimeSpan.FromMicroseconds(-1), TimeSpan.FromMicroseconds(1));
}
