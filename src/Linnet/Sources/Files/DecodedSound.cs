using Linnet.Audio;
using Linnet.Codecs.Streams;

namespace Linnet.Sources.Files;

/// <summary>Pulls bytes through a decoder: sound of one format, whatever its parts are, with their tags, each at its frame.</summary>
/// <remarks>
/// The first part gives the format; others are converted to it. Titles are told where they begin, but of very many no more than one a
/// second: each is a line in the log, and a new chained stream for whoever hears Ogg. Used by one thread.
/// </remarks>
internal sealed class DecodedSound : IStreamSink, IDisposable
{
    /// <summary>The most samples that a few bytes may decode to: 64 MiB.</summary>
    internal const int MaxSamples = 1 << 24;

    /// <summary>
    /// Bytes in a row that hold neither sound nor tags, after which none is looked for any more: a file may have a hole of any size in it.
    /// Less than a second's work; a film from a pipe may begin with so many fonts.
    /// </summary>
    internal const long MaxSoundless = 64 << 20;

    /// <summary>Bytes in a row of tags and pictures that do not count as soundless: as long as a tag of ID3 can be.</summary>
    internal const long MaxTagBytes = 256 << 20;

    // So little at a time, for few bytes may be much sound.
    private const int PieceLength = 1024;

    // A piece may hold very many.
    private const int MaxTags = 64;

    // Titles that are told at once, beside one for each second of sound.
    private const int FreeTitles = 10;

    private readonly ReadBytes _read;
    private readonly IStreamDecoder _decoder;
    private readonly string _name;
    private readonly byte[] _piece = new byte[PieceLength];
    private readonly Queue<(long Position, SoundTags Tags)> _tags = new();
    private StreamFormat? _first;
    private StreamConversion? _conversion;
    private float[] _pcm = [];
    private float[] _limited = [];
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

    /// <param name="read">Where the bytes come from.</param>
    /// <param name="decoder">Owned from now on.</param>
    /// <param name="name">What the sound is called in errors: a path.</param>
    internal DecodedSound(ReadBytes read, IStreamDecoder decoder, string name) => (_read, _decoder, _name) = (read, decoder, name);

    /// <summary>Waits for bytes, and gives as many as there are; 0 at the end.</summary>
    internal delegate int ReadBytes(Span<byte> destination, CancellationToken cancellationToken);

    /// <summary>What <see cref="Read"/> gives. Once it is known.</summary>
    internal AudioFormat Format => _first!.Pcm;

    /// <summary>Significant bits of integer PCM of the first part, or 0.</summary>
    internal int BitDepth => _first!.BitDepth;

    /// <summary>What the tags before the first sound say.</summary>
    internal SoundTags FirstTags { get; private set; } = SoundTags.None;

    /// <summary>Frames that there will be, where the sound says so at its beginning.</summary>
    internal long? Frames => _decoder.Frames;

    /// <summary>How long those are, in bytes of PCM as it is stored.</summary>
    internal long? Bytes => Frames * (_first!.BitRate / 8) / Format.SampleRate;

    /// <summary>Why nothing could be decoded, if nothing could.</summary>
    internal StreamProblem? Problem => _decoder.Problem;

    /// <summary>Waits until the format is known.</summary>
    /// <returns><see langword="false"/>: it never will be, for there is no sound; <see cref="Problem"/> may say why.</returns>
    /// <exception cref="IOException">The bytes could not be read.</exception>
    internal bool WaitForFormat(CancellationToken cancellationToken)
    {
        while (_first is null && Feed(cancellationToken))
        {
        }

        return _first is not null;
    }

    /// <summary>Waits until there is more sound, or none will come.</summary>
    /// <inheritdoc cref="WaitForFormat"/>
    internal bool WaitForSound(CancellationToken cancellationToken)
    {
        while (_start == _end && Feed(cancellationToken))
        {
        }

        return _start < _end;
    }

    /// <summary>What to say where there is no sound.</summary>
    internal IOException NoSound() => new(
        Problem is not { } problem
            ? _isSoundless ? $"{_name} has no sound in its first {MaxSoundless >> 20} MiB." : $"{_name} holds no sound."
        : Predicate(problem) is string predicate ? $"{_name} {predicate}"
        : $"{_name} cannot be played. {problem.Text}");

    /// <summary>Names the track that begins with the first frame: as its tags say, those too that come yet before the sound.</summary>
    /// <param name="untagged">What to call it if they do not.</param>
    /// <param name="more">Tags that the bytes so far do not have.</param>
    internal void Begin(TrackInfo untagged, SoundTags? more = null)
    {
        FirstTags = more is null ? FirstTags : FirstTags.Or(more);
        _untagged = untagged;
        _awaited = _track = FirstTags.NameOr(untagged);
    }

    /// <summary>Waits for the next frames, and gives as many as there are, up to the next track.</summary>
    /// <exception cref="IOException">The bytes could not be read or decoded, or there were none with sound in them.</exception>
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
        _conversion = format.Pcm == Format ? null : new StreamConversion(format.Pcm, Format, Append);
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

        // Before any filter.
        pcm = SampleLimit.Within(pcm, ref _limited);
        if (_conversion is null)
        {
            Append(pcm);
        }
        else if (_end + _conversion.SamplesOf(pcm.Length) <= MaxSamples)
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

    /// <summary>Decodes a piece more. False: there is none, or it cannot be decoded.</summary>
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

        string? problem = _isTooMuch ? ": a few bytes of it decode to more sound than can be."
            : _isSoundless ? $": there is no sound in the next {MaxSoundless >> 20} MiB."
            : Problem is null ? null
            : Predicate(Problem) is string predicate ? $": it {predicate}"
            : $". {Problem.Text}";
        if (problem is not null)
        {
            // What is fine, but is not decoded here, is not damaged.
            string what = Problem is { Fault: not StreamFault.NotSound } ? "broke off" : "is damaged";
            throw new IOException($"{_name} {what} after {Format.DurationOf(_position).TotalSeconds:F1} s{problem}");
        }
    }

    /// <summary>
    /// What a problem says of the stream, for a sentence about a file; <see langword="null"/> if the stream is not what it is about.
    /// </summary>
    private static string? Predicate(StreamProblem problem) =>
        problem.Text.StartsWith(StreamProblem.Subject, StringComparison.Ordinal) ? problem.Text[StreamProblem.Subject.Length..] : null;

    /// <summary>The track that begins here, unless there were too many: then it waits, and may be replaced.</summary>
    private TrackInfo? TakeTrack()
    {
        while (_tags.TryPeek(out (long Position, SoundTags Tags) next) && next.Position <= _position)
        {
            SoundTags tags = _tags.Dequeue().Tags;

            // A part that does not say what it is goes on with what plays, but is as loud as it says itself.
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

    /// <summary>False: it is too much.</summary>
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
