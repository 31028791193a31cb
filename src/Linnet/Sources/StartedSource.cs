using Linnet.Audio;

namespace Linnet.Sources;

/// <summary>A source whose first frames were read: it is known to open and to give sound. Owns that source.</summary>
internal sealed class StartedSource : IAudioSource
{
    /// <summary>Maximum duration read at the start, to keep the wait short.</summary>
    private static readonly TimeSpan HeadLength = TimeSpan.FromMilliseconds(10);

    private readonly IAudioSource _source;
    private readonly float[] _head;
    private SourceRead? _first;
    private int _given;

    private StartedSource(IAudioSource source, float[] head, SourceRead first) => (_source, _head, _first) = (source, head, first);

    /// <inheritdoc/>
    public AudioFormat Format => _source.Format;

    /// <inheritdoc/>
    public int BitDepth => _source.BitDepth;

    /// <inheritdoc/>
    public bool IsLive => _source.IsLive;

    /// <inheritdoc/>
    public bool IsStored => _source.IsStored;

    /// <inheritdoc/>
    public TimeSpan? Duration => _source.Duration;

    /// <inheritdoc/>
    public string? Outage => _source.Outage;

    /// <inheritdoc/>
    public TrackInfo? Upcoming => _source.Upcoming;

    /// <summary>Whether it ended before its first frame.</summary>
    internal bool IsEmpty => _first is { Frames: 0 };

    /// <summary>Waits for the first frames of <paramref name="source"/>, or its end.</summary>
    /// <exception cref="IOException">The source failed. The caller still owns it.</exception>
    internal static StartedSource Start(IAudioSource source, CancellationToken cancellationToken)
    {
        float[] head = new float[Math.Max(1, source.Format.FramesIn(HeadLength)) * source.Format.Channels];
        return new StartedSource(source, head, source.ReadSound(head, cancellationToken));
    }

    /// <inheritdoc/>
    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
    {
        if (_first is not { } first)
        {
            return _source.ReadSound(pcm, cancellationToken);
        }

        int channels = Format.Channels;
        int frames = Math.Min(first.Frames - _given, pcm.Length / channels);
        _head.AsSpan(_given * channels, frames * channels).CopyTo(pcm);
        _given += frames;

        // The flags of the first frame are reported once.
        _first = _given == first.Frames ? null : new SourceRead(first.Frames);
        return first with { Frames = frames };
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();
}
