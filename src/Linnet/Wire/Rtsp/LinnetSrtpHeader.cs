using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Linnet.Wire.Rtp;

namespace Linnet.Wire.Rtsp;

/// <summary>
/// The <c>Linnet-Srtp</c> header of the answer to <c>SETUP</c>: the key of the session, and the SSRCs that are used with it.
/// </summary>
/// <param name="Key">The master key, for both directions.</param>
/// <param name="Stream">The SSRC of the audio, and of the server's reports.</param>
/// <param name="Retransmissions">The SSRC of retransmissions.</param>
/// <param name="Listener">The SSRC that the client must use for its reports.</param>
/// <remarks>
/// <c>AES_CM_128_HMAC_SHA1_80 inline:KEY;stream=1A2B3C4D;rtx=5E6F7081;listener=92A3B4C5</c>. Our own; others ignore headers they do not
/// know (RFC 2326 §12). The three SSRCs differ, because packets with the same key, SSRC and number would share a keystream.
/// </remarks>
internal sealed record LinnetSrtpHeader(SrtpMasterKey Key, uint Stream, uint Retransmissions, uint Listener)
{
    private const int Digits = 8;

    /// <summary>Reads the header. Never throws.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out LinnetSrtpHeader? header)
    {
        header = null;
        if (text?.Split(';', StringSplitOptions.TrimEntries) is not [string crypto, string stream, string rtx, string listener]
            || crypto.Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [SrtpMasterKey.Suite, string inline]
            || !SrtpMasterKey.TryParse(inline, out SrtpMasterKey? key)
            || !TryReadSsrc(stream, "stream=", out uint streamSsrc)
            || !TryReadSsrc(rtx, "rtx=", out uint rtxSsrc)
            || !TryReadSsrc(listener, "listener=", out uint listenerSsrc)
            || streamSsrc == rtxSsrc || listenerSsrc == streamSsrc || listenerSsrc == rtxSsrc)
        {
            return false;
        }

        header = new LinnetSrtpHeader(key, streamSsrc, rtxSsrc, listenerSsrc);
        return true;
    }

    /// <summary>The header's value. It holds the key: for the client only, never for a log.</summary>
    public string Write() => string.Create(
        CultureInfo.InvariantCulture,
        $"{SrtpMasterKey.Suite} {Key.ToInline()};stream={Stream:X8};rtx={Retransmissions:X8};listener={Listener:X8}");

    private static bool TryReadSsrc(string text, string name, out uint ssrc)
    {
        ssrc = 0;
        return text.StartsWith(name, StringComparison.Ordinal)
            && text.Length == name.Length + Digits
            && uint.TryParse(text.AsSpan(name.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ssrc);
    }
}
