using System.Text;
using Linnet.Audio;

namespace Linnet.Wire.Playlists;

/// <summary>What a playlist says, whatever kind it is. From anyone.</summary>
/// <param name="Items">Its entries, in order.</param>
/// <param name="Encoding">The encoding that it names; <see langword="null"/>: none but UTF-8.</param>
internal sealed record PlaylistText(IReadOnlyList<PlaylistItem> Items, Encoding? Encoding = null)
{
    /// <summary>The most bytes of a playlist.</summary>
    internal const int MaxLength = 4 << 20;

    /// <summary>The most entries.</summary>
    internal const int MaxEntries = 20_000;

    /// <summary>The most characters on a line, and of a location.</summary>
    internal const int MaxLineLength = 4096;

    private const char ByteOrderMark = '\uFEFF';

    /// <summary>What kind of playlist has a name that ends so (<c>.m3u</c>), or <see langword="null"/> if none.</summary>
    internal static PlaylistKind? KindOf(ReadOnlySpan<char> extension) => extension.ToString().ToLowerInvariant() switch
    {
        ".m3u" or ".m3u8" => PlaylistKind.M3u,
        ".pls" => PlaylistKind.Pls,
        ".xspf" => PlaylistKind.Xspf,
        ".cue" => PlaylistKind.Cue,
        _ => null,
    };

    /// <summary>Parses a whole file. Never throws.</summary>
    /// <param name="file">All its bytes.</param>
    /// <param name="kind">What it is by its name. Its beginning may say better.</param>
    /// <param name="encoding">The encoding that is named beside it, or <see langword="null"/>.</param>
    /// <param name="playlist">What it says; perhaps no entries.</param>
    /// <param name="problem">The rest of a sentence that begins with the file's name, if it is refused.</param>
    internal static bool TryParse(
        ReadOnlySpan<byte> file, PlaylistKind kind, Encoding? encoding, out PlaylistText playlist, out string problem)
    {
        playlist = new PlaylistText([]);
        if (file.Length > MaxLength)
        {
            problem = $"is longer than {MaxLength >> 20} MiB, which no playlist is";
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

    /// <summary>Its lines. A bare CR ends one too; other characters that Unicode calls line breaks stand in names.</summary>
    internal static IEnumerable<string> LinesOf(string text) =>
        text.Split('\n').SelectMany(static line => line.Split('\r')).Select(static line => line.Trim().TrimStart(ByteOrderMark));

    /// <summary>UTF-16 where its mark says so, else bytes.</summary>
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

    /// <summary>Lists are often called what they are not.</summary>
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
