using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Linnet.Wire.Rtp;

/// <summary>The secret from which all keys of an SRTP session are derived: a master key of 128 bits and a salt of 112.</summary>
/// <remarks>Source: RFC 3711 §4.3; RFC 4568 §6.1 for the text. Not printed by accident: only <see cref="ToInline"/> tells it.</remarks>
internal sealed class SrtpMasterKey
{
    /// <summary>Bytes of the key and the salt together.</summary>
    public const int Length = 30;

    /// <summary>What encrypts and authenticates: AES in counter mode, and HMAC-SHA1 cut to 80 bits.</summary>
    public const string Suite = "AES_CM_128_HMAC_SHA1_80";

    private const string Prefix = "inline:";
    private const int Digits = Length / 3 * 4;

    private readonly byte[] _bytes;

    /// <param name="bytes">The key, then the salt; copied.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not <see cref="Length"/> bytes.</exception>
    internal SrtpMasterKey(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Length, nameof(bytes));
        _bytes = bytes.ToArray();
    }

    /// <summary>The key, then the salt.</summary>
    internal ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>A key that cannot be guessed.</summary>
    internal static SrtpMasterKey Random() => new(RandomNumberGenerator.GetBytes(Length));

    /// <summary>Reads <c>inline:</c> and 40 characters of base64. Refuses a lifetime or a key identifier. Never throws.</summary>
    internal static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out SrtpMasterKey? key)
    {
        Span<byte> bytes = stackalloc byte[Length];
        bool isKey = text.StartsWith(Prefix, StringComparison.Ordinal)
            && text.Length == Prefix.Length + Digits
            && Convert.TryFromBase64Chars(text[Prefix.Length..], bytes, out int length)
            && length == Length;
        key = isKey ? new SrtpMasterKey(bytes) : null;
        return isKey;
    }

    /// <summary>The key as text.</summary>
    internal string ToInline() => Prefix + Convert.ToBase64String(_bytes);
}
