using System.Globalization;
using System.Text;
using Linnet.Audio;

namespace Linnet.Sources;

/// <summary>The kinds of playlist file.</summary>
internal enum PlaylistKind
{
    /// <summary>One path a line, in UTF-8 or, as Winamp wrote them, Latin-1.</summary>
    M3u,

    /// <summary>One path a line, in UTF-8.</summary>
    M3u8,

    /// <summary>An INI file with <c>FileN</c> and <c>TitleN</c>.</summary>
    Pls,
}

/// <summary>One entry as the playlist has it.</summary>
/// <param name="Location">A path, absolute or relative to the playlist.</param>
/// <param name="Untagged">The title the playlist gives, or <see langword="null"/>.</param>
internal readonly record struct PlaylistItem(string Location, TrackInfo? Untagged);

/// <summary>What an M3U, M3U8 or PLS file says. From anyone.</summary>
/// <param name="Items">The files, in order.</param>
/// <param name="Addresses">How many entries name something on a network; they are not among the items.</param>
/// <param name="FirstAddress">The first of those, or empty.</param>
internal sealed record PlaylistText(IReadOnlyList<PlaylistItem> Items, int Addresses, string FirstAddress)
{
    /// <summary>The most bytes of a playlist.</summary>
    internal const int MaxLength = 4 << 20;

    /// <summary>The most entries.</summary>
    internal const int MaxEntries = 20_000;

    /// <summary>The most characters on a line.</summary>
    internal const int MaxLineLength = 4096;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Parses a whole file. Never throws.</summary>
    /// <param name="file">All its bytes.</param>
    /// <param name="kind">What it is, by its name.</param>
    /// <param name="share">The host of the share it lies on, whose files it may name; <see langword="null"/>: it lies on none.</param>
    /// <param name="playlist">What it says; perhaps no entries.</param>
    /// <param name="problem">The rest of a sentence that begins with the file's name, if it is refused.</param>
    internal static bool TryParse(ReadOnlySpan<byte> file, PlaylistKind kind, string? share, out PlaylistText playlist, out string problem)
    {
        playlist = new PlaylistText([], 0, "");
        if (file.Length > MaxLength)
        {
            problem = $"is longer than {MaxLength >> 20} MiB, which no playlist is";
            return false;
        }

        if (file.Contains((byte)0))
        {
            problem = "is not a playlist in UTF-8";
            return false;
        }

        if (!TryDecode(file, kind, out string text))
        {
            problem = "is not in UTF-8";
            return false;
        }

        var parser = new PlaylistParser(share);
        if (!(kind == PlaylistKind.Pls ? parser.ReadPls(text) : parser.ReadM3u(text)))
        {
            problem = parser.Problem;
            return false;
        }

        playlist = parser.Result();
        problem = "";
        return true;
    }

    private static bool TryDecode(ReadOnlySpan<byte> file, PlaylistKind kind, out string text)
    {
        if (file.StartsWith("\uFEFF"u8))
        {
            file = file[3..];
            kind = PlaylistKind.M3u8;
        }

        if (kind != PlaylistKind.M3u8)
        {
            text = TagText.Decoded(file);
            return true;
        }

        try
        {
            text = StrictUtf8.GetString(file);
            return true;
        }
        catch (DecoderFallbackException)
        {
            text = "";
            return false;
        }
    }
}

/// <summary>One pass over the lines of a playlist.</summary>
/// <param name="share">The host of the share it lies on, or <see langword="null"/>.</param>
internal sealed class PlaylistParser(string? share)
{
    private readonly SortedDictionary<int, PlaylistItem> _items = [];
    private int _addresses;
    private string _firstAddress = "";

    /// <summary>Why the last read was refused.</summary>
    internal string Problem { get; private set; } = "";

    internal PlaylistText Result() => new([.. _items.Values.Where(item => item.Location.Length > 0)], _addresses, _firstAddress);

    /// <summary>Lines of paths, comments that begin with <c>#</c>, and <c>#EXTINF:seconds,title</c> before a path.</summary>
    internal bool ReadM3u(string text)
    {
        TrackInfo? title = null;
        int lineNumber = 0;
        foreach (ReadOnlySpan<char> raw in text.AsSpan().EnumerateLines())
        {
            lineNumber++;
            ReadOnlySpan<char> line = raw.Trim();
            if (!IsShortEnough(line, lineNumber))
            {
                return false;
            }

            if (line.StartsWith("#EXT-X-", StringComparison.OrdinalIgnoreCase))
            {
                return Refuse("is an HLS playlist of a stream, not a list of files");
            }

            if (line.StartsWith("#EXTINF:", StringComparison.OrdinalIgnoreCase))
            {
                int comma = line.IndexOf(',');
                title = comma < 0 ? null : ReadTitle(line[(comma + 1)..]);
            }
            else if (!line.IsEmpty && line[0] != '#')
            {
                if (!Add(_items.Count + 1, line.ToString(), title))
                {
                    return false;
                }

                title = null;
            }
        }

        return true;
    }

