using Linnet.Audio;
using Linnet.Codecs.Streams;

namespace Linnet.Sources;

/// <summary>Provides the sound of a station, in order. Read by one thread.</summary>
public interface IAudioSource : IDisposable
{
    /// <summary>The PCM it provides; never changes.</summary>
    AudioFormat Format { get; }

    /// <summary>
    /// Significant bits of the original integer PCM (8–32), or 0 if the sound never was integer PCM (lossy, float, synthetic).
    /// Default: 0.
    /// </summary>
    int BitDepth => 0;

    /// <summary>Whether sound arrives at its own clock (a microphone), rather than as fast as it is read. Default: false.</summary>
    bool IsLive => false;

    /// <summary>
    /// Whether all of its sound is available at once, so that it can be read much faster than it is played. Default: false.
    /// </summary>
    bool IsStored => false;

    /// <summary>Its duration, if that is known and it does not repeat. Default: <see langword="null"/>.</summary>
    TimeSpan? Duration => null;

    /// <summary>
    /// Why it currently gives silence instead of its sound, as a sentence for the user; <see langword="null"/> if it gives its sound. Any
    /// thread may read it.
    /// </summary>
    string? Outage => null;

    /// <summary>
    /// The track after the one that is read at the moment, if it is known; default: <see langword="null"/>. Any thread may read it.
    /// </summary>
    TrackInfo? Upcoming => null;

    /// <summary>Reads the next frames. A live source waits until some arrive.</summary>
    /// <param name="pcm">
    /// Room for whole frames, at least one. Valid only during the call. A station limits what it reads to 16 times full scale and treats
    /// NaN as silence, so a source need not check its samples.
    /// </param>
    /// <param name="cancellationToken">Ends a wait.</param>
    /// <returns>The frames read; <see cref="SourceRead.End"/> at the end.</returns>
    /// <exception cref="IOException">The source failed; the message says what and why.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    SourceRead Read(Span<float> pcm, CancellationToken cancellationToken);
}

/// <summary>The result of reading a source.</summary>
/// <param name="Frames">Frames read; 0 only at the end.</param>
/// <param name="Track">The new track, if one starts exactly at the first of these frames.</param>
/// <param name="Discontinuity">Whether sound was lost or skipped directly before the first of these frames (a capture overflow).</param>
public readonly record struct SourceRead(int Frames, TrackInfo? Track = null, bool Discontinuity = false)
{
    /// <summary>
    /// How much faster than nominal the sound arrives, as a fraction (10⁻⁶ is 1 ppm), for a source that is not live but has its own clock:
    /// the station's clock follows it.
    /// </summary>
    public double Pace { get; init; }

    /// <summary>
    /// The packets that begin in these frames and can be passed on in place of the sound. <see langword="null"/> if there are none. Valid
    /// until the next read.
    /// </summary>
    internal IReadOnlyList<StreamPacket>? Packets { get; init; }

    /// <summary>The end of the source.</summary>
    public static SourceRead End => default;
}
