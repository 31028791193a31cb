using System.Runtime.Versioning;
using Linnet.Audio;
using Linnet.Native;

namespace Linnet.Sources.Files;

/// <summary>
/// Plays a file with the codecs of Windows if neither Linnet's decoders nor libsndfile can read it: AAC, ALAC, WMA, the sound of a video.
/// </summary>
/// <remarks>
/// Only files with the extensions of such formats are tried: Windows would also read playlists, and open the addresses in them.
/// </remarks>
[SupportedOSPlatform("windows")]
internal sealed class MediaFoundationSource : IAudioSource
{
    /// <summary>A decoder that needs longer for the beginning of a file has hung.</summary>
    private static readonly TimeSpan LongestOpen = TimeSpan.FromSeconds(15);

    private static readonly HashSet<string> Extensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".aac", ".adts", ".m4a", ".m4b", ".mp4", ".m4v", ".mov", ".3gp", ".3g2", ".wma", ".wmv", ".asf", ".flac", ".mp3", ".ac3", ".ec3",
        ".amr", ".mka", ".mkv", ".webm", ".avi",
    };

    private readonly MediaFoundationFile _file;
    private readonly string _path;
    private long _position;
    private TrackInfo? _track;

    private MediaFoundationSource(MediaFoundationFile file, string path, TrackInfo? untagged)
    {
        (_file, _path) = (file, path);
        Format = new AudioFormat(file.SampleRate, file.Channels);
        _track = FileTags.Read(path).NameOr(untagged ?? new TrackInfo(SourceFile.TitleOf(path)));
    }

    /// <inheritdoc/>
    public AudioFormat Format { get; }

    /// <inheritdoc/>
    public int BitDepth => _file.BitDepth;

    /// <inheritdoc/>
    public bool IsLive => false;

    /// <inheritdoc/>
    public bool IsStored => true;

    /// <inheritdoc/>
    public TimeSpan? Duration => _file.Duration;

    /// <summary>Opens a file; <see langword="null"/> if Windows cannot read it, or has no codecs.</summary>
    /// <param name="path">A regular file that can be read.</param>
    /// <param name="untagged">Title and artist if the tags have no title; by default the file name without its extension.</param>
    /// <param name="time">Measures the time that Windows takes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="IOException">Linnet does not carry the file's format; the message is a sentence for the user.</exception>
    internal static MediaFoundationSource? TryOpen(string path, TrackInfo? untagged, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!Extensions.Contains(Path.GetExtension(path)) || TryOpenFile(path, time, cancellationToken) is not MediaFoundationFile file)
        {
            return null;
        }

        try
        {
            SourceFile.ThrowIfNotCarried(path, file.SampleRate, file.Channels);
            return new MediaFoundationSource(file, path, untagged);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int samples;
        try
        {
            samples = _file.Read(pcm);
        }
        catch (IOException e)
        {
            throw new IOException($"{_path} is damaged after {Format.DurationOf(_position).TotalSeconds:F1} s: {e.Message}", e);
        }

        if (samples == 0)
        {
            return _position > 0 ? SourceRead.End : throw new IOException($"{_path} has no audio.");
        }

        if (BitDepth == 0)
        {
            SampleLimit.Apply(pcm[..samples]);
        }

        int frames = samples / Format.Channels;
        _position += frames;
        (TrackInfo? track, _track) = (_track, null);
        return new SourceRead(frames, track);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // The codecs of other vendors that are installed are used as well, and may hang: so they run on a thread of their own.
    private static MediaFoundationFile? TryOpenFile(string path, TimeProvider time, CancellationToken cancellationToken)
    {
        Task<MediaFoundationFile?> opening = Task.Factory.StartNew(
            () => Open(Path.GetFullPath(path)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            return opening.WaitAsync(LongestOpen, time, cancellationToken).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            _ = opening.ContinueWith(
                static late => late.Result?.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }

    private static MediaFoundationFile? Open(string path)
    {
        try
        {
            return MediaFoundationFile.TryOpen(path);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
