using System.Net.Security;
using System.Security.Authentication;

namespace Linnet.Transports.Tls;

/// <summary>The client's side of TLS.</summary>
internal static class TlsClient
{
    /// <summary>Does the handshake on a connection.</summary>
    /// <param name="plain">The connection; the result owns it. It is closed if this fails.</param>
    /// <param name="host">The host of the address.</param>
    /// <param name="server">Host and port, for messages.</param>
    /// <param name="trust">What to accept; <see langword="null"/>: what this system trusts.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="TransportException">There is no TLS, or the server's certificate is not accepted.</exception>
    internal static async Task<Stream> ConnectAsync(
        Stream plain, string host, string server, ServerTrust? trust, TimeProvider time, CancellationToken cancellationToken)
    {
        var check = new CertificateCheck(host, trust, time);
        var stream = new SslStream(plain, leaveInnerStreamOpen: false);
        try
        {
            await stream.AuthenticateAsClientAsync(check.CreateOptions(), cancellationToken).ConfigureAwait(false);
            return stream;
        }
        catch (Exception e)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            if (e is AuthenticationException or IOException)
            {
                throw e is AuthenticationException ? check.ToFailure(server, e) : TlsProblem.Closed(server).ToException(e);
            }

            throw;
        }
    }
}
