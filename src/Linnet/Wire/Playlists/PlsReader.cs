using System.Globalization;
using Linnet.Audio;

namespace Linnet.Wire.Playlists;

/// <summary>
/// Reads PLS: <c>[playlist]</c>, then <c>FileN=location</c> and <c>TitleN=text</c> in any order. Some begin with comments, or count
/// from 0.
/// </summary>
internal static class PlsReader
{
    private const string Head = "[playlist]";

    /// <summary>Whether the text begins like a PLS, ignoring comments.</summary>
    internal static bool IsOne(string text)
    {
        string first = PlaylistText.LinesOf(text).FirstOrDefault(static line => line.Length > 0 && line[0] is not (';' or '#'), "");
        int equals = first.IndexOf('=', StringComparison.Ordinal);
        return first.Equals(Head, StringComparison.OrdinalIgnoreCase)
            || (equals > 0 && (TryReadKey(first.AsSpan(0, equals), "File", out _) || TryReadKey(first.AsSpan(0, equals), "Title", out _)));
    }

    /// <summary>Reads the text into <paramref name="items"/>.</summary>
    internal static bool Read(string text, PlaylistItems items)
    {
        var files = new SortedDictionary<int, string>();
        var titles = new Dictionary<int, string>();
        bool hasBegun = false;
        int lineNumber = 0;
        foreach (string line in PlaylistText.LinesOf(text))
        {
            if (!items.IsShortEnough(line, ++lineNumber))
            {
                return false;
            }

            hasBegun |= line.Equals(Head, StringComparison.OrdinalIgnoreCase);
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                continue;
            }

            string value = line[(equals + 1)..].Trim();
            if (TryReadKey(line.AsSpan(0, equals), "File", out int number) && value.Length > 0)
            {
                if (files.Count >= PlaylistText.MaxEntries && !files.ContainsKey(number))
                {
                    return items.Refuse($"has more than {PlaylistText.MaxEntries} entries");
                }

                files.TryAdd(number, value);
            }
            else if (TryReadKey(line.AsSpan(0, equals), "Title", out number) && titles.Count < PlaylistText.MaxEntries)
            {
                titles.TryAdd(number, value);
            }
        }

        foreach ((int number, string location) in files)
        {
            TrackInfo? title = titles.TryGetValue(number, out string? told) ? items.ReadTitle(told) : null;
            items.Add(new PlaylistItem(location, title));
        }

        return hasBegun || files.Count > 0 || items.Refuse("is not a PLS playlist: it has neither [playlist] nor File1=");
    }

    private static bool TryReadKey(ReadOnlySpan<char> key, string name, out int number)
    {
        number = 0;
        return key.StartsWith(name, StringComparison.OrdinalIgnoreCase)
            && int.TryParse(key[name.Length..].TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
