using Linnet.Audio;

namespace Linnet.Wire.Playlists;

/// <summary>Reads M3U: lines of locations, comments that begin with <c>#</c>, and <c>#EXTINF:seconds,title</c> before a location.</summary>
internal static class M3uReader
{
    /// <summary>The first line of an M3U with directives.</summary>
    internal const string Head = "#EXTM3U";

    /// <summary>Names the encoding of the lines that follow, as VLC and foobar2000 write it.</summary>
    private const string EncodingDirective = "#EXTENC:";

    private const string TitleDirective = "#EXTINF:";

    /// <summary>Reads the text into <paramref name="items"/>.</summary>
    internal static bool Read(string text, PlaylistItems items)
    {
        TrackInfo? title = null;
        int lineNumber = 0;
        foreach (string line in PlaylistText.LinesOf(text))
        {
            if (!items.IsShortEnough(line, ++lineNumber))
            {
                return false;
            }

            if (line.StartsWith("#EXT-X-", StringComparison.OrdinalIgnoreCase))
            {
                return items.Refuse("is an HLS playlist, not a list of files");
            }

            if (line.StartsWith(EncodingDirective, StringComparison.OrdinalIgnoreCase))
            {
                items.Name(line[EncodingDirective.Length..]);
            }
            else if (line.StartsWith(TitleDirective, StringComparison.OrdinalIgnoreCase))
            {
                title = TitleOf(line) is string told ? items.ReadTitle(told) : null;
            }
            else if (line.StartsWith('#') && !line.StartsWith("#EXT", StringComparison.OrdinalIgnoreCase)
                && line.Contains('.', StringComparison.Ordinal))
            {
                items.Add(new PlaylistItem(line, title) { IsDoubtful = true });
            }
            else if (line.Length > 0 && line[0] != '#')
            {
                if (!items.Add(new PlaylistItem(line, title)))
                {
                    return false;
                }

                title = null;
            }
        }

        return true;
    }

    /// <summary>The text after the first comma outside quotes: <c>-1 name="A, B",Title</c>.</summary>
    private static string? TitleOf(string line)
    {
        bool isQuoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            isQuoted ^= line[i] == '"';
            if (line[i] == ',' && !isQuoted)
            {
                return line[(i + 1)..];
            }
        }

        // The quote is never closed.
        int comma = line.IndexOf(',', StringComparison.Ordinal);
        return comma < 0 ? null : line[(comma + 1)..];
    }
}
