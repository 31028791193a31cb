namespace Linnet.Relay.Edges;

/// <summary>How far a ring of an edge runs behind its origin, and what follows from that.</summary>
/// <param name="Delay">The delay. Within it, missing sound is fetched from the origin, and listeners notice nothing.</param>
/// <param name="Batch">The most sound in a message: part of the delay.</param>
/// <param name="Late">Sound that arrives later than it was due by no more than this is still of use.</param>
internal readonly record struct EdgeTiming(TimeSpan Delay, TimeSpan Batch, TimeSpan Late)
{
    /// <summary>The sound that a ring keeps, beside what is not due yet.</summary>
    internal static readonly TimeSpan Kept = TimeSpan.FromSeconds(10);

    /// <summary>For packets over RTSP and WebSocket: players need them soon.</summary>
    internal static EdgeTiming ForPackets(TimeSpan delay) => new(delay, delay / 5, TimeSpan.FromMilliseconds(500));

    /// <summary>For streams over HTTP: players have some seconds, and take everything.</summary>
    internal static EdgeTiming ForStreams(TimeSpan delay) =>
        new(delay, TimeSpan.FromTicks(Math.Min(delay.Ticks / 5, Wire.BatchWriter.DefaultDuration.Ticks)), Kept);
}
