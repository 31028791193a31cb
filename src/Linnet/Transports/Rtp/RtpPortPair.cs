using System.Net;
using System.Net.Sockets;

namespace Linnet.Transports.Rtp;

/// <summary>Two UDP sockets on neighbouring ports: RTP on the even one, RTCP on the next.</summary>
/// <remarks>Source: RFC 3550 §11.</remarks>
internal sealed class RtpPortPair : IDisposable
{
    // Each attempt uses a random port; this many in a row fail only if nearly all ports are taken.
    private const int MaxTries = 100;

    private RtpPortPair(UdpSocket rtp, UdpSocket rtcp)
    {
        Rtp = rtp;
        Rtcp = rtcp;
    }

    /// <summary>The socket for RTP.</summary>
    public UdpSocket Rtp { get; }

    /// <summary>The socket for RTCP.</summary>
    public UdpSocket Rtcp { get; }

    /// <summary>Opens and binds both sockets.</summary>
    /// <param name="address">The local address. <see cref="IPAddress.IPv6Any"/>: all addresses, IPv4 included.</param>
    /// <param name="port">The port for RTP; the one for RTCP follows it. 0: any free pair of an even port and its neighbour.</param>
    /// <param name="bufferSize">The kernel buffer to request for each socket and direction, in bytes.</param>
    /// <exception cref="SocketException">A port is taken, or the address is not this machine's.</exception>
    public static RtpPortPair Bind(IPAddress address, int port, int bufferSize = 1 << 20)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(port);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, ushort.MaxValue - 1);

        for (int left = MaxTries; ; left--)
        {
            UdpSocket rtp = UdpSocket.Bind(new IPEndPoint(address, port), bufferSize);
            try
            {
                if (port != 0 || rtp.LocalEndPoint.Port % 2 == 0)
                {
                    return new RtpPortPair(rtp, UdpSocket.Bind(new IPEndPoint(address, rtp.LocalEndPoint.Port + 1), bufferSize));
                }
            }
            catch (SocketException e) when (port == 0 && left > 0 && e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // The other port is taken: try another pair.
            }
            catch
            {
                rtp.Dispose();
                throw;
            }

            rtp.Dispose();
            if (left == 0)
            {
                throw new SocketException((int)SocketError.AddressAlreadyInUse);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Rtp.Dispose();
        Rtcp.Dispose();
    }
}
