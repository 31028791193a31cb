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
    /// <exception cref="TransportException">The guard does not allow the address.</exception>
    internal static async Task<RtspClient> ConnectAsync(
        RtspUri address, HopGuard guard, RtspReceiverOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        if (address.HasPort)
        {
            return await RtspClient.ConnectAsync(address, guard, time, cancellationToken).ConfigureAwait(false);
        }

        for (int i = 0; ; i++)
        {
            try
            {
                return await RtspClient.ConnectAsync(address.WithPort(options.UsualPorts[i]), guard, time, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (RtspException e) when (IsAboutPort(e))
            {
                if (i + 1 == options.UsualPorts.Count)
                {
                    throw RtspFailure.NothingAt(address.Host, options.UsualPorts, e);
                }
            }
        }
    }

    // A machine that refuses or drops one port may have another open. A host that cannot be resolved or reached has none.
    private static bool IsAboutPort(RtspException e) =>
        e.InnerException is null or SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.TimedOut };
}
