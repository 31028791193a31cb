using Linnet.Audio;
using Linnet.Sources.Capture;
using Linnet.Sources.Files;
using Linnet.Sources.Playlists;
using Linnet.Wire.Playlists;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Linnet.Sources;

/// <summary>Opens the sources that a user names.</summary>
public static class AudioSources
{
    /// <summary>Name of standard input in errors, and its title.</summary>
    private const string StandardInputName = "Standard input";

    /// <summary>The message for a source that ended although it should not.</summary>
    private const string HasEnded = "It ended.";

    /// <summary>Opens the source of a station.</summary>
    /// <param name="spec">The source.</param>
    /// <param name="options">How to play it.</param>
    /// <param name="logger">Logs skipped files.</param>
    /// <param name="cancellationToken">Ends the wait for a pipe, a device or ffmpeg.</param>
    /// <exception cref="IOException">The source cannot be opened; the message is a sentence for the user.</exception>
    /// <exception cref="DllNotFoundException">A native library is not installed; the message says how to.</exception>
    public static IAudioSource Open(SourceSpec spec, SourceOptions options, ILogger logger, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(options);
        return spec.Kind switch
        {
            SourceKind.StandardInput => PipeSource.Open(Console.OpenStandardInput(), options.Raw, StandardInputName, cancellationToken),
            SourceKind.Tone => new ToneSource(spec.Frequency),
            SourceKind.Capture => OpenCapture(spec.Location, options, logger, cancellationToken),
            _ => OpenPath(spec.Location, options, logger, cancellationToken),
        };
    }

    /// <summary>Opens a folder, a playlist, a named pipe, or a file that Linnet, libsndfile or ffmpeg can read.</summary>
    /// <remarks>
    /// The path must exist now. If the source fails or disappears later, it is opened again after growing pauses, and gives silence until
    /// then. It ends only at the end of a source that is played once, or on an error in a single file that is played once.
    /// </remarks>
    /// <param name="path">Path of the source.</param>
    /// <param name="options">How to play it.</param>
    /// <param name="logger">Logs skipped files.</param>
    /// <param name="cancellationToken">Ends the wait for ffmpeg.</param>
    /// <exception cref="IOException">The source cannot be opened; the message is a sentence for the user.</exception>
    /// <exception cref="DllNotFoundException">A native library is not installed; the message says how to.</exception>
    public static IAudioSource OpenPath(string path, SourceOptions options, ILogger logger, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        WindowsDeviceName.Refuse(path);
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

    /// <summary>Opens a file or a part of one; the name may hold any bytes.</summary>
    private static IAudioSource OpenEntry(PlaylistEntry entry, TimeProvider time, CancellationToken cancellationToken)
    {
        WindowsDeviceName.Refuse(entry.Path);
        IAudioSource source = ByteText.HasBytes(entry.Path)
            ? LentFile.Open(entry.Path, OpenLent)
            : OpenFile(entry.Path, entry.Untagged, entry.Path, time, cancellationToken);
        return entry.Part is { } part ? new PartSource(source, part, entry.Untagged, entry.Shown) : source;

        IAudioSource OpenLent(string lent, SafeFileHandle file) =>
            OpenFile(lent, entry.Untagged ?? new TrackInfo(SourceFile.TitleOf(entry.Path)), entry.Path, time, cancellationToken, file);
    }

    /// <summary>Opens a file that is played once, and reads its beginning, so that a file without sound fails now.</summary>
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

    /// <summary>Opens a file with our own decoders, else with libsndfile, else with those of Windows, else with ffmpeg.</summary>
    private static IAudioSource OpenFile(
        string path, TrackInfo? untagged, string name, TimeProvider time, CancellationToken cancellationToken,
        SafeFileHandle? lent = null) =>
        (IAudioSource?)FileSource.TryOpen(path, untagged, name, out IOException? reason, cancellationToken)
        ?? (OperatingSystem.IsWindows() ? MediaFoundationSource.TryOpen(path, untagged, time, cancellationToken) : null)
        ?? (IAudioSource)FfmpegSource.Open(path, untagged, time, FfmpegSource.SearchPath, cancellationToken, lent, reason?.Message);
}
