using Linnet.Audio;
using Linnet.Codecs.Ffmpeg;
using Linnet.Codecs.Streams;
using Linnet.Sources.Playlists;
using Microsoft.Win32.SafeHandles;

namespace Linnet.Sources.Files;

/// <summary>
/// Plays a file with the <c>ffmpeg</c> program if neither Linnet's decoders nor libsndfile can read it: AAC, ALAC, WMA, the audio of a
/// video.
/// </summary>
/// <remarks>
/// ffmpeg is a child process that reads this one local file and writes a WAV of floats, so PCM of up to 24 bits is exact. If an MP4
/// declares the length of its sound, the padding of the encoder's last packet is left out, so that parts follow each other without a gap.
/// </remarks>
public sealed class FfmpegSource : IAudioSource
{
    /// <summary>Maximum time until ffmpeg's first byte.</summary>
    internal static readonly TimeSpan FirstByteLimit = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The most padding that an encoder adds after the sound, in frames: a packet and its look-ahead, at twice the rate for HE-AAC.
    /// Anything longer is sound.
    /// </summary>
    private const int MaxPadding = 8192;

    private readonly FfmpegProcess _process;
    private readonly ReadAhead _bytes;
    private readonly DecodedSound _sound;
    private readonly string _path;
    private readonly long? _length;
    private float[] _beyond = [];
    private int _beyondStart;
    private int _beyondEnd;
    private bool _isLonger;
    private long _position;
    private TrackInfo? _track;

    /// <summary>Where to find ffmpeg by default: the value of PATH.</summary>
    internal static string? SearchPath => Environment.GetEnvironmentVariable("PATH");

    private FfmpegSource(FfmpegProcess process, ReadAhead bytes, DecodedSound sound, int bitDepth, string path, TrackInfo? untagged)
    {
        _process = process;
        _bytes = bytes;
        _sound = sound;
        _path = path;
        BitDepth = bitDepth;
        _length = Mp4Length.TryRead(path) is { } length ? (long)((Int128)length.Units * sound.Format.SampleRate / length.PerSecond) : null;
        _track = sound.FirstTags.NameOr(untagged ?? new TrackInfo(SourceFile.TitleOf(path))) with
        {
            Loudness = process.Loudness,
            Art = FileTags.Read(path).Art,
        };
    }

    /// <inheritdoc/>
    public AudioFormat Format => _sound.Format;

    /// <inheritdoc/>
    public int BitDepth { get; }

    /// <inheritdoc/>
    public bool IsLive => false;

    /// <inheritdoc/>
    public bool IsStored => true;

    /// <inheritdoc/>
    public TimeSpan? Duration => null;

    /// <summary>Starts ffmpeg on a file and waits for the beginning of the sound.</summary>
    /// <param name="path">A regular file. Its name may begin with <c>-</c> and contain <c>:</c>.</param>
    /// <param name="untagged">Title and artist if the tags have no title; by default the file name without its extension.</param>
    /// <param name="time">Measures the time that ffmpeg takes.</param>
    /// <param name="cancellationToken">Ends the wait and ffmpeg.</param>
    /// <exception cref="IOException">ffmpeg is not installed or finds no sound in the file; the message is a sentence for the
    /// user.</exception>
    public static FfmpegSource Open(string path, TrackInfo? untagged, TimeProvider time, CancellationToken cancellationToken = default) =>
        Open(path, untagged, time, SearchPath, cancellationToken);

