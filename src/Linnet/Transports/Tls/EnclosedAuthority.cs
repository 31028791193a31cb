using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Linnet.Transports.Tls;

/// <summary>
/// An extension of a server's certificate that has the certificate of its authority in it. TLS libraries leave the authority's certificate
/// out of the handshake, but a client that knows only its fingerprint needs it.
/// </summary>
/// <remarks>It proves nothing by itself: the client trusts it if it has the fingerprint, and then checks the signature.</remarks>
internal static class EnclosedAuthority
{
    // An identifier of our own: a random number below 2.25 (ITU-T X.667). GnuTLS reads no certificate with a longer number.
    private static readonly Oid Id = new("2.25.1560314752");

    // Such a certificate has some hundred bytes.
    private const int MaxLength = 4096;

    /// <summary>The extension for a certificate that <paramref name="authority"/> signs.</summary>
    internal static X509Extension Of(X509Certificate2 authority) => new(Id, authority.RawDataMemory.Span, critical: false);

    /// <summary>The authority that a certificate encloses; <see langword="null"/>: none. The caller disposes it.</summary>
    internal static X509Certificate2? Find(X509Certificate2 certificate)
    {
        byte[]? enclosed = certificate.Extensions.FirstOrDefault(static e => e.Oid?.Value == Id.Value)?.RawData;
        try
        {
            return enclosed is { Length: > 0 and <= MaxLength } ? X509CertificateLoader.LoadCertificate(enclosed) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
