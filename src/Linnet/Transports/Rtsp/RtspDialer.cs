using System.Net.Sockets;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>
/// Finds the port of a server where it is not known: Linnet's usual one, and RTSP's own where nothing listens at that. What was found is
/// <see cref="RtspClient.Address"/>.
/// </summary>
internal static class RtspDialer
{
    /// <summary>Connects to a server.</summary>
    /// <exception cref="RtspException">There is none, or it does not answer.</exception>
    /// <exception cref="TransportException">The guard does not let us.</exception>
    internal static async Task<RtspClient> ConnectAsync(
        RtspUri address, HopGuard guard, RtspReceiverOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        if (address.HasPort)
        {
            return await RtspClient.ConnectAsync(address, guard, options, time, cancellationToken).ConfigureAwait(false);
        }

        for (int i = 0; ; i++)
        {
            try
            {
                return await RtspClient.ConnectAsync(address.WithPort(options.UsualPorts[i]), guard, options, time, cancellationToken)
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

    // Another port may be open on a machine that refuses one, or drops what comes for it. One that cannot be found or reached has none.
    private static bool IsAboutPort(RtspException e) =>
        e.InnerException is null or SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.TimedOut };
}