    /// <summary><c>[playlist]</c>, then <c>FileN=path</c> and <c>TitleN=text</c> in any order.</summary>
    internal bool ReadPls(string text)
    {
        var titles = new Dictionary<int, TrackInfo?>();
        bool begun = false;
        int lineNumber = 0;
        foreach (ReadOnlySpan<char> raw in text.AsSpan().EnumerateLines())
        {
            lineNumber++;
            ReadOnlySpan<char> line = raw.Trim();
            if (!IsShortEnough(line, lineNumber))
            {
                return false;
            }

            int equals = line.IndexOf('=');
            if (!begun)
            {
                begun = line.Equals("[playlist]", StringComparison.OrdinalIgnoreCase);
                if (!begun && !line.IsEmpty)
                {
                    return Refuse("is not a PLS playlist: it does not begin with [playlist]");
                }
            }
            else if (equals > 0 && TryReadKey(line[..equals], "File", out int number))
            {
                string location = line[(equals + 1)..].Trim().ToString();
                if (location.Length > 0 && !_items.ContainsKey(number) && !Add(number, location, title: null))
                {
                    return false;
                }
            }
            else if (equals > 0 && TryReadKey(line[..equals], "Title", out number))
            {
                titles.TryAdd(number, ReadTitle(line[(equals + 1)..]));
            }
        }

        foreach ((int number, TrackInfo? title) in titles)
        {
            if (_items.TryGetValue(number, out PlaylistItem item))
            {
                _items[number] = item with { Untagged = title };
            }
        }

        return begun || Refuse("is not a PLS playlist: it does not begin with [playlist]");
    }

    private static bool TryReadKey(ReadOnlySpan<char> key, string name, out int number)
    {
        number = 0;
        return key.StartsWith(name, StringComparison.OrdinalIgnoreCase)
            && int.TryParse(key[name.Length..].TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && number is > 0 and <= PlaylistText.MaxEntries;
    }

    /// <summary>Playlists write the artist before the title, with a dash between.</summary>
    private static TrackInfo? ReadTitle(ReadOnlySpan<char> text)
    {
        int dash = text.IndexOf(" - ", StringComparison.Ordinal);
        string? title = TagText.Clean(text[(dash < 0 ? 0 : dash + 3)..].ToString());
        string? artist = dash < 0 ? null : TagText.Clean(text[..dash].ToString());
        return title is not null ? new TrackInfo(title, artist) : artist is not null ? new TrackInfo(artist) : null;
    }

    private bool Add(int number, string location, TrackInfo? title)
    {
        if (_items.Count >= PlaylistText.MaxEntries)
        {
            return Refuse($"has more than {PlaylistText.MaxEntries} entries");
        }

        string? local = ToLocal(location);
        if (local is null)
        {
            _addresses++;
            _firstAddress = _firstAddress.Length > 0 ? _firstAddress : TagText.Clean(location) ?? "";
        }

        _items[number] = new PlaylistItem(local ?? "", title);
        return true;
    }

    /// <summary>
    /// A path, or the path of a <c>file:</c> URL; <see langword="null"/> for any other URL, and for a path on a share (<c>\\HOST\SHARE</c>) of another host than
    /// the playlist's own: whoever wrote the playlist would have this machine log in there.
    /// </summary>
    private string? ToLocal(string location)
    {
        if (!SourceAddress.IsUrl(location))
        {
            return IsHere(SourceAddress.HostOfShare(location)) ? location : null;
        }

        return Uri.TryCreate(location, UriKind.Absolute, out Uri? uri) && uri.IsFile && (uri.Host is "" or "localhost" || IsHere(uri.Host))
            && IsHere(SourceAddress.HostOfShare(uri.LocalPath))
            ? uri.LocalPath
            : null;
    }

    private bool IsHere(string? host) => host is null || host.Equals(share, StringComparison.OrdinalIgnoreCase);

    private bool IsShortEnough(ReadOnlySpan<char> line, int number) =>
        line.Length <= PlaylistText.MaxLineLength || Refuse($"is not a playlist: line {number} is longer than {PlaylistText.MaxLineLength} characters");

    private bool Refuse(string problem)
    {
        Problem = problem;
        return false;
    }
}
