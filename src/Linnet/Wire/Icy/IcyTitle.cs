using Linnet.Audio;

namespace Linnet.Wire.Icy;

/// <summary>The single line that SHOUTcast-style sources and servers use for artist and title.</summary>
internal static class IcyTitle
{
    private const string Separator = " - ";

    /// <summary>Splits <c>Artist - Title</c>. A line without the separator is a title.</summary>
    internal static TrackInfo Split(string line)
    {
        int at = line.IndexOf(Separator, StringComparison.Ordinal);
        string artist = at < 0 ? "" : line[..at].Trim();
        string title = at < 0 ? "" : line[(at + Separator.Length)..].Trim();
        return artist.Length > 0 && title.Length > 0 ? new TrackInfo(title, artist) : new TrackInfo(line.Trim());
    }
}
