using Linnet.Audio;

namespace Linnet.Stations;

/// <summary>The state of a station at one moment, for display and metrics.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">Its life-cycle state.</param>
/// <param name="Problem">Why it failed, if it did.</param>
/// <param name="Track">The current track, if known.</param>
/// <param name="Format">Its source's format.</param>
/// <param name="BitDepth">Its source's bits per sample; 0 if that was never integer PCM.</param>
/// <param name="Position">How much of its audio has become due.</param>
/// <param name="Levels">Peak of each channel over the last block, 0–1.</param>
/// <param name="Reanchored">How often its source was so late that the clock was reset.</param>
/// <param name="Renditions">Its renditions, including stopped ones.</param>
public sealed record StationSnapshot(
    string Name,
    StationState State,
    string? Problem,
    TrackInfo? Track,
    AudioFormat Format,
    int BitDepth,
    TimeSpan Position,
    IReadOnlyList<float> Levels,
    long Reanchored,
    IReadOnlyList<RenditionSnapshot> Renditions)
{
    /// <summary>
    /// Why its source or fallback is silent at the moment while the station waits for it, as a sentence; <see langword="null"/> if it is
    /// not.
    /// </summary>
    public string? Awaits { get; init; }

    /// <summary>The track after <see cref="Track"/>, if it is known.</summary>
    public TrackInfo? Upcoming { get; init; }

    /// <summary>Whether the sender's audio plays, rather than the fallback.</summary>
    public bool IsSenderHeard { get; init; }

    /// <summary>
    /// How often a connected sender did not send enough, so that the fallback played; or a program wrote too little to a
    /// <see cref="Sources.PcmSource"/>.
    /// </summary>
    public long Underruns { get; init; }

    /// <summary>Its listeners at other servers that have it, also of renditions that it has only there; 0 without other servers.</summary>
    public int ListenersElsewhere { get; init; }

    /// <summary>Listeners of all its renditions, over all protocols and at all servers.</summary>
    public int Listeners => (int)Math.Min(int.MaxValue, Renditions.Sum(static r => (long)r.ListenersHere) + ListenersElsewhere);
}

/// <summary>The state of a rendition at one moment.</summary>
/// <param name="Name">Its name in URLs.</param>
/// <param name="Description">Display text, such as <c>opus 48000 Hz, 2 ch</c>.</param>
/// <param name="BitRate">Bits of payload per second.</param>
/// <param name="Running">Whether it is being encoded.</param>
/// <param name="ListenersHere">Number of sessions of this server that use it.</param>
/// <param name="Packets">Packets made since the station started.</param>
public sealed record RenditionSnapshot(string Name, string Description, int BitRate, bool Running, int ListenersHere, long Packets)
{
    /// <summary>Sessions of other servers that use it; 0 without other servers.</summary>
    public int ListenersElsewhere { get; init; }

    /// <summary>Sessions of all servers that use it.</summary>
    public int Listeners => (int)Math.Min(int.MaxValue, (long)ListenersHere + ListenersElsewhere);

    /// <summary>Time spent on conversion and encoding since the station started.</summary>
    public TimeSpan EncodeTime { get; init; }

    /// <summary>Packets that were ready only after they were due: the encoder was too slow, or its source late.</summary>
    public long LatePackets { get; init; }

    /// <summary>How often it failed and was stopped, to be restarted by its next listener.</summary>
    public long Failures { get; init; }

    /// <summary>Whether it is made on demand. Only a few of those run at a time.</summary>
    public bool IsOnDemand { get; init; }
}
