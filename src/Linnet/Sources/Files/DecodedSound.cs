using Linnet.Audio;
using Linnet.Codecs.Streams;

namespace Linnet.Sources.Files;

/// <summary>Reads bytes through a decoder, and gives sound in one format with the tags of each part at the right frame.</summary>
/// <remarks>
/// The first part sets the format; others are converted to it. Titles are announced where they begin, but a long series of them at no more
/// than one per second: each makes a line in the log and a new chained stream for Ogg listeners. Used by one thread.
/// </remarks>
internal sealed class DecodedSound : IStreamSink, IDisposable
{
    /// <summary>Maximum number of samples that a few bytes may decode to: 64 MiB.</summary>
    internal const int MaxSamples = 1 << 24;

    /// <summary>
    /// Consecutive bytes without sound or tags after which the search for sound ends: a sparse file may have a hole of any size. Less than
    /// a second of work; fonts of that size may precede the sound in a video from a pipe.
    /// </summary>
    internal const long MaxSoundless = 64 << 20;

    /// <summary>Consecutive bytes of tags and pictures that are not counted as soundless: the maximum length of an ID3 tag.</summary>
    internal const long MaxTagBytes = 256 << 20;

    // A small piece, because few bytes may decode to much sound.
    private const int PieceLength = 1024;

    // One piece may hold many tags.
    private const int MaxTags = 64;

    // Titles announced at once; after that, one per second of sound.
    private const int FreeTitles = 10;

    private readonly ReadBytes _read;
    private readonly IStreamDecoder _decoder;
    private readonly string _name;
    private readonly byte[] _piece = new byte[PieceLength];
    private readonly Queue<(long Position, SoundTags Tags)> _tags = new();
    private StreamFormat? _first;
    private StreamConversion? _conversion;
    private float[] _pcm = [];
    private int _start;
    private int _end;
    private long _position;
    private long _titles;
    private TrackInfo? _track;
    private TrackInfo? _awaited;
    private TrackInfo? _untagged;
    private long _bytes;
    private long _soundBytes;
    private long _soundTagBytes;
    private bool _isOver;
    private bool _isTooMuch;
    private bool _isSoundless;

    /// <param name="read">Reads the bytes.</param>
    /// <param name="decoder">The decoder; owned by this object.</param>
    /// <param name="name">Name of the sound in errors: a path.</param>
    internal DecodedSound(ReadBytes read, IStreamDecoder decoder, string name) => (_read, _decoder, _name) = (read, decoder, name);

    /// <summary>Waits for bytes, and returns the number read; 0 at the end.</summary>
    internal delegate int ReadBytes(Span<byte> destination, CancellationToken cancellationToken);

    /// <summary>Format of the sound that <see cref="Read"/> gives. Valid once it is known.</summary>
    internal AudioFormat Format => _first!.Pcm;

    /// <summary>Significant bits of the first part's integer PCM, or 0.</summary>
    internal int BitDepth => _first!.BitDepth;

    /// <summary>The tags before the first sound.</summary>
    internal SoundTags FirstTags { get; private set; } = SoundTags.None;

    /// <summary>Total number of frames, if the stream declares it at its beginning.</summary>
    internal long? Frames => _decoder.Frames;

    /// <summary>Size of those frames in bytes of stored PCM.</summary>
    internal long? Bytes => Frames * (_first!.BitRate / 8) / Format.SampleRate;

    /// <summary>Why nothing could be decoded, or <see langword="null"/>.</summary>
    internal StreamProblem? Problem => _decoder.Problem;

    /// <summary>Waits until the format is known.</summary>
    /// <returns><see langword="false"/> if there is no sound; <see cref="Problem"/> may say why.</returns>
    /// <exception cref="IOException">The bytes could not be read.</exception>
    internal bool WaitForFormat(CancellationToken cancellationToken)
    {
        while (_first is null && Feed(cancellationToken))
        {
        }

        return _first is not null;
    }

    /// <summary>Waits until there is more sound, or the end.</summary>
    /// <inheritdoc cref="WaitForFormat"/>
    internal bool WaitForSound(CancellationToken cancellationToken)
    {
        while (_start == _end && Feed(cancellationToken))
        {
        }

        return _start < _end;
    }

    /// <summary>The error for missing sound.</summary>
    internal IOException NoSound() => new(
        Problem is not { } problem
            ? _isSoundless ? $"{_name} has no audio in its first {MaxSoundless >> 20} MiB." : $"{_name} has no audio."
        : Predicate(problem) is string predicate ? $"{_name} {predicate}"
        : $"{_name} cannot be played. {problem.Text}");

    /// <summary>Sets the track at the first frame, from the tags; tags that come later but before the sound also count.</summary>
    /// <param name="untagged">Title and artist if the tags have none.</param>
    /// <param name="more">Tags that are not among the bytes read so far.</param>
    internal void Begin(TrackInfo untagged, SoundTags? more = null)
    {
        FirstTags = more is null ? FirstTags : FirstTags.Or(more);
        _untagged = untagged;
        _awaited = _track = FirstTags.NameOr(untagged);
    }

