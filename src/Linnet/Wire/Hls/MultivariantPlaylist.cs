using System.Globalization;
using System.Text;

namespace Linnet.Wire.Hls;

/// <summary>The playlist that lists the renditions of a station. Players start with the first one that they can play.</summary>
/// <remarks>Source: RFC 8216 §4.3.4, where it is called a master playlist.</remarks>
internal sealed record MultivariantPlaylist : HlsPlaylist
{
    /// <summary>Creates a playlist.</summary>
    /// <param name="streams">The renditions, in order of preference; at least one.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public MultivariantPlaylist(IReadOnlyList<VariantStream> streams)
    {
        ArgumentNullException.ThrowIfNull(streams);
        ArgumentOutOfRangeException.ThrowIfZero(streams.Count, nameof(streams));
        Streams = streams;
    }

    /// <summary>The renditions, in order of preference.</summary>
    public IReadOnlyList<VariantStream> Streams { get; }

    private protected override void Append(StringBuilder text)
    {
        foreach (VariantStream stream in Streams)
        {
            text.Append(CultureInfo.InvariantCulture, $"#EXT-X-STREAM-INF:BANDWIDTH={stream.Bandwidth},")
                .Append(CultureInfo.InvariantCulture, $"AVERAGE-BANDWIDTH={stream.AverageBandwidth},CODECS=\"{stream.Codecs}\"\n")
                .Append(stream.Uri).Append('\n');
        }
    }
}
