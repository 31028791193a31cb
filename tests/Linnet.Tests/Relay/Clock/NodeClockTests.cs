using Linnet.Clock;
using Linnet.Relay.Clock;
using Linnet.Relay.Wire;
using Linnet.Tests.Relay.Nats;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests.Relay.Clock;

public class NodeClockTests
{
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task A_clock_that_is_three_seconds_ahead_is_found_to_be()
    {
        using var server = new NatsServer();
        await server.StartAsync();
        await using var origin = new RunningLink(server.Options("a"));
        await using var edge = new RunningLink(server.Options("b"));
        origin.Run(new NodeClock(origin.Link, "a", new TimeAhead(), NullLogger.Instance).RunAsync);
        var follower = new NodeClockFollower(edge.Link.Connection, "a", TimeProvider.System);
        Assert.Null(follower.Read());
        await edge.OpenAsync();
        edge.Run(follower.RunAsync);
        await Until.TrueAsync(() => follower.Read() is not null);

        ClockEstimate estimate = follower.Read()!.Value;
        Assert.InRange(
            estimate.OffsetMicroseconds - Ahead.TotalMicroseconds, -estimate.BoundMicroseconds, estimate.BoundMicroseconds);

        // What is due there at a time is due here three seconds earlier by our clock.
        OriginClock clock = OriginClock.Of(estimate with { OffsetMicroseconds = 3_000_000 }, 1000);
        Assert.Equal(7000, clock.TicksAt(10_000_000_000));
    }

    private sealed class TimeAhead : TimeProvider
    {
        public override long TimestampFrequency => System.TimestampFrequency;

        public override long GetTimestamp() => System.GetTimestamp() + Ahead.InTicks(System);
    }
}
