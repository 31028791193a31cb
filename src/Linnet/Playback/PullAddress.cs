using Linnet.Transports;

namespace Linnet.Playback;

/// <summary>Where a server that is pulled from sends us. Pure; what it says comes from anyone.</summary>
internal static class PullAddress
{
    /// <summary>The most addresses of a playlist that are tried.</summary>
    internal const int MaxEntries = 16;

    /// <summary>The address without user, password and query: for people.</summary>
    internal static string Shown(Uri uri) => uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <summary>Follows where the server says the sound is.</summary>
    /// <param name="from">Where it was looked for.</param>
    /// <param name="location">What the server said: an address, or one relative to the other.</param>
    /// <exception cref="TransportException">It is nothing that is followed.</exception>
    internal static Uri Follow(Uri from, string? location) =>
        Uri.TryCreate(from, location, out Uri? to) && to.Scheme is "http" or "https" && to.Host.Length > 0
            ? to
            : throw new TransportException("The server says that the sound is elsewhere, at no address of http or https.");

    /// <summary>The addresses that a playlist names, at most <see cref="MaxEntries"/>. Nothing else in it is followed, and no file.</summary>
    /// <exception cref="TransportException">There is none, or it is HLS.</exception>
    internal static IReadOnlyList<Uri> EntriesOf(Uri from, string playlist)
    {
        if (playlist.Contains("#EXT-X-", StringComparison.OrdinalIgnoreCase))
        {
            throw new TransportException("This is HLS, which is not fetched; give the address of the stream itself.");
        }

        var entries = new List<Uri>();
        foreach (string raw in playlist.Split('\n'))
        {
            string line = raw.Trim().TrimStart('\uFEFF');
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            line = line.StartsWith("File", StringComparison.OrdinalIgnoreCase) && equals > 0 ? line[(equals + 1)..].Trim() : line;
            bool isAddress = line.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || line.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
            if (isAddress && entries.Count < MaxEntries && Uri.TryCreate(from, line, out Uri? to) && to.Host.Length > 0)
            {
                entries.Add(to);
            }
        }

        return entries.Count > 0 ? entries : throw new TransportException("The playlist names no address of http or https.");
    }

    /// <summary>Whether what is there is a list of addresses rather than sound.</summary>
    internal static bool IsPlaylist(Uri from, string? contentType) =>
        (contentType ?? "").Split(';')[0].Trim().ToLowerInvariant() switch
        {
            "audio/x-mpegurl" or "audio/mpegurl" or "application/x-mpegurl" or "application/vnd.apple.mpegurl" or "audio/x-scpls" or "application/pls+xml" => true,
            "" or "text/plain" or "application/octet-stream" => from.AbsolutePath.EndsWith(".m3u", StringComparison.OrdinalIgnoreCase)
                || from.AbsolutePath.EndsWith(".pls", StringComparison.OrdinalIgnoreCase),
            _ => false,
        };
}
