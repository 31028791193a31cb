using System.Buffers;
using System.Text.Json;

namespace Linnet.Wire.WebSocket;

/// <summary>The text messages of a server, as whole frames.</summary>
/// <remarks>Source: docs/wire/websocket.md.</remarks>
internal static class LiveMessage
{
    /// <summary>The subprotocol's name.</summary>
    public const string Subprotocol = "linnet.live.1";

    private const int Version = 1;

    /// <summary>The first message.</summary>
    /// <param name="station">The station's name.</param>
    /// <param name="rendition">The rendition's name.</param>
    /// <param name="format">How it is encoded.</param>
    /// <param name="retention">The longest burst, in seconds.</param>
    /// <param name="now">The server's clock, in microseconds.</param>
    public static byte[] Hello(string station, string rendition, LiveFormat format, double retention, long now) => Make("hello", json =>
    {
        json.WriteNumber("version", Version);
        json.WriteString("station", station);
        json.WriteString("rendition", rendition);
        Write(json, format);
        json.WriteNumber("retention", retention);
        json.WriteNumber("time", now);
    });

    /// <summary>The packets that follow are encoded differently.</summary>
    public static byte[] Format(LiveFormat format) => Make("format", json => Write(json, format));

    /// <summary>Another track starts.</summary>
    public static byte[] Title(long position, string title, string? artist) => Make("title", json =>
    {
        json.WriteNumber("position", position);
        json.WriteString("title", title);
        if (artist is not null)
        {
            json.WriteString("artist", artist);
        }
    });

    /// <summary>The sound from a position on does not continue the sound before it.</summary>
    public static byte[] Discontinuity(long position) => Make("discontinuity", json => json.WriteNumber("position", position));

    /// <summary>The listener was too slow and was moved to the live edge.</summary>
    /// <param name="packets">Items that it missed.</param>
    public static byte[] Moved(long packets) => Make("moved", json => json.WriteNumber("packets", packets));

    /// <summary>The answer to a question about the time.</summary>
    public static byte[] Time(long sent, long received, long replied) => Make("time", json =>
    {
        json.WriteNumber("sent", sent);
        json.WriteNumber("received", received);
        json.WriteNumber("replied", replied);
    });

    /// <summary>Nothing follows but the end of the connection.</summary>
    public static byte[] End(string reason) => Make("end", json => json.WriteString("reason", reason));

    /// <summary>Reads a client's message.</summary>
    /// <param name="text">The message.</param>
    /// <param name="sent">The client's clock, if the message asks for the time; <see langword="null"/>: it is of an unknown
    /// type.</param>
    /// <returns><see langword="false"/>: it is malformed.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> text, out long? sent)
    {
        sent = null;
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 4 });
            JsonElement root = document.RootElement;
            if (root.ValueKind is not JsonValueKind.Object || !root.TryGetProperty("type", out JsonElement type)
                || type.ValueKind is not JsonValueKind.String)
            {
                return false;
            }

            if (!type.ValueEquals("time"u8))
            {
                return true;
            }

            if (root.TryGetProperty("sent", out JsonElement time) && time.ValueKind is JsonValueKind.Number
                && time.TryGetInt64(out long value))
            {
                sent = value;
                return true;
            }

            return false;
        }
        catch (JsonException)
        {
            return false;
        }
        catch (InvalidOperationException)
        {
            // A string with half a surrogate pair in it.
            return false;
        }
    }

    private static void Write(Utf8JsonWriter json, LiveFormat format)
    {
        json.WriteString("codec", format.Codec);
        if (format.Bits > 0)
        {
            json.WriteNumber("bits", format.Bits);
        }

        json.WriteNumber("rate", format.Rate);
        json.WriteNumber("channels", format.Channels);
        json.WriteNumber("packet", format.Packet);
        if (format.Description is not null)
        {
            json.WriteString("description", format.Description);
        }
    }

    private static byte[] Make(string type, Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            write(json);
            json.WriteEndObject();
        }

        return WebSocketFrame.ToArray(WebSocketOpcode.Text, bytes.WrittenSpan);
    }
}
