using System.Net;
using Linnet.Transports.Rtp;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>Chooses a transport from those that a client offers.</summary>
/// <remarks>
/// Source: RFC 2326 §12.39. A <c>destination</c> is never obeyed: audio goes to the address of the connection, and the response says so if
/// another was requested. <c>source</c> is omitted, since datagrams come from the address that the client connected to, unless the ports
/// are bound to another one.
/// </remarks>
internal static class TransportChoice
{
    /// <summary>The first offer that can be served, in the form for the response; <see langword="null"/> if there is none (461).</summary>
    /// <param name="offers">The client's offers, best first.</param>
    /// <param name="server">Our address that the client connected to.</param>
    /// <param name="client">The client's address.</param>
    /// <param name="ssrc">The SSRC of the rendition's stream.</param>
    /// <param name="plainPorts">Our UDP ports, if the client may receive plain RTP there.</param>
    /// <param name="isFree">Whether a channel of the connection is unused by other sessions.</param>
    /// <param name="securePorts">Our UDP ports, if the client may receive SRTP there.</param>
    internal static TransportSpec? Choose(
        IEnumerable<TransportSpec> offers, IPAddress server, IPAddress client, uint ssrc, RtpPortPair? plainPorts,
        Func<int, bool> isFree, RtpPortPair? securePorts = null)
    {
        foreach (TransportSpec offer in offers)
        {
            if (!offer.IsSupported || offer.IsMulticast || offer.IsRecord)
            {
                continue;
            }

            TransportSpec answer = new()
            {
                Protocol = offer.Protocol,
                Destination = offer.Destination is null ? null : client.ToString(),
                Ssrc = ssrc,
            };
            if (offer.IsTcp)
            {
                if (ChooseChannels(offer.Interleaved, isFree) is TransportPair channels)
                {
                    return answer with { Interleaved = channels };
                }
            }
            else if (offer.ClientPort is TransportPair clientPort && (offer.IsSecure ? securePorts : plainPorts) is RtpPortPair ports)
            {
                return answer with
                {
                    Source = SourceOf(ports, server),
                    ClientPort = clientPort,
                    ServerPort = new TransportPair(ports.Rtp.LocalEndPoint.Port, ports.Rtcp.LocalEndPoint.Port),
                };
            }
        }

        return null;
    }

    // The source address, only if it is not the address that the client connected to.
    private static string? SourceOf(RtpPortPair ports, IPAddress server) =>
        ports.Rtp.IsForAllAddresses || ports.Rtp.LocalEndPoint.Address.Equals(server)
            ? null : ports.Rtp.LocalEndPoint.Address.WithoutScope().ToString();

    /// <summary>The requested channels if they are free; the first free pair if none were requested.</summary>
    private static TransportPair? ChooseChannels(TransportPair? asked, Func<int, bool> isFree)
    {
        if (asked is TransportPair pair)
        {
            return pair.Rtp != pair.Rtcp && IsFree(pair) ? pair : null;
        }

        for (int channel = 0; channel < byte.MaxValue; channel += 2)
        {
            var free = new TransportPair(channel, channel + 1);
            if (IsFree(free))
            {
                return free;
            }
        }

        return null;

        bool IsFree(TransportPair candidate) => isFree(candidate.Rtp) && isFree(candidate.Rtcp);
    }
}
