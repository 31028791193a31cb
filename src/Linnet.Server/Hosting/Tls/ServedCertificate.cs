using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Linnet.Server.Hosting.Tls;

/// <summary>A certificate with its key, ready for handshakes: the chain is built once, not for each.</summary>
internal sealed class ServedCertificate
{
    private const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <param name="certificate">The certificate with its key.</param>
    /// <param name="issuers">The certificates of its issuers.</param>
    /// <param name="authority">The server's own authority; <see langword="null"/>: it comes from elsewhere.</param>
    internal ServedCertificate(
        X509Certificate2 certificate, X509Certificate2Collection issuers, X509Certificate2? authority = null)
    {
        Certificate = certificate;
        Authority = authority;
        var context = SslStreamCertificateContext.Create(certificate, issuers, offline: true);
        Https = Options(context, [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11]);

        // Players of RTSP name no protocol.
        Rtsps = Options(context, []);
    }

    /// <summary>The certificate.</summary>
    internal X509Certificate2 Certificate { get; }

    /// <summary>The authority of this server's own that issued it; <see langword="null"/>: it comes from elsewhere.</summary>
    internal X509Certificate2? Authority { get; }

    /// <summary>The options of a handshake for HTTP.</summary>
    internal SslServerAuthenticationOptions Https { get; }

    /// <summary>The options of a handshake for RTSP.</summary>
    internal SslServerAuthenticationOptions Rtsps { get; }

    private static SslServerAuthenticationOptions Options(
        SslStreamCertificateContext context, List<SslApplicationProtocol> applicationProtocols) => new()
        {
            ServerCertificateContext = context,
            EnabledSslProtocols = Protocols,
            ApplicationProtocols = applicationProtocols,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
}
