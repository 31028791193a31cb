using System.Globalization;
using System.Net;
using System.Text;

namespace Linnet.Wire.Proxy;

/// <summary>Version 1 of the PROXY protocol (text): <c>PROXY TCP4 192.0.2.1 198.51.100.1 56324 8000</c> and CR LF.</summary>
internal static class ProxyLine
{
    internal static ReadOnlySpan<byte> Signature => "PROXY "u8;

    /// <summary>Whether the bytes so far are a beginning of such a header.</summary>
    internal static bool MayBegin(ReadOnlySpan<byte> bytes) => Signature.StartsWith(bytes) || bytes.StartsWith(Signature);

    internal static ProxyReadResult TryParse(ReadOnlySpan<byte> bytes, out ProxyHeader? header)
    {
        header = null;
        int end = bytes[..Math.Min(bytes.Length, ProxyHeader.MaxLineLength)].IndexOf("\r\n"u8);
        if (end < 0)
        {
            return bytes.Length < ProxyHeader.MaxLineLength ? ProxyReadResult.NeedMore : ProxyReadResult.Invalid;
        }

        ReadOnlySpan<byte> line = bytes[..end];
        if (!Ascii.IsValid(line))
        {
            return ProxyReadResult.Invalid;
        }

        string[] words = Encoding.ASCII.GetString(line).Split(' ');
        IPEndPoint? source = null;
        bool isRead = words[1] switch
        {
            // The fields after it are to be ignored.
            "UNKNOWN" => true,
            "TCP4" => TryParse(words, isV6: false, out source),
            "TCP6" => TryParse(words, isV6: true, out source),
            _ => false,
        };
        header = isRead ? new ProxyHeader(source, IsLocal: false, IsTls: false, end + 2) : null;
        return isRead ? ProxyReadResult.Done : ProxyReadResult.Invalid;
    }

    private static bool TryParse(string[] words, bool isV6, out IPEndPoint? source)
    {
        source = null;
        if (words.Length != 6
            || !TryParseAddress(words[2], isV6, out IPAddress? from) || !TryParseAddress(words[3], isV6, out _)
            || !TryParsePort(words[4], out ushort port) || !TryParsePort(words[5], out _))
        {
            return false;
        }

        source = new IPEndPoint(from!.Unmapped(), port);
        return true;
    }

    // Accept only the usual form. Others, such as 010.0.0.1, mean different addresses to different programs.
    private static bool TryParseAddress(string text, bool isV6, out IPAddress? address) =>
        IPAddress.TryParse(text, out address)
        && (isV6 ? text.Contains(':', StringComparison.Ordinal)
        && !text.AsSpan().ContainsAny("%[]/") : !text.Contains(':', StringComparison.Ordinal) && address.ToString() == text);

    private static bool TryParsePort(string text, out ushort port) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && (text.Length == 1 || text[0] != '0');
}
