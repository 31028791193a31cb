using Linnet.Audio;
using Linnet.Codecs.Ffmpeg;

namespace Linnet.Sources;

/// <summary>A file that libsndfile does not read and the <c>ffmpeg</c> program does: AAC, ALAC, WMA, the sound of a video.</summary>
/// <remarks>ffmpeg is a child process that reads this one local file and gives a WAV of floats, so nothing of up to 24 bits is lost.</remarks>
public sealed class FfmpegSource : IAudioSource
{
    /// <summary>How long ffmpeg may take until its first byte.</summary>
    internal static readonly TimeSpan FirstByteLimit = TimeSpan.FromSeconds(15);

    private readonly FfmpegProcess _process;
    private readonly ReadAhead _bytes;
    private readonly PcmInput _input;
    private readonly string _path;
    private long _position;
    private TrackInfo? _track;

    private FfmpegSource(FfmpegProcess process, ReadAhead bytes, PcmInput input, int bitDepth, string path, TrackInfo? untagged)
    {
        _process = process;
        _bytes = bytes;
        _input = input;
        _path = path;
        BitDepth = bitDepth;
        TrackInfo track = input.Title is not null
            ? new TrackInfo(input.Title, input.Artist)
            : untagged ?? new TrackInfo(SourceFile.TitleOf(path), input.Artist);
        _track = track with { Loudness = process.Loudness };
    }

    /// <inheritdoc/>
    public AudioFormat Format => _input.Pcm.Format;

    /// <inheritdoc/>
    public int BitDepth { get; }

    /// <inheritdoc/>
    public bool IsLive => false;

    /// <inheritdoc/>
    public bool IsStored => true;

    /// <inheritdoc/>
    public TimeSpan? Duration => null;

    /// <summary>Starts ffmpeg on a file and waits for the beginning of the sound.</summary>
    /// <param name="path">A regular file. Its name may begin with <c>-</c> and hold <c>:</c>.</param>
    /// <param name="untagged">What to call it if it has no title in its tags; by default its name without the extension.</param>
    /// <param name="time">Measures how long ffmpeg takes.</param>
    /// <param name="cancellationToken">Ends the wait, and ffmpeg.</param>
    /// <exception cref="IOException">ffmpeg is not installed or finds no sound in the file; the message is a sentence for the user.</exception>
    public static FfmpegSource Open(string path, TrackInfo? untagged, TimeProvider time, CancellationToken cancellationToken = default) =>
        Open(path, untagged, time, Environment.GetEnvironmentVariable("PATH"), cancellationToken);

    /// <inheritdoc cref="Open(string, TrackInfo?, TimeProvider, CancellationToken)"/>
    internal static FfmpegSource Open(string path, TrackInfo? untagged, TimeProvider time, string? searchPath, CancellationToken cancellationToken)
    {
        SourceFile.ThrowIfUnreadable(path);
        FfmpegProcess process = FfmpegProcess.Start(path, searchPath);
        var bytes = new ReadAhead(process.Output);
        try
        {
            using var limit = new CancellationTokenSource(FirstByteLimit, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            PcmInput input = ReadHeader(path, process, bytes, either.Token);
            SourceFile.ThrowIfNotCarried(path, input.Pcm.Format.SampleRate, input.Pcm.Format.Channels);
            return new FfmpegSource(process, bytes, input, process.WaitForBitDepth(either.Token), path, untagged);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Close(process, bytes);
            throw new IOException($"{path} cannot be read: ffmpeg gave no sound within {FirstByteLimit.TotalSeconds:F0} s.");
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
        int frames = _input.Read(pcm, cancellationToken);
        if (frames == 0)
        {
            return _process.WaitForProblem() is string problem
                ? throw new IOException($"{_path} broke off after {Format.DurationOf(_position).TotalSeconds:F1} s: {problem}.")
                : SourceRead.End;
        }

        _position += frames;
        TrackInfo? track = _track;
        _track = null;
        return new SourceRead(frames, track);
    }

    /// <inheritdoc/>
    public void Dispose() => Close(_process, _bytes);

    private static PcmInput ReadHeader(string path, FfmpegProcess process, ReadAhead bytes, CancellationToken cancellationToken)
    {
        try
        {
            return PcmInput.OpenWav(bytes, path, cancellationToken);
        }
        catch (IOException e) when (process.WaitForProblem() is string problem)
        {
            throw new IOException($"{path} is not a sound file that libsndfile or ffmpeg can read: {problem}.", e);
        }
    }

    private static void Close(FfmpegProcess process, ReadAhead bytes)
    {
        bytes.Dispose();
        process.Dispose();
    }
}
