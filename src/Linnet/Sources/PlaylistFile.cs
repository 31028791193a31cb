using Microsoft.Extensions.Logging;

namespace Linnet.Sources;

/// <summary>Reads a playlist from disk and finds the files it names.</summary>
internal static class PlaylistFile
{
    /// <summary>What kind of playlist a file is by its name, or <see langword="null"/> if none.</summary>
    internal static PlaylistKind? KindOf(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".m3u" => PlaylistKind.M3u,
        ".m3u8" => PlaylistKind.M3u8,
        ".pls" => PlaylistKind.Pls,
        _ => null,
    };

    /// <summary>The files a playlist names, whether they are there or not.</summary>
    /// <exception cref="IOException">It cannot be read, is no playlist, or names no file; the message is a sentence for the user.</exception>
    internal static IReadOnlyList<PlaylistEntry> List(string path, PlaylistKind kind, ILogger logger)
    {
        SourceFile.ThrowIfUnreadable(path);
        if (!PlaylistText.TryParse(Read(path), kind, SourceAddress.HostOfShare(Path.GetFullPath(path)), out PlaylistText playlist, out string problem))
        {
            throw new IOException($"{path} {problem}.");
        }

        if (playlist.Items.Count == 0)
        {
            throw new IOException(playlist.Addresses == 0
                ? $"{path} names no files."
                : $"{path} names only network addresses, such as {playlist.FirstAddress}; Linnet plays playlists of local files.");
        }

        if (playlist.Addresses > 0)
        {
            logger.AddressesSkipped(path, playlist.Addresses, playlist.FirstAddress);
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "";
        return [.. playlist.Items.Select(item => new PlaylistEntry(Locate(folder, item.Location), item.Untagged))];
    }

    /// <summary>One byte more than is allowed, so that what is too long shows.</summary>
    private static byte[] Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[Math.Min(file.Length, PlaylistText.MaxLength + 1)];
        int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes[..length];
    }

    private static string Locate(string folder, string location)
    {
        string path = Path.Combine(folder, location);

        // Playlists made on Windows have its separators.
        return !OperatingSystem.IsWindows() && location.Contains('\\') && !File.Exists(path)
            ? Path.Combine(folder, location.Replace('\\', '/'))
            : path;
    }
}
