using Linnet.Broadcast.Streams;

namespace Linnet.Transports.Http.Radio;

/// <summary>The state of listening over HTTP at one moment, for display and metrics.</summary>
/// <param name="Listeners">Listeners now.</param>
/// <param name="Waiting">Connections without a whole request: new ones, and kept-alive ones between two requests.</param>
/// <param name="Accepted">Listeners since the start.</param>
/// <param name="Renditions">Renditions that have or had listeners.</param>
/// <param name="BufferBytes">Memory for the bytes that listeners share, in bytes.</param>
/// <param name="Sending">Counters of the sender threads, including drops and moves.</param>
/// <param name="Refused">Requests refused since the start, by reason.</param>
internal sealed record RadioServerSnapshot(
    int Listeners,
    int Waiting,
    long Accepted,
    IReadOnlyList<RadioRenditionSnapshot> Renditions,
    long BufferBytes,
    StreamStatistics Sending,
    IReadOnlyDictionary<RadioRefusal, long> Refused)
{
    /// <summary>Packets that the stream missed because the sender threads were late: no listener received them.</summary>
    public long PacketsMissed { get; init; }

    /// <summary>Listeners and bytes sent since the start, including response heads.</summary>
    public TransportTotal Total { get; init; } = new(TransportTotal.Http, 0, 0);

    /// <summary>Streams that ended because a write to them failed; each restarts with its next listener.</summary>
    public long StreamsFailed { get; init; }
}

/// <summary>Listeners of a rendition over HTTP.</summary>
/// <param name="Station">The station's name.</param>
/// <param name="Rendition">The rendition's name: <c>mp3-64</c>.</param>
/// <param name="Listeners">Its listeners now.</param>
/// <param name="Peak">The most listeners at a time.</param>
internal sealed record RadioRenditionSnapshot(string Station, string Rendition, int Listeners, int Peak);
