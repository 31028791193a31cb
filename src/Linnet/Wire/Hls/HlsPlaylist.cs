using System.Buffers;
using System.Globalization;
using System.Text;

namespace Linnet.Wire.Hls;

/// <summary>A playlist of HTTP Live Streaming: UTF-8 without a byte order mark, lines ended by LF.</summary>
/// <remarks>Source: RFC 8216 §4.1.</remarks>
internal abstract record HlsPlaylist
{
    /// <summary>The media type of a playlist.</summary>
    public const string ContentType = "application/vnd.apple.mpegurl";

    private protected HlsPlaylist()
    {
    }

    /// <summary>The version of the protocol that a player must know. From 6 on, audio may have an init segment (§7).</summary>
    private protected virtual int Version => 6;

    /// <summary>Writes the playlist.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        Encoding.UTF8.GetBytes(Text(), output);
    }

    /// <summary>The bytes of the playlist.</summary>
    public byte[] ToArray() => Encoding.UTF8.GetBytes(Text());

    private string Text()
    {
        // A player may start at any segment: none needs another one, but for a few milliseconds of warm-up.
        var text = new StringBuilder(1024);
        text.Append(CultureInfo.InvariantCulture, $"#EXTM3U\n#EXT-X-VERSION:{Version}\n#EXT-X-INDEPENDENT-SEGMENTS\n");
        Append(text);
        return text.ToString();
    }

    private protected abstract void Append(StringBuilder text);
}
