using System.Text;
using Linnet.Audio;

namespace Linnet.Wire.Playlists;

/// <summary>What is read of a playlist so far.</summary>
/// <param name="encoding">The encoding that is named beside it, or <see langword="null"/>.</param>
/// <param name="isUnicode">Whether its first bytes have said that it is Unicode: then no other name counts.</param>
internal sealed class PlaylistItems(Encoding? encoding, bool isUnicode)
{
    /// <summary>The most comments that may be entries: nobody's songs all begin with <c>#</c>.</summary>
    private const int MaxDoubtful = 1000;

    private readonly List<PlaylistItem> _items = [];
    private int _doubtful;

    /// <summary>
    /// The encoding of what is no UTF-8; <see langword="null"/>: Windows-1252. What stands within counts for less than what is said beside
    /// it.
    /// </summary>
    internal Encoding? Encoding { get; private set; } = isUnicode ? null : encoding;

    /// <summary>Why the playlist is refused.</summary>
    internal string Problem { get; private set; } = "";

    /// <summary>The items so far.</summary>
    internal IReadOnlyList<PlaylistItem> Items => _items;

    /// <summary>Says what encoding the text names for itself.</summary>
    internal void Name(string name) => Encoding ??= isUnicode ? null : NamedEncoding.Find(name);

    /// <summary>Takes an item. False: it is one too many.</summary>
    internal bool Add(PlaylistItem item)
    {
        if (item.IsDoubtful)
        {
            // A comment is not worth a refusal.
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

    /// <summary>A title for people.</summary>
    internal string? Clean(string text) => TagText.Clean(ByteText.ToText(text, Encoding));

    /// <summary>Playlists write the artist before the title, with a dash between.</summary>
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

    /// <summary>Refuses the playlist, and is false.</summary>
    internal bool Refuse(string problem)
    {
        Problem = problem;
        return false;
    }
}
