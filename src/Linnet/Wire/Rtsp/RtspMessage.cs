using System.Buffers;
using System.Globalization;
using System.Text;
using Linnet.Wire.Messages;

namespace Linnet.Wire.Rtsp;

/// <summary>A request or a response: a start line, headers and perhaps a body.</summary>
/// <remarks>Source: RFC 2326 §4. <see cref="RtspReader"/> reads back any message that is written.</remarks>
internal abstract class RtspMessage
{
    internal const string Version = "RTSP/1.0";

    private protected RtspMessage()
    {
    }

    /// <summary>The headers. <c>Content-Length</c> is written from <see cref="Body"/>, not from the value here.</summary>
    public MessageHeaders Headers { get; } = [];

    /// <summary>The body; may be empty. The message owns these bytes; they must not change.</summary>
    public ReadOnlyMemory<byte> Body { get; set; }

    /// <summary>The number that pairs a response with its request; <see langword="null"/> if missing or not a number below 2^32.</summary>
    /// <remarks>Source: RFC 2326 §12.17.</remarks>
    public uint? CSeq
    {
        get => uint.TryParse(Headers[RtspHeaderNames.CSeq], NumberStyles.None, CultureInfo.InvariantCulture, out uint number)
            ? number
            : null;
        set => Headers[RtspHeaderNames.CSeq] = value?.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Writes the message as it goes over the wire.</summary>
    public void Write(IBufferWriter<byte> destination)
    {
        var head = new StringBuilder(256);
        AppendStartLine(head);
        head.Append("\r\n");
        foreach ((string name, string value) in Headers)
        {
            if (!name.Equals(RtspHeaderNames.ContentLength, StringComparison.OrdinalIgnoreCase))
            {
                head.Append(name).Append(": ").Append(value).Append("\r\n");
            }
        }

        if (!Body.IsEmpty)
        {
            head.Append(CultureInfo.InvariantCulture, $"{RtspHeaderNames.ContentLength}: {Body.Length}\r\n");
        }

        head.Append("\r\n");
        Encoding.UTF8.GetBytes(head.ToString(), destination);
        destination.Write(Body.Span);
    }

    /// <summary>The message as it goes over the wire.</summary>
    public byte[] ToArray()
    {
        var bytes = new ArrayBufferWriter<byte>(256 + Body.Length);
        Write(bytes);
        return bytes.WrittenSpan.ToArray();
    }

    private protected abstract void AppendStartLine(StringBuilder head);
}
