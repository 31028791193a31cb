using System.Text;
using Linnet.Audio;

namespace Linnet.Wire.Playlists;

/// <summary>The items of a playlist that have been read so far.</summary>
/// <param name="encoding">The encoding named outside the file, such as in an HTTP header, or <see langword="null"/>.</param>
/// <param name="isUnicode">Whether a byte order mark says that the file is Unicode; other names for its encoding are then
/// ignored.</param>
internal sealed class PlaylistItems(Encoding? encoding, bool isUnicode)
{
    /// <summary>The most comments kept as possible entries. No collection has more songs that begin with <c>#</c>.</summary>
    private const int MaxDoubtful = 1000;

    private readonly List<PlaylistItem> _items = [];
    private int _doubtful;

    /// <summary>
    /// The encoding of text that is not UTF-8; <see langword="null"/>: Windows-1252. A name given outside the file takes precedence
    /// over one inside.
    /// </summary>
    internal Encoding? Encoding { get; private set; } = isUnicode ? null : encoding;

    /// <summary>Why the playlist was refused.</summary>
    internal string Problem { get; private set; } = "";

    /// <summary>The items so far.</summary>
    internal IReadOnlyList<PlaylistItem> Items => _items;

    /// <summary>Records the encoding that the text names.</summary>
    internal void Name(string name) => Encoding ??= isUnicode ? null : NamedEncoding.Find(name);

    /// <summary>Adds an item. False if there are too many.</summary>
    internal bool Add(PlaylistItem item)
    {
        if (item.IsDoubtful)
        {
            // Too many comments are no reason to refuse the playlist.
            if (_doubtful++ < MaxDoubtful)
            {
                _items.Add(item);
            }

            return true;
        }

        if (_items.Count - Math.Min(_doubtful, MaxDoubtful) >= PlaylistText.MaxEntries)
        {
            return Refuse($"has more than {PlaylistText.MaxEntries} entries");
        }

        _items.Add(item);
        return true;
    }

    /// <summary>Cleans a title for display.</summary>
    internal string? Clean(string text) => TagText.Clean(ByteText.ToText(text, Encoding));

    /// <summary>Reads a title. Playlists write the artist first, then a dash and the title.</summary>
    internal TrackInfo? ReadTitle(string text)
    {
        int dash = text.IndexOf(" - ", StringComparison.Ordinal);
        string? title = Clean(text[(dash < 0 ? 0 : dash + 3)..]);
        string? artist = dash < 0 ? null : Clean(text[..dash]);
        return title is not null ? new TrackInfo(title, artist) : artist is not null ? new TrackInfo(artist) : null;
    }

    internal bool IsShortEnough(string line, int number) =>
        line.Length <= PlaylistText.MaxLineLength
            || Refuse($"is not a playlist: line {number} is longer than {PlaylistText.MaxLineLength} characters");

    /// <summary>Refuses the playlist and returns false.</summary>
    internal bool Refuse(string problem)
    {
        Problem = problem;
        return false;
    }
}