    /// <summary>Waits for the next frames, and returns those available, up to the next track.</summary>
    /// <exception cref="IOException">The bytes could not be read or decoded, or have no sound.</exception>
    internal SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!WaitForSound(cancellationToken))
        {
            ThrowIfBroken();
            return SourceRead.End;
        }

        int channels = Format.Channels;
        TrackInfo? track = TakeTrack();
        long frames = Math.Min(pcm.Length, _end - _start) / channels;
        frames = _tags.TryPeek(out (long Position, SoundTags Tags) next) ? Math.Min(frames, next.Position - _position) : frames;
        int samples = (int)frames * channels;
        _pcm.AsSpan(_start, samples).CopyTo(pcm);
        _start += samples;
        _position += frames;
        return new SourceRead((int)frames, track);
    }

    /// <inheritdoc/>
    public void OnFormat(StreamFormat format)
    {
        _conversion?.Flush();
        _first ??= format;
        _conversion = new StreamConversion(format.Pcm, Format, Append);
    }

    /// <inheritdoc/>
    public void OnPacket(ReadOnlySpan<byte> packet, ReadOnlySpan<float> pcm)
    {
        if (_isTooMuch || pcm.IsEmpty)
        {
            return;
        }

        _soundBytes = _bytes;
        _soundTagBytes = _decoder.TagBytes;
        if (_end + _conversion!.SamplesOf(pcm.Length) <= MaxSamples)
        {
            _conversion.Write(pcm);
        }
        else
        {
            _isTooMuch = true;
        }
    }

    /// <inheritdoc/>
    public void OnTrack(TrackInfo track) => OnTags(new SoundTags(track.Title, track.Artist));

    /// <inheritdoc/>
    public void OnTags(SoundTags tags)
    {
        if (_position == 0 && _end == 0)
        {
            FirstTags = tags.Or(FirstTags);
            if (_untagged is not null)
            {
                _awaited = _track = FirstTags.NameOr(_untagged);
            }
        }
        else if (_tags.Count < MaxTags)
        {
            _tags.Enqueue((_position + ((_end - _start) / Format.Channels), tags));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _decoder.Dispose();

    /// <summary>Decodes another piece. Returns false at the end, or if it cannot be decoded.</summary>
    private bool Feed(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _isSoundless = _bytes - _soundBytes - Math.Min(_decoder.TagBytes - _soundTagBytes, MaxTagBytes) > MaxSoundless;
        if (_isOver || _isTooMuch || _isSoundless || Problem is not null)
        {
            return false;
        }

        int length = _read(_piece, cancellationToken);
        if (_start == _end)
        {
            (_start, _end) = (0, 0);
        }

        _bytes += length;
        if (length > 0)
        {
            _decoder.Write(_piece.AsSpan(0, length), this);
            return true;
        }

        _isOver = true;
        _decoder.Complete(this);
        _conversion?.Flush();
        return true;
    }

    private void ThrowIfBroken()
    {
        if (_position == 0)
        {
            throw NoSound();
        }

        string? problem = _isTooMuch ? ": a few of its bytes decode to an impossible amount of audio."
            : _isSoundless ? $": there is no audio in the next {MaxSoundless >> 20} MiB."
            : Problem is null ? null
            : Predicate(Problem) is string predicate ? $": it {predicate}"
            : $". {Problem.Text}";
        if (problem is not null)
        {
            // A file that is valid, but cannot be decoded here, is not damaged.
            string what = Problem is { Fault: not StreamFault.NotSound } ? "failed" : "is damaged";
            throw new IOException($"{_name} {what} after {Format.DurationOf(_position).TotalSeconds:F1} s{problem}");
        }
    }

    /// <summary>
    /// The predicate of a problem's text, for a sentence about a file; <see langword="null"/> if the subject is not the stream.
    /// </summary>
    private static string? Predicate(StreamProblem problem) =>
        problem.Text.StartsWith(StreamProblem.Subject, StringComparison.Ordinal) ? problem.Text[StreamProblem.Subject.Length..] : null;

    /// <summary>The track that begins here. If there were too many, it is held back, and the next one may replace it.</summary>
    private TrackInfo? TakeTrack()
    {
        while (_tags.TryPeek(out (long Position, SoundTags Tags) next) && next.Position <= _position)
        {
            SoundTags tags = _tags.Dequeue().Tags;

            // A part without a title continues the current track, but has its own loudness.
            TrackInfo? track = tags.Track ?? _track;
            _awaited = track is null ? _awaited : track with { Loudness = tags.Loudness };
        }

        if (_awaited is null || (_position > 0 && (_awaited == _track || _titles >= FreeTitles + (_position / Format.SampleRate))))
        {
            return null;
        }

        TrackInfo taken = _awaited;
        (_track, _awaited) = (taken, null);
        _titles++;
        return taken;
    }

    /// <summary>Appends sound. Returns false if it is too much.</summary>
    private bool Append(ReadOnlySpan<float> pcm)
    {
        int needed = _end + pcm.Length;
        if (_isTooMuch || needed > MaxSamples)
        {
            _isTooMuch = true;
            return false;
        }

        if (needed > _pcm.Length)
        {
            Array.Resize(ref _pcm, Math.Min(MaxSamples, Math.Max(needed, 2 * _pcm.Length)));
        }

        pcm.CopyTo(_pcm.AsSpan(_end));
        _end = needed;
        return true;
    }
}
