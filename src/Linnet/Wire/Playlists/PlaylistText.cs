using System.Text;
using Linnet.Audio;

namespace Linnet.Wire.Playlists;

/// <summary>The content of a playlist of any kind. Untrusted.</summary>
/// <param name="Items">The entries, in order.</param>
/// <param name="Encoding">The encoding that the playlist names; <see langword="null"/>: only UTF-8, or none.</param>
internal sealed record PlaylistText(IReadOnlyList<PlaylistItem> Items, Encoding? Encoding = null)
{
    /// <summary>The longest playlist, in bytes.</summary>
    internal const int MaxLength = 4 << 20;

    /// <summary>The most entries.</summary>
    internal const int MaxEntries = 20_000;

    /// <summary>The most characters in a line or a location.</summary>
    internal const int MaxLineLength = 4096;

    private const char ByteOrderMark = '\uFEFF';

    /// <summary>The kind of playlist for a file extension (<c>.m3u</c>); <see langword="null"/> if it is none.</summary>
    internal static PlaylistKind? KindOf(ReadOnlySpan<char> extension) => extension.ToString().ToLowerInvariant() switch
    {
        ".m3u" or ".m3u8" => PlaylistKind.M3u,
        ".pls" => PlaylistKind.Pls,
        ".xspf" => PlaylistKind.Xspf,
        ".cue" => PlaylistKind.Cue,
        _ => null,
    };

    /// <summary>Parses a whole file. Never throws.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="kind">The kind that its name suggests. The content may show another.</param>
    /// <param name="encoding">The encoding named outside the file, or <see langword="null"/>.</param>
    /// <param name="playlist">The content; may have no entries.</param>
    /// <param name="problem">If refused, why: the rest of a sentence that begins with the file's name.</param>
    internal static bool TryParse(
        ReadOnlySpan<byte> file, PlaylistKind kind, Encoding? encoding, out PlaylistText playlist, out string problem)
    {
        playlist = new PlaylistText([]);
        if (file.Length > MaxLength)
        {
            problem = $"is longer than {MaxLength >> 20} MiB, the limit for a playlist";
            return false;
        }

        string text = Read(file, out bool isUnicode);
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            problem = "is not a playlist: it is not text";
            return false;
        }

        var items = new PlaylistItems(encoding, isUnicode);
        bool isRead = KindOf(text, kind) switch
        {
            PlaylistKind.Pls => PlsReader.Read(text, items),
            PlaylistKind.Xspf => XspfReader.Read(file, text, items),
            PlaylistKind.Cue => CueReader.Read(text, items),
            _ => M3uReader.Read(text, items),
        };
        problem = items.Problem;
        playlist = isRead ? new PlaylistText(items.Items, items.Encoding) : playlist;
        return isRead;
    }

    /// <summary>Splits text into lines. A bare CR ends a line too. Unicode's other line breaks occur in names and do not.</summary>
    internal static IEnumerable<string> LinesOf(string text) =>
        text.Split('\n').SelectMany(static line => line.Split('\r')).Select(static line => line.Trim().TrimStart(ByteOrderMark));

    /// <summary>Reads UTF-16 if a byte order mark says so, otherwise bytes.</summary>
    private static string Read(ReadOnlySpan<byte> file, out bool isUnicode)
    {
        isUnicode = true;
        if (file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]))
        {
            return Encoding.Unicode.GetString(file[2..]);
        }

        if (file.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            return Encoding.BigEndianUnicode.GetString(file[2..]);
        }

        isUnicode = file.StartsWith("\uFEFF"u8);
        return ByteText.Decode(isUnicode ? file[3..] : file);
    }

    /// <summary>Detects the kind from the content: playlists often have the wrong extension.</summary>
    private static PlaylistKind KindOf(string text, PlaylistKind named)
    {
        ReadOnlySpan<char> start = text.AsSpan().TrimStart();
        return named is PlaylistKind.Cue ? named
            : start.StartsWith('<') ? PlaylistKind.Xspf
            : PlsReader.IsOne(text) ? PlaylistKind.Pls
            : start.StartsWith(M3uReader.Head, StringComparison.Ordinal) ? PlaylistKind.M3u
            : named;
    }
}
