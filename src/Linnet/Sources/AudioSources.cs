using Linnet.Audio;
using Linnet.Sources.Capture;
using Linnet.Sources.Files;
using Linnet.Sources.Playlists;
using Linnet.Wire.Playlists;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Linnet.Sources;

/// <summary>Opens sources by what a person wrote.</summary>
public static class AudioSources
{
    /// <summary>What standard input is called in errors, and as a title.</summary>
    private const string StandardInputName = "Standard input";

    /// <summary>What is said of a source that has ended though it should not.</summary>
    private const string HasEnded = "It has ended.";

    /// <summary>Opens the source of a station.</summary>
    /// <param name="spec">Which.</param>
    /// <param name="options">How it is played.</param>
    /// <param name="logger">Hears of files that are skipped.</param>
    /// <param name="cancellationToken">Ends the wait for a pipe, a device or ffmpeg.</param>
    /// <exception cref="IOException">It cannot be opened; the message is a sentence for the user.</exception>
    /// <exception cref="DllNotFoundException">A native library is not installed; the message says how to.</exception>
    public static IAudioSource Open(SourceSpec spec, SourceOptions options, ILogger logger, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(options);
        return spec.Kind switch
        {
            SourceKind.StandardInput => PipeSource.Open(options.OpenStandardInput(), options.Raw, StandardInputName, cancellationToken),
            SourceKind.Tone => new ToneSource(spec.Frequency),
            SourceKind.Capture => OpenCapture(spec.Location, options, logger, cancellationToken),
            _ => OpenPath(spec.Location, options, logger, cancellationToken),
        };
    }

    /// <summary>Opens a folder, a playlist, a named pipe, or a file of any kind that Linnet, libsndfile or ffmpeg reads.</summary>
    /// <remarks>
    /// It must be there now. Whatever fails later, or goes away, is opened again with a growing pause; silence is heard meanwhile. Only the
    /// end of what is played once is the end, and what breaks off when it is one file to be played once.
    /// </remarks>
    /// <param name="path">Where it is.</param>
    /// <param name="options">How it is played.</param>
    /// <param name="logger">Hears of files that are skipped.</param>
    /// <param name="cancellationToken">Ends the wait for ffmpeg.</param>
    /// <exception cref="IOException">It cannot be opened; the message is a sentence for the user.</exception>
    /// <exception cref="DllNotFoundException">A native library is not installed; the message says how to.</exception>
    public static IAudioSource OpenPath(string path, SourceOptions options, ILogger logger, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        path = DiskPath.Resolve(path);
        Func<IReadOnlyList<PlaylistEntry>> list;
        var listing = new ListingLog(logger);
        if (DiskPath.IsFolder(path))
        {
            list = () => listing.Round(() => FolderListing.List(path, listing));
        }
        else if (PlaylistFile.KindOf(path) is PlaylistKind kind)
        {
            list = () => listing.Round(() => PlaylistFile.List(path, kind, listing));
        }
        else if (NamedPipe.IsOne(path))
        {
            return NamedPipe.Open(path, options, logger, cancellationToken);
        }
        else if (options.Loop)
        {
            list = () => [new PlaylistEntry(path)];
        }
        else
        {
            return OpenOnce(path, options.Time, cancellationToken);
        }

        string name = ByteText.Shown(path);
        var queue = new TrackQueue(
            name,
            new PlayOrder(name, list, options.Loop, options.Shuffle, logger),
            (entry, token) => OpenEntry(entry, options.Time, token),
            logger);
        return RetriedSource.Open(
            name, token => PlaylistSource.Open(name, queue, options.Time, logger, token), options.Loop ? HasEnded : null, options.Time,
            logger, cancellationToken);
    }

    private static RetriedSource OpenCapture(string device, SourceOptions options, ILogger logger, CancellationToken cancellationToken) =>
        RetriedSource.Open(
            device.Length > 0 ? $"Sound input {device}" : "The sound input",
            token => CaptureSource.Open(device, options.Time, server: null, token),
            HasEnded,
            options.Time,
            logger,
            cancellationToken);

    /// <summary>Opens a file, or a part of one, whatever bytes its name has.</summary>
    private static IAudioSource OpenEntry(PlaylistEntry entry, TimeProvider time, CancellationToken cancellationToken)
    {
        IAudioSource source = ByteText.HasBytes(entry.Path)
            ? LentFile.Open(entry.Path, OpenLent)
            : OpenFile(entry.Path, entry.Untagged, entry.Path, time, cancellationToken);
        return entry.Part is { } part ? new PartSource(source, part, entry.Untagged, entry.Shown) : source;

        IAudioSource OpenLent(string lent, SafeFileHandle file) =>
            OpenFile(lent, entry.Untagged ?? new TrackInfo(SourceFile.TitleOf(entry.Path)), entry.Path, time, cancellationToken, file);
    }

    /// <summary>Opens one file that is played once, and reads its beginning, so that one without sound says so now.</summary>
    private static StartedSource OpenOnce(string path, TimeProvider time, CancellationToken cancellationToken)
    {
        IAudioSource source = OpenEntry(new PlaylistEntry(path), time, cancellationToken);
        try
        {
            return StartedSource.Start(source, cancellationToken);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Opens one file: by our own decoders, else by libsndfile, and by ffmpeg what those do not read.</summary>
    private static IAudioSource OpenFile(
        string path, TrackInfo? untagged, string name, TimeProvider time, CancellationToken cancellationToken,
        SafeFileHandle? lent = null) =>
        (IAudioSource?)FileSource.TryOpen(path, untagged, name, cancellationToken)
        ?? FfmpegSource.Open(path, untagged, time, FfmpegSource.SearchPath, cancellationToken, lent);
}
