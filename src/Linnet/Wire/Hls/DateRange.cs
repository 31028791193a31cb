using System.Globalization;
using System.Text;

namespace Linnet.Wire.Hls;

/// <summary>A part of the programme with a description, such as a track.</summary>
/// <param name="Id">
/// Its name, visible ASCII. The attributes of a name stay the same each time a player loads the playlist; an end may be added.
/// </param>
/// <param name="Start">When it starts, by the clock of <see cref="MediaSegment.Start"/>.</param>
/// <remarks>Source: RFC 8216 §4.3.2.7. Texts may come from anywhere; see <see cref="HlsGrammar.Quoted"/> for what is written.</remarks>
internal sealed record DateRange(string Id, DateTimeOffset Start)
{
    /// <summary>Its name. Visible ASCII.</summary>
    public string Id { get; } = HlsGrammar.Visible(Id);

    /// <summary>What kind of part it is; <see langword="null"/>: not stated.</summary>
    public string? Class { get; init; }

    /// <summary>When it ends; <see langword="null"/>: not known yet. An end before the start counts as the start.</summary>
    public DateTimeOffset? End { get; init; }

    /// <summary>The title of the track, as <c>X-TITLE</c>.</summary>
    public string? Title { get; init; }

    /// <summary>Its artist, as <c>X-ARTIST</c>.</summary>
    public string? Artist { get; init; }

    /// <summary>Its album, as <c>X-ALBUM</c>.</summary>
    public string? Album { get; init; }

    /// <summary>Appends the tag.</summary>
    internal void Append(StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"#EXT-X-DATERANGE:ID=\"{Id}\"");
        Append(text, "CLASS", HlsGrammar.Quoted(Class));
        Append(text, "START-DATE", Date(Start));
        Append(text, "END-DATE", End is DateTimeOffset end ? Date(end < Start ? Start : end) : null);
        Append(text, "X-TITLE", HlsGrammar.Quoted(Title));
        Append(text, "X-ARTIST", HlsGrammar.Quoted(Artist));
        Append(text, "X-ALBUM", HlsGrammar.Quoted(Album));
        text.Append('\n');
    }

    private static string Date(DateTimeOffset date) => $"\"{HlsGrammar.Date(date)}\"";

    private static void Append(StringBuilder text, string name, string? value)
    {
        if (value is not null)
        {
            text.Append(',').Append(name).Append('=').Append(value);
        }
    }
}