    /// <param name="path">A regular file.</param>
    /// <param name="untagged">Title and artist if the tags have no title.</param>
    /// <param name="time">Measures the time that ffmpeg takes.</param>
    /// <param name="searchPath">Where to find the program: the value of PATH.</param>
    /// <param name="cancellationToken">Ends the wait and ffmpeg.</param>
    /// <param name="lent">An open file for ffmpeg to inherit.</param>
    /// <param name="reason">Why Linnet's own decoder cannot play the file, as a sentence; errors begin with it.</param>
    /// <inheritdoc cref="Open(string, TrackInfo?, TimeProvider, CancellationToken)"/>
    internal static FfmpegSource Open(
        string path,
        TrackInfo? untagged,
        TimeProvider time,
        string? searchPath,
        CancellationToken cancellationToken,
        SafeFileHandle? lent = null,
        string? reason = null)
    {
        SourceFile.ThrowIfUnreadable(path);
        FfmpegProcess process = FfmpegProcess.Start(path, searchPath, lent: lent, reason: reason);
        var bytes = new ReadAhead(process.Output);
        var sound = new DecodedSound(bytes.Read, new WavStreamDecoder(), path);
        try
        {
            using var limit = new CancellationTokenSource(FirstByteLimit, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            if (!sound.WaitForFormat(either.Token))
            {
                // If ffmpeg decodes the file but Linnet does not carry the format, ffmpeg has no error, and would run on.
                throw sound.Problem is not { Fault: StreamFault.Unsupported } && process.WaitForProblem() is string problem
                    ? new IOException(reason is not null ? $"{reason} ffmpeg cannot read it either: {problem}."
                        : $"{path} is not an audio file that {FfmpegProcess.OtherReader} or ffmpeg can read: {problem}.")
                    : sound.NoSound();
            }

            return new FfmpegSource(process, bytes, sound, process.WaitForBitDepth(either.Token), path, untagged);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Close(process, bytes);
            throw new IOException($"{path} cannot be read: ffmpeg gave no audio within {FirstByteLimit.TotalSeconds:F0} s.");
        }
        catch
        {
            Close(process, bytes);
            throw;
        }
    }

    /// <inheritdoc/>
    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
    {
        int frames = ReadSound(pcm, cancellationToken);
        if (frames == 0)
        {
            return _process.WaitForProblem() is string problem
                ? throw new IOException($"{_path} failed after {Format.DurationOf(_position).TotalSeconds:F1} s: {problem}.")
                : _position > 0 ? SourceRead.End
                : throw _sound.NoSound();
        }

        _position += frames;
        _process.Grant(Format.DurationOf(_position));
        TrackInfo? track = _track;
        _track = null;
        return new SourceRead(frames, track);
    }

    /// <inheritdoc/>
    public void Dispose() => Close(_process, _bytes);

    /// <summary>Reads the next frames of sound, without the padding that the encoder added.</summary>
    private int ReadSound(Span<float> pcm, CancellationToken cancellationToken)
    {
        int channels = Format.Channels;
        if (_length is not long length || _isLonger)
        {
            return TakeBeyond(pcm) is > 0 and int held ? held : ReadDecoded(pcm, cancellationToken);
        }

        if (_position < length)
        {
            return ReadDecoded(pcm[..(int)Math.Min(pcm.Length, (length - _position) * channels)], cancellationToken);
        }

        // A short rest is padding; a longer one means that the file's declared length is wrong.
        _beyond = new float[(MaxPadding + 1) * channels];
        int read;
        do
        {
            read = ReadDecoded(_beyond.AsSpan(_beyondEnd), cancellationToken);
            _beyondEnd += read * channels;
        }
        while (read > 0 && _beyondEnd < _beyond.Length);
        _isLonger = true;
        _beyondEnd = read > 0 ? _beyondEnd : 0;
        return TakeBeyond(pcm);
    }

    /// <summary>Reads decoded frames. ffmpeg's exit is checked at the end, whatever the sound was.</summary>
    private int ReadDecoded(Span<float> pcm, CancellationToken cancellationToken) =>
        _sound.WaitForSound(cancellationToken) ? _sound.Read(pcm, cancellationToken).Frames : 0;

    private int TakeBeyond(Span<float> pcm)
    {
        int samples = Math.Min(_beyondEnd - _beyondStart, pcm.Length / Format.Channels * Format.Channels);
        _beyond.AsSpan(_beyondStart, samples).CopyTo(pcm);
        _beyondStart += samples;
        return samples / Format.Channels;
    }

    private static void Close(FfmpegProcess process, ReadAhead bytes)
    {
        bytes.Dispose();
        process.Dispose();
    }
}
