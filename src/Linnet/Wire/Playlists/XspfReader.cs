using System.Text;
using System.Xml;
using Linnet.Audio;

namespace Linnet.Wire.Playlists;

/// <summary>
/// Reads XSPF: XML in which each <c>track</c> has one or more <c>location</c>s for the same audio, a <c>title</c> and a <c>creator</c>.
/// </summary>
/// <remarks>Source: XSPF version 1 (xspf.org), §4.1.1.2.14.1.1. Reads only those three elements, in any namespace.</remarks>
internal static class XspfReader
{
    /// <summary>The deepest nesting of elements. A playlist needs four.</summary>
    private const int MaxDepth = 64;

    /// <summary>The most locations of one track.</summary>
    private const int MaxLocations = 8;

    private static readonly XmlReaderSettings Settings = new()
    {
        // Expand no entities that the document defines, and fetch nothing.
        DtdProcessing = DtdProcessing.Ignore,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
    };

    /// <summary>Reads the file into <paramref name="items"/>.</summary>
    /// <param name="file">The file's bytes; the XML names their encoding.</param>
    /// <param name="text">The same as text, for a document that names no encoding and is not UTF-8.</param>
    /// <param name="items">Receives the entries.</param>
    internal static bool Read(ReadOnlySpan<byte> file, string text, PlaylistItems items)
    {
        try
        {
            using XmlReader reader = ByteText.HasBytes(text) && !text.Contains("encoding=", StringComparison.Ordinal)
                ? XmlReader.Create(new StringReader(ByteText.ToText(text, items.Encoding)), Settings)
                : XmlReader.Create(new MemoryStream(file.ToArray()), Settings);
            return Read(reader, items);
        }
        catch (Exception e) when (e is XmlException or ArgumentException or NotSupportedException)
        {
            return items.Refuse("is not an XSPF playlist: its XML is malformed");
        }
    }

    private static bool Read(XmlReader reader, PlaylistItems items)
    {
        Track? track = null;
        string field = "";
        var value = new StringBuilder();
        while (reader.Read())
        {
            if (reader.Depth > MaxDepth)
            {
                return items.Refuse("is not an XSPF playlist: its elements are nested too deeply");
            }

            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    track = reader.LocalName == "track" ? new Track() : track;
                    field = reader.IsEmptyElement ? "" : reader.LocalName;
                    value.Clear();
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace:
                    value.Append(reader.Value);
                    break;
                case XmlNodeType.EndElement when reader.LocalName == "track" && track is not null:
                    if (!track.AddTo(items))
                    {
                        return false;
                    }

                    (track, field) = (null, "");
                    break;
                case XmlNodeType.EndElement:
                    track?.Take(field, value.ToString());
                    field = "";
                    break;
            }
        }

        return true;
    }

    private sealed class Track
    {
        private readonly List<string> _locations = [];
        private string? _title;
        private string? _creator;

        internal void Take(string field, string value)
        {
            string location = value.Trim();
            switch (field)
            {
                case "location" when location.Length is > 0 and <= PlaylistText.MaxLineLength && _locations.Count < MaxLocations:
                    _locations.Add(location);
                    break;
                case "title":
                    _title ??= TagText.Clean(value);
                    break;
                case "creator":
                    _creator ??= TagText.Clean(value);
                    break;
            }
        }

        internal bool AddTo(PlaylistItems items)
        {
            TrackInfo? title = _title is not null ? new TrackInfo(_title, _creator) : null;
            for (int i = 0; i < _locations.Count; i++)
            {
                if (!items.Add(new PlaylistItem(_locations[i], title) { IsAlternative = i > 0 }))
                {
                    return false;
                }
            }

            return true;
        }
    }
}
