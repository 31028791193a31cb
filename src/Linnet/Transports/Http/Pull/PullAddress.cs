using System.Text;
using Linnet.Audio;
using Linnet.Wire.Playlists;

namespace Linnet.Transports.Http.Pull;

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

    /// <summary>
    /// The addresses that a playlist names, at most <see cref="MaxEntries"/>, each once. Nothing else in it is followed, and no file.
    /// </summary>
    /// <param name="from">Where the playlist is; what it names may be relative to that.</param>
    /// <param name="contentType">What the server says that it is.</param>
    /// <param name="playlist">Its bytes, from anyone.</param>
    /// <exception cref="TransportException">There is none, or it is HLS.</exception>
    internal static IReadOnlyList<Uri> EntriesOf(Uri from, string? contentType, ReadOnlySpan<byte> playlist)
    {
        PlaylistKind kind = KindOf(from, contentType) ?? PlaylistKind.M3u;
        Encoding? encoding = EncodingOf(contentType);
        bool isRead = PlaylistText.TryParse(playlist, kind, encoding, out PlaylistText text, out string problem)
            || (kind is PlaylistKind.Pls && PlaylistText.TryParse(playlist, PlaylistKind.M3u, encoding, out text, out problem));
        if (!isRead)
        {
            throw new TransportException(problem.Contains("HLS", StringComparison.Ordinal)
                ? "This is HLS, which is not fetched; give the address of the stream itself."
                : $"What should be a playlist {problem}.");
        }

        var entries = new List<Uri>();
        foreach (PlaylistItem item in text.Items.Where(static item => !item.IsDoubtful))
        {
            if (entries.Count < MaxEntries && ToAddress(from, ByteText.ToText(item.Location, text.Encoding)) is Uri to
                && !entries.Contains(to))
            {
                entries.Add(to);
            }
        }

        return entries.Count > 0 ? entries : throw new TransportException("The playlist names no address of http or https.");
    }

    /// <summary>Whether what is there is a list of addresses rather than sound.</summary>
    internal static bool IsPlaylist(Uri from, string? contentType) => KindOf(from, contentType) is not null;

    /// <summary>The encoding that a type names for its text (<c>audio/mpeg; charset=windows-1251</c>), or <see langword="null"/>.</summary>
    internal static Encoding? EncodingOf(string? contentType)
    {
        const string Parameter = "charset=";
        string? named = (contentType ?? "").Split(';').Skip(1).Select(static part => part.Trim())
            .FirstOrDefault(static part => part.StartsWith(Parameter, StringComparison.OrdinalIgnoreCase));
        return named is null ? null : NamedEncoding.Find(named[Parameter.Length..]);
    }

    /// <summary>An entry as an address: what has no scheme is relative to the list, as in any document of the web.</summary>
    private static Uri? ToAddress(Uri from, string location)
    {
        string text = location.Length > 2 && location[0] == '"' && location[^1] == '"' ? location[1..^1] : location;

        // A backslash is no slash here, and what begins with two is the share of a machine.
        return !text.StartsWith('\\') && !IsDrive(text) && Uri.TryCreate(from, text, out Uri? to) && to.Scheme is "http" or "https"
            && to.Host.Length > 0 ? to : null;
    }

    private static bool IsDrive(string text) => text.Length > 1 && char.IsAsciiLetter(text[0]) && text[1] == ':';

    private static PlaylistKind? KindOf(Uri from, string? contentType) =>
        (contentType ?? "").Split(';')[0].Trim().ToLowerInvariant() switch
        {
            "audio/x-mpegurl" or "audio/mpegurl" or "audio/x-m3u" or "audio/m3u" or "application/x-mpegurl"
                or "application/vnd.apple.mpegurl" => PlaylistKind.M3u,
            "audio/x-scpls" or "audio/scpls" or "application/x-scpls" or "application/pls+xml" or "application/pls" => PlaylistKind.Pls,
            "application/xspf+xml" => PlaylistKind.Xspf,

            // What servers say of a file whose ending they do not know.
            "" or "text/plain" or "text/html" or "text/xml" or "application/xml" or "application/octet-stream" or "binary/octet-stream" =>
                PlaylistText.KindOf(Path.GetExtension(from.AbsolutePath)) is { } kind and not PlaylistKind.Cue ? kind : null,
            _ => null,
        };
}
