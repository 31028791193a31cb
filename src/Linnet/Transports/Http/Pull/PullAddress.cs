using System.Text;
using Linnet.Audio;
using Linnet.Wire.Playlists;

namespace Linnet.Transports.Http.Pull;

/// <summary>Resolves the addresses that a server gives us: redirects and playlist entries. Pure; the input is untrusted.</summary>
internal static class PullAddress
{
    /// <summary>The most playlist entries that are tried.</summary>
    internal const int MaxEntries = 16;

    /// <summary>The address for display, without user, password and query.</summary>
    internal static string Shown(Uri uri) => uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <summary>Resolves a redirect.</summary>
    /// <param name="from">The address that was requested.</param>
    /// <param name="location">The server's <c>Location</c>: absolute, or relative to <paramref name="from"/>.</param>
    /// <exception cref="TransportException">The location is not an address that is followed.</exception>
    internal static Uri Follow(Uri from, string? location)
    {
        if (!Uri.TryCreate(from, location, out Uri? to) || to.Scheme is not ("http" or "https") || to.Host.Length == 0)
        {
            throw new TransportException("The server redirects, but not to an http or https address.") { IsUnknown = true };
        }

        return from.Scheme == Uri.UriSchemeHttps && to.Scheme == Uri.UriSchemeHttp
            ? throw new TransportException(
                $"{Shown(from)} redirects from https to {Shown(to)}, which is not followed: give that address if no encryption is needed.")
            {
                IsUnknown = true,
            }
            : to;
    }

    /// <summary>
    /// The addresses in a playlist, without duplicates, at most <see cref="MaxEntries"/>. Ignores everything else in it, files included.
    /// </summary>
    /// <param name="from">The playlist's address, to which entries may be relative.</param>
    /// <param name="contentType">The content type that the server gave.</param>
    /// <param name="playlist">The playlist's bytes; untrusted.</param>
    /// <exception cref="TransportException">The playlist has no addresses, or is HLS.</exception>
    internal static IReadOnlyList<Uri> EntriesOf(Uri from, string? contentType, ReadOnlySpan<byte> playlist)
    {
        PlaylistKind kind = KindOf(from, contentType) ?? PlaylistKind.M3u;
        Encoding? encoding = EncodingOf(contentType);
        bool isRead = PlaylistText.TryParse(playlist, kind, encoding, out PlaylistText text, out string problem)
            || (kind is PlaylistKind.Pls && PlaylistText.TryParse(playlist, PlaylistKind.M3u, encoding, out text, out problem));
        if (!isRead)
        {
            throw new TransportException(problem.Contains("HLS", StringComparison.Ordinal)
                ? "This is an HLS playlist, which is not supported. Give the address of the stream itself."
                : $"The server's response {problem}.")
            {
                IsUnknown = true,
            };
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

        return entries.Count > 0
            ? entries
            : throw new TransportException("The playlist contains no http or https address.") { IsUnknown = true };
    }

    /// <summary>Whether the content is a list of addresses rather than audio.</summary>
    internal static bool IsPlaylist(Uri from, string? contentType) => KindOf(from, contentType) is not null;

    /// <summary>The text encoding in a content type (<c>audio/mpeg; charset=windows-1251</c>), or <see langword="null"/>.</summary>
    internal static Encoding? EncodingOf(string? contentType)
    {
        const string Parameter = "charset=";
        string? named = (contentType ?? "").Split(';').Skip(1).Select(static part => part.Trim())
            .FirstOrDefault(static part => part.StartsWith(Parameter, StringComparison.OrdinalIgnoreCase));
        return named is null ? null : NamedEncoding.Find(named[Parameter.Length..]);
    }

    /// <summary>Resolves an entry. Without a scheme it is relative to the playlist, as in any web document.</summary>
    private static Uri? ToAddress(Uri from, string location)
    {
        string text = location.Length > 2 && location[0] == '"' && location[^1] == '"' ? location[1..^1] : location;

        // A backslash is not a slash here; an entry that begins with two is a Windows network share.
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

            // Content types that servers use for file extensions they do not know.
            "" or "text/plain" or "text/html" or "text/xml" or "application/xml" or "application/octet-stream" or "binary/octet-stream" =>
                PlaylistText.KindOf(Path.GetExtension(from.AbsolutePath)) is { } kind and not PlaylistKind.Cue ? kind : null,
            _ => null,
        };
}
