using System.Security.Cryptography.X509Certificates;

namespace Linnet.Transports.Tls;

/// <summary>The certificate whose fingerprint the user compares.</summary>
/// <param name="Certificate">The server's own, or that of its authority.</param>
/// <param name="IsAuthority">Whether it is that of its authority.</param>
internal sealed record ShownCertificate(X509Certificate2 Certificate, bool IsAuthority)
{
    /// <summary>A sentence without its full stop.</summary>
    public override string ToString() =>
        $"{(IsAuthority ? "The SHA-256 fingerprint of its authority" : "Its SHA-256 fingerprint")} is "
            + CertificateFingerprint.Of(Certificate);
}
