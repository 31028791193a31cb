using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams;
using Linnet.Serving;
using Linnet.Stations;

namespace Linnet.Cli.Panels;

/// <summary>What the panel of <c>serve</c> shows at one moment.</summary>
/// <param name="Protocols">The protocols that listen anywhere; the first is the one that <c>linnet play</c> uses.</param>
/// <param name="Stations">The stations.</param>
/// <param name="Sending">Counts of packets due and sent, and how late.</param>
/// <param name="Elapsed">Time since the server started.</param>
internal sealed record ServerSnapshot(
    IReadOnlyList<ProtocolRow> Protocols, IReadOnlyList<StationRow> Stations, SenderStatistics Sending, TimeSpan Elapsed)
{
    /// <summary>Counts of writes to listeners of byte streams; <see langword="null"/>: no byte streams are served.</summary>
    public StreamStatistics? Streams { get; init; }

    /// <summary>Addresses of clients that push, by station.</summary>
    public IReadOnlyDictionary<string, string> Pushers { get; init; } = new Dictionary<string, string>();

    /// <summary>Listeners in all.</summary>
    public int Listeners => Stations.Sum(static s => s.Listeners);

    /// <summary>Listeners that were dropped because they did not keep up, or sending to them failed.</summary>
    public long Dropped =>
        Sending.StalledListeners + Sending.FailedListeners + (Streams?.StalledListeners ?? 0) + (Streams?.FailedListeners ?? 0);
}

/// <summary>A protocol on the panel.</summary>
/// <param name="Name">The protocol's name.</param>
/// <param name="Addresses">Where other machines reach it, best first; empty: a user cannot give its ports to a player.</param>
/// <param name="Now">The protocol's counters.</param>
internal sealed record ProtocolRow(string Name, IReadOnlyList<string> Addresses, ProtocolSnapshot Now);

/// <summary>A station on the panel.</summary>
/// <param name="Station">The station's state.</param>
/// <param name="Levels">The levels of its meters, one per channel.</param>
internal sealed record StationRow(StationSnapshot Station, IReadOnlyList<MeterLevel> Levels)
{
    /// <summary>Listeners of all its renditions.</summary>
    public int Listeners => Station.Renditions.Sum(static r => r.Listeners);

    /// <summary>Renditions that run.</summary>
    public IEnumerable<RenditionSnapshot> Running => Station.Renditions.Where(static r => r.Running);

    /// <summary>Its state as one word.</summary>
    public string State => Station.State.ToString().ToLowerInvariant();
}
