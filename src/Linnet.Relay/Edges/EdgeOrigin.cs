using Linnet.Relay.Clock;
using Linnet.Relay.Wire;

namespace Linnet.Relay.Edges;

/// <summary>The origin that an edge follows for a station.</summary>
/// <param name="Node">The node.</param>
/// <param name="Incarnation">The life of the station there.</param>
/// <param name="Clock">What is known of its clock.</param>
internal sealed record EdgeOrigin(string Node, ulong Incarnation, NodeClockFollower Clock)
{
    private const long NanosecondsPerTick = 1_000_000_000 / TimeSpan.TicksPerSecond;

    /// <summary>Its clock, a delay later; <see langword="null"/>: not known yet.</summary>
    internal OriginClock? ClockBehind(TimeSpan delay, long ticksPerSecond)
    {
        if (Clock.Read() is not { } estimate)
        {
            return null;
        }

        var clock = OriginClock.Of(estimate, ticksPerSecond);
        return clock with { Offset = clock.Offset + (delay.Ticks * NanosecondsPerTick) };
    }
}
