using System.Text;

namespace Linnet.Wire.Rtcp;

/// <summary>A text of at most 255 bytes behind its length, as SDES and BYE have it.</summary>
internal static class RtcpText
{
    private const int MaxLength = byte.MaxValue;

    /// <summary>Bytes of the text, its length byte left out.</summary>
    public static int LengthOf(string text) => Math.Min(Fitting(text).Length, MaxLength);

    /// <summary>Writes length and text.</summary>
    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> destination, string text)
    {
        byte[] bytes = Fitting(text);
        destination[0] = (byte)bytes.Length;
        bytes.CopyTo(destination[1..]);
        return 1 + bytes.Length;
    }

    // As many whole characters as fit.
    private static byte[] Fitting(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length <= MaxLength)
        {
            return bytes;
        }

        int length = MaxLength;
        while ((bytes[length] & 0xC0) == 0x80)
        {
            length--;
        }

        return bytes[..length];
    }
}
