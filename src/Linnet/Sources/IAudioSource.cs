using Linnet.Audio;
using Linnet.Codecs.Streams;

namespace Linnet.Sources;

/// <summary>Gives the sound of a station, in order. Read by one thread.</summary>
public interface IAudioSource : IDisposable
{
    /// <summary>The PCM it gives, from the first frame to the last.</summary>
    AudioFormat Format { get; }

    /// <summary>
    /// Significant bits of the integer PCM the sound is stored as (8–32), or 0 if it never was integer PCM (lossy, float, synthetic).
    /// </summary>
    int BitDepth { get; }

    /// <summary>Whether sound arrives by itself, at its own clock (a microphone), instead of being read as fast as it is wanted.</summary>
    bool IsLive { get; }

    /// <summary>
    /// Whether all of its sound is there already, so that it can be read much faster than it is played. Default: it is not.
    /// </summary>
    bool IsStored => false;

    /// <summary>How long it is, where that is known and it does not repeat.</summary>
    TimeSpan? Duration { get; }

    /// <summary>
    /// Why it gives silence instead of its sound at the moment: a sentence for people. <see langword="null"/>: it gives its sound. Any
    /// thread may ask.
    /// </summary>
    string? Outage => null;

    /// <summary>Reads the next frames. A live source waits until some have arrived.</summary>
    /// <param name="pcm">
    /// Room for whole frames; at least one. Lent for the call. A station limits what it reads to 16 times full scale, and takes what is no
    /// number for silence, so a source may pass on what it gets.
    /// </param>
    /// <param name="cancellationToken">Ends a wait.</param>
    /// <returns>What was read; <see cref="SourceRead.End"/> at the end.</returns>
    /// <exception cref="IOException">The source broke; the message says what and why.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    SourceRead Read(Span<float> pcm, CancellationToken cancellationToken);
}

/// <summary>What one read of a source gave.</summary>
/// <param name="Frames">Frames written; 0 only at the end.</param>
/// <param name="Track">Set when another track starts exactly at the first of these frames.</param>
/// <param name="Discontinuity">Whether sound was lost or skipped just before the first of these frames (a capture overflow).</param>
public readonly record struct SourceRead(int Frames, TrackInfo? Track = null, bool Discontinuity = false)
{
    /// <summary>
    /// By how much faster than nominal its sound comes, as a fraction (10⁻⁶ is 1 ppm), where that is not read as fast as it is wanted and
    /// yet not live: the station's clock follows.
    /// </summary>
    public double Pace { get; init; }

    /// <summary>
    /// The packets that the sound was made of and that can be passed on instead of it: those that begin in these frames.
    /// <see langword="null"/>: this sound is made of none. Lent until the next read.
    /// </summary>
    public IReadOnlyList<StreamPacket>? Packets { get; init; }

    /// <summary>The source has ended.</summary>
    public static SourceRead End => default;
}
