using Linnet.Broadcast.Streams;

namespace Linnet.Transports.Http.Radio;

/// <summary>Listening over HTTP at one moment, for people and metrics.</summary>
/// <param name="Listeners">Listeners now.</param>
/// <param name="Waiting">Connections whose request is not whole yet.</param>
/// <param name="Accepted">Listeners since the start.</param>
/// <param name="Renditions">What is heard.</param>
/// <param name="BufferBytes">Memory for the bytes that listeners share.</param>
/// <param name="Sending">What the sender threads did for them, drops and moves included.</param>
/// <param name="Refused">Requests that were refused since the start, by reason.</param>
public sealed record RadioServerSnapshot(
    int Listeners,
    int Waiting,
    long Accepted,
    IReadOnlyList<RadioRenditionSnapshot> Renditions,
    long BufferBytes,
    StreamStatistics Sending,
    IReadOnlyDictionary<RadioRefusal, long> Refused)
{
    /// <summary>
    /// Packets that were gone before the stream had them, because the sender threads were too late: no listener heard them.
    /// </summary>
    public long PacketsMissed { get; init; }

    /// <summary>Who began to listen since the start, and all that was sent to them, heads included.</summary>
    public TransportTotal Total { get; init; } = new(TransportTotal.Http, 0, 0);

    /// <summary>Streams that ended because they could not be written; each begins again with its next listener.</summary>
    public long StreamsFailed { get; init; }
}

/// <summary>A rendition that is heard over HTTP.</summary>
/// <param name="Station">The station's name.</param>
/// <param name="Rendition">The rendition's name: <c>mp3-64</c>.</param>
/// <param name="Listeners">Its listeners now.</param>
/// <param name="Peak">The most there were at a time.</param>
public sealed record RadioRenditionSnapshot(string Station, string Rendition, int Listeners, int Peak);
