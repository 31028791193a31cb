using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams;
using Linnet.Serving;
using Linnet.Stations;

namespace Linnet.Cli.Panels;

/// <summary>What the panel of <c>serve</c> shows at one moment.</summary>
/// <param name="Protocols">The protocols that listen anywhere; the first is the one that <c>linnet play</c> uses.</param>
/// <param name="Stations">The stations.</param>
/// <param name="Sending">What was due and sent, and how late.</param>
/// <param name="Elapsed">Since the server began.</param>
internal sealed record ServerSnapshot(
    IReadOnlyList<ProtocolRow> Protocols, IReadOnlyList<StationRow> Stations, SenderStatistics Sending, TimeSpan Elapsed)
{
    /// <summary>What was written to listeners that get streams of bytes; <see langword="null"/>: none are served.</summary>
    public StreamStatistics? Streams { get; init; }

    /// <summary>Who pushes, by station.</summary>
    public IReadOnlyDictionary<string, string> Pushers { get; init; } = new Dictionary<string, string>();

    /// <summary>Listeners in all.</summary>
    public int Listeners => Stations.Sum(static s => s.Listeners);

    /// <summary>Listeners that were dropped because they did not keep up, or sending to them failed.</summary>
    public long Dropped =>
        Sending.StalledListeners + Sending.FailedListeners + (Streams?.StalledListeners ?? 0) + (Streams?.FailedListeners ?? 0);
}

/// <summary>A protocol in it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Addresses">Where other machines reach it, best first; empty: its ports are not addresses for people.</param>
/// <param name="Now">What it counts.</param>
internal sealed record ProtocolRow(string Name, IReadOnlyList<string> Addresses, ProtocolSnapshot Now);

/// <summary>A station in it.</summary>
/// <param name="Station">As it is.</param>
/// <param name="Levels">What its meters show, one per channel.</param>
internal sealed record StationRow(StationSnapshot Station, IReadOnlyList<MeterLevel> Levels)
{
    /// <summary>Listeners of all its renditions.</summary>
    public int Listeners => Station.Renditions.Sum(static r => r.Listeners);

    /// <summary>Renditions that run.</summary>
    public IEnumerable<RenditionSnapshot> Running => Station.Renditions.Where(static r => r.Running);

    /// <summary>Its state as one word.</summary>
    public string State => Station.State.ToString().ToLowerInvariant();
}
