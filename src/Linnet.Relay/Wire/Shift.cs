using Linnet.Clock;

namespace Linnet.Relay.Wire;

/// <summary>
/// What is added to the numbers and positions of an origin at an edge: nothing, until another origin has taken over. Then they go on.
/// </summary>
/// <param name="Numbers">Added to the numbers of packets.</param>
/// <param name="Positions">Added to positions.</param>
internal readonly record struct Shift(long Numbers, long Positions)
{
    /// <summary>The map from position to time of this machine.</summary>
    /// <param name="epoch">When the origin's position 0 is due by its clock, in nanoseconds.</param>
    /// <param name="clock">The origin's clock.</param>
    /// <param name="clockRate">Frames per second.</param>
    internal MediaTimeline TimelineOf(long epoch, OriginClock clock, int clockRate)
    {
        var timeline = new MediaTimeline(clock.TicksAt(epoch), clockRate, clock.TicksPerSecond);
        return timeline with { Epoch = timeline.DueAt(-Positions) };
    }
}
