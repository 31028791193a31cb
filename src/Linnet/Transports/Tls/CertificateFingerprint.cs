using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Linnet.Transports.Tls;

/// <summary>The SHA-256 fingerprint of a certificate, as people compare it.</summary>
internal static class CertificateFingerprint
{
    // Some programs write colons or spaces between the bytes.
    private const int MaxLength = SHA256.HashSizeInBytes * 3;

    /// <summary>The fingerprint, such as <c>3A:0F:…</c>.</summary>
    internal static string Of(X509Certificate2 certificate) =>
        string.Join(':', SHA256.HashData(certificate.RawDataMemory.Span).Select(static b => b.ToString("X2", null)));

    /// <summary>Whether a certificate has a fingerprint.</summary>
    internal static bool Is(X509Certificate2 certificate, ReadOnlySpan<byte> fingerprint) =>
        SHA256.HashData(certificate.RawDataMemory.Span).AsSpan().SequenceEqual(fingerprint);

    /// <summary>Reads a fingerprint: 64 hexadecimal digits, with or without colons or spaces.</summary>
    internal static bool TryParse(string text, [NotNullWhen(true)] out byte[]? fingerprint)
    {
        string digits = text.Length > MaxLength ? "" : string.Concat(text.Where(static c => c is not (':' or ' ')));
        bool isOne = digits.Length == SHA256.HashSizeInBytes * 2 && digits.All(char.IsAsciiHexDigit);
        fingerprint = isOne ? Convert.FromHexString(digits) : null;
        return fingerprint is not null;
    }
}
