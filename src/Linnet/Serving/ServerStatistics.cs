using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams;
using Linnet.Stations;

namespace Linnet.Serving;

/// <summary>A server at one moment, with its counters since it was opened. Nothing in it changes later.</summary>
public sealed record ServerStatistics
{
    /// <summary>Time since <see cref="StationServer.RunAsync"/> was called; zero before that.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>
    /// The stations on offer, in the order of the server's list: those of this process, and those that are fed from elsewhere.
    /// </summary>
    public IReadOnlyList<StationSnapshot> Stations { get; init; } = [];

    /// <summary>
    /// Names of the pushed and pulled stations that have had no audio yet. They join <see cref="Stations"/> with their first audio.
    /// </summary>
    public IReadOnlyList<string> Awaited { get; init; } = [];

    /// <summary>
    /// The protocols that are served, in the order in which they were opened. Their figures are at most 200 ms old; those of a protocol
    /// that fails to give them are its last ones.
    /// </summary>
    public IReadOnlyList<ProtocolSnapshot> Protocols { get; init; } = [];

    /// <summary>The addresses of clients that push at this moment, by station.</summary>
    public IReadOnlyDictionary<string, string> Pushers { get; init; } = new Dictionary<string, string>();

    /// <summary>Packets and listeners of the sender threads, without those of <see cref="Streams"/>.</summary>
    public required SenderStatistics Sending { get; init; }

    /// <summary>Writes, packets and listeners of streams of bytes, as HTTP sends them.</summary>
    public required StreamStatistics Streams { get; init; }

    /// <summary>Other servers that have the same stations; empty, the default: this one is alone.</summary>
    internal IReadOnlyList<OtherNode> Nodes { get; init; } = [];

    /// <summary>Listeners of all stations at this moment, over all protocols and at all servers.</summary>
    public int Listeners => (int)Math.Min(int.MaxValue, Stations.Sum(static s => (long)s.Listeners));

    /// <summary>Those of <see cref="Listeners"/> that are at other servers; 0 without other servers.</summary>
    public int ListenersElsewhere => (int)Math.Min(int.MaxValue, Stations.Sum(static s => (long)s.ListenersElsewhere));

    /// <summary>Listeners that were dropped because they did not keep up, or because sending to them failed on this side.</summary>
    public long ListenersDropped =>
        Sending.StalledListeners + Sending.FailedListeners + Streams.StalledListeners + Streams.FailedListeners;
}
