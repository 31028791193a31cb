using Linnet.Audio;

namespace Linnet.Stations;

/// <summary>A station at one moment, for people and metrics.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">Where it is in its life.</param>
/// <param name="Problem">Why it failed, if it did.</param>
/// <param name="Track">What plays, where that is known.</param>
/// <param name="Format">Its source's format.</param>
/// <param name="BitDepth">Its source's bits per sample, or 0 if it never was integer PCM.</param>
/// <param name="Position">How much of it has become due.</param>
/// <param name="Levels">Peak of each channel over the last block, 0–1.</param>
/// <param name="Reanchored">How often its source was so late that its clock was set anew.</param>
/// <param name="Renditions">Its renditions, those that rest included.</param>
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
    /// Why its source, or its fallback, gives silence at the moment and is waited for: a sentence for people. <see langword="null"/>: it is
    /// not.
    /// </summary>
    public string? Awaits { get; init; }

    /// <summary>Whether what somebody sends to it is heard, rather than its fallback.</summary>
    public bool IsSenderHeard { get; init; }

    /// <summary>How often its sender, though still there, did not send enough, so that the fallback was heard.</summary>
    public long Underruns { get; init; }
}

/// <summary>A rendition at one moment.</summary>
/// <param name="Name">Its name in URLs.</param>
/// <param name="Description">For people: <c>opus 48000 Hz, 2 ch</c>.</param>
/// <param name="BitRate">Bits of payload per second.</param>
/// <param name="Running">Whether it is being encoded.</param>
/// <param name="Listeners">Sessions that hold it.</param>
/// <param name="Packets">Packets made since the station started.</param>
public sealed record RenditionSnapshot(string Name, string Description, int BitRate, bool Running, int Listeners, long Packets)
{
    /// <summary>Time spent on conversion and encoding since the station started.</summary>
    public TimeSpan EncodeTime { get; init; }

    /// <summary>Packets that were ready only after they were due: the encoder was too slow, or its source late.</summary>
    public long LatePackets { get; init; }

    /// <summary>How often it failed and was stopped, to be started again by its next listener.</summary>
    public long Failures { get; init; }

    /// <summary>Whether it is made on demand: only a few such run at a time.</summary>
    public bool IsOnDemand { get; init; }
}
