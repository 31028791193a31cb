using Linnet.Audio;
using Linnet.Wire.Playlists;

namespace Linnet.Sources.Files;

/// <summary>Plays a part of another source, such as a track of a cue sheet, exact to the frame. Owns that source.</summary>
internal sealed class PartSource : IAudioSource
{
    private const int SkipFrames = 16 * 1024;

    private readonly IAudioSource _source;
    private readonly string _name;
    private readonly long _begin;
    private readonly long? _end;
    private long _position;
    private TrackInfo? _track;
    private bool _isTold;

    /// <param name="source">The source, at its beginning.</param>
    /// <param name="part">The part to play.</param>
    /// <param name="title">Title and artist; <see langword="null"/> to use those of the source.</param>
    /// <param name="name">Name of the file, for messages.</param>
    internal PartSource(IAudioSource source, SoundPart part, TrackInfo? title, string name)
    {
        _source = source;
        _name = name;
        _begin = FrameOf(part.Begin, source.Format);
        _end = part.End is int end ? FrameOf(end, source.Format) : null;
        _track = title;
    }

    /// <inheritdoc/>
    public AudioFormat Format => _source.Format;

    /// <inheritdoc/>
    public int BitDepth => _source.BitDepth;

    /// <inheritdoc/>
    public bool IsLive => _source.IsLive;

    /// <inheritdoc/>
    public bool IsStored => _source.IsStored;

    /// <inheritdoc/>
    public TimeSpan? Duration =>
        _end is long end ? Format.DurationOf(end - _begin)
        : _source.Duration is TimeSpan whole ? whole - Format.DurationOf(_begin)
        : null;

    /// <inheritdoc/>
    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
    {
        if (_position < _begin)
        {
            Skip(cancellationToken);
        }

        if (_end is long end)
        {
            int left = (int)Math.Min(pcm.Length, Math.Max(0, end - _position) * Format.Channels);
            if (left == 0)
            {
                return SourceRead.End;
            }

            pcm = pcm[..left];
        }

        SourceRead read = _source.ReadSound(pcm, cancellationToken);
        _position += read.Frames;
        if (read.Frames == 0)
        {
            return read;
        }

        // The list gives the title; of the file's own tags only the loudness and the picture are used.
        Keep(_isTold ? null : read.Track);
        TrackInfo? track = _isTold ? null : _track;
        _isTold = true;
        return read with { Track = track };
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    /// <summary>The frame nearest to a position in 1/75 s; the same where one part ends and the next begins.</summary>
    private static long FrameOf(int place, AudioFormat format) =>
        ((2L * place * format.SampleRate) + SoundPart.PerSecond) / (2 * SoundPart.PerSecond);

    private void Skip(CancellationToken cancellationToken)
    {
        int channels = Format.Channels;
        float[] skipped = new float[SkipFrames * channels];
        while (_position < _begin)
        {
            int frames = (int)Math.Min(SkipFrames, _begin - _position);
            SourceRead read = _source.ReadSound(skipped.AsSpan(0, frames * channels), cancellationToken);
            if (read.Frames == 0)
            {
                TimeSpan begin = Format.DurationOf(_begin);
                throw new IOException($"{_name} ends before its track at {(int)begin.TotalMinutes:00}:{begin.Seconds:00} begins.");
            }

            Keep(read.Track);
            _position += read.Frames;
        }
    }

    private void Keep(TrackInfo? told)
    {
        if (told is not null)
        {
            _track = _track is null ? told : _track with { Loudness = _track.Loudness ?? told.Loudness, Art = _track.Art ?? told.Art };
        }
    }
}
