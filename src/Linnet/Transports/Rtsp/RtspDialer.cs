using System.Net.Sockets;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>
/// Finds the port of a server if the address has none: first Linnet's default, then RTSP's if nothing listens on that. The result is
/// <see cref="RtspClient.Address"/>.
/// </summary>
internal static class RtspDialer
{
    /// <summary>Connects to a server.</summary>
    /// <exception cref="RtspException">The server does not exist or does not answer.</exception>
    /// <exception cref="TransportException">The guard does not allow the address, or there is no TLS that can be trusted.</exception>
    internal static async Task<RtspClient> ConnectAsync(
        RtspUri address, HopGuard guard, RtspReceiverOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        if (address.HasPort)
        {
            return await RtspClient.ConnectAsync(address, guard, options.Trust, time, cancellationToken).ConfigureAwait(false);
        }

        IReadOnlyList<int> ports = address.IsTls ? options.UsualTlsPorts : options.UsualPorts;

        for (int i = 0; ; i++)
        {
            try
            {
                return await RtspClient.ConnectAsync(address.WithPort(ports[i]), guard, options.Trust, time, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (RtspException e) when (IsAboutPort(e))
            {
                if (i + 1 == ports.Count)
                {
                    throw RtspFailure.NothingAt(address.Host, ports, e);
                }
            }
        }
    }

    // A machine that refuses or drops one port may have another open. A host that cannot be resolved or reached has none.
    private static bool IsAboutPort(RtspException e) =>
        e.InnerException is null or SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.TimedOut };
}
