using Linnet.Broadcast.Packets;
using Linnet.Stations;
using Linnet.Transports.Http.Push;
using Linnet.Transports.Http.Radio;
using Linnet.Transports.PyAudio;

namespace Linnet.Cli.Panels;

/// <summary>What the panel of <c>serve</c> shows at one moment.</summary>
/// <param name="Addresses">Where other machines can listen, best first.</param>
/// <param name="Stations">The stations.</param>
/// <param name="Sending">What was due and sent, and how late.</param>
/// <param name="Elapsed">Since the server began.</param>
internal sealed record ServerSnapshot(
    IReadOnlyList<string> Addresses, IReadOnlyList<StationRow> Stations, SenderStatistics Sending, TimeSpan Elapsed)
{
    /// <summary>Where the PyAudio tutorial's programs are served; empty: nowhere.</summary>
    public IReadOnlyList<string> PyAudioAddresses { get; init; } = [];

    /// <summary>Who of them listens, and was refused; <see langword="null"/>: they are not served.</summary>
    public PyAudioServerSnapshot? PyAudio { get; init; }

    /// <summary>Where browsers and internet radios are served; empty: nowhere.</summary>
    public IReadOnlyList<string> HttpAddresses { get; init; } = [];

    /// <summary>Who listens by HTTP, and was refused; <see langword="null"/>: that is off.</summary>
    public RadioServerSnapshot? Radio { get; init; }

    /// <summary>Who pushes, by station.</summary>
    public IReadOnlyDictionary<string, string> Pushers { get; init; } = new Dictionary<string, string>();

    /// <summary>Pushes that were refused.</summary>
    public IReadOnlyDictionary<PushRefusal, long> PushesRefused { get; init; } = new Dictionary<PushRefusal, long>();

    /// <summary>Who listens, in all.</summary>
    public int Listeners => Stations.Sum(static s => s.Listeners);

    /// <summary>Listeners let go because they did not keep up, or sending to them failed.</summary>
    public long Dropped =>
        Sending.StalledListeners + Sending.FailedListeners + (Radio?.Sending.StalledListeners ?? 0) + (Radio?.Sending.FailedListeners ?? 0);
}

/// <summary>A station in it.</summary>
/// <param name="Station">As it is.</param>
/// <param name="Levels">What its meters show, one per channel.</param>
internal sealed record StationRow(StationSnapshot Station, IReadOnlyList<MeterLevel> Levels)
{
    /// <summary>Who listens to any of its renditions.</summary>
    public int Listeners => Station.Renditions.Sum(static r => r.Listeners);

    /// <summary>Renditions that run.</summary>
    public IEnumerable<RenditionSnapshot> Running => Station.Renditions.Where(static r => r.Running);

    /// <summary>Its state as one word.</summary>
    public string State => Station.State.ToString().ToLowerInvariant();
}
