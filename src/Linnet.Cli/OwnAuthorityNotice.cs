using System.Security.Cryptography.X509Certificates;
using Linnet.Server.Hosting;
using Linnet.Transports.Tls;

namespace Linnet.Cli;

/// <summary>Says how players and phones trust a server whose certificate comes from its own authority.</summary>
internal static class OwnAuthorityNotice
{
    /// <summary>The sentences; none if the certificate comes from elsewhere.</summary>
    /// <param name="host">The ports with TLS.</param>
    /// <param name="monitor">Has the addresses.</param>
    public static IEnumerable<string> Of(RadioHost? host, ServerMonitor monitor)
    {
        if (host?.Authority is not X509Certificate2 authority)
        {
            yield break;
        }

        yield return "The certificate is this server's own. linnet play accepts it with --tls-fingerprint "
            + CertificateFingerprint.Of(authority);
        if (monitor.HttpAddresses is [var page, ..])
        {
            yield return $"A phone trusts it after it has opened and installed {page}{RadioHost.AuthorityPath.TrimStart('/')}; compare the "
                + "fingerprint there.";
        }
    }
}
