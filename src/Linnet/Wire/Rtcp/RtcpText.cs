using System.Text;

namespace Linnet.Wire.Rtcp;

/// <summary>A length byte and a text of at most 255 bytes, as in SDES and BYE.</summary>
internal static class RtcpText
{
    private const int MaxLength = byte.MaxValue;

    /// <summary>Bytes in the text, without the length byte.</summary>
    public static int LengthOf(string text) => Math.Min(Fitting(text).Length, MaxLength);

    /// <summary>Writes the length and the text.</summary>
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
