using System.Buffers;

namespace Linnet.Audio;

/// <summary>
/// The character set assumed for text that declares none and is not UTF-8: Latin-1, with quotes and dashes in place of its upper controls.
/// </summary>
/// <remarks>Source: the WHATWG Encoding Standard, <c>windows-1252</c>. Five bytes have no character and stay controls, so every byte can be
/// decoded.</remarks>
internal static class Windows1252
{
    private const int FirstOwn = 0x80;

    /// <summary>The characters for the bytes 0x80 to 0x9F.</summary>
    private const string Own = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ";

    private static readonly SearchValues<char> Characters = SearchValues.Create(Own);

    /// <summary>Decodes each byte to one character.</summary>
    internal static string Decode(ReadOnlySpan<byte> bytes) => string.Create(bytes.Length, bytes, static (text, bytes) =>
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            int own = bytes[i] - FirstOwn;
            text[i] = own >= 0 && own < Own.Length ? Own[own] : (char)bytes[i];
        }
    });

    /// <summary>Encodes each character as one byte. Returns false if a character has no byte.</summary>
    internal static bool TryEncode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = new byte[text.Length];
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (Characters.Contains(c))
            {
                bytes[i] = (byte)(FirstOwn + Own.IndexOf(c));
            }
            else if (c is < (char)FirstOwn or (>= '\u00A0' and <= '\u00FF'))
            {
                bytes[i] = (byte)c;
            }
            else
            {
                return false;
            }
        }

        return true;
    }
}
