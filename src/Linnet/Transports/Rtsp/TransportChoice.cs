using System.Net;
using Linnet.Transports.Rtp;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>Chooses the way of delivery from those a client offers.</summary>
/// <remarks>
/// Source: RFC 2326 §12.39. A <c>destination</c> is never obeyed: sound goes to the address that the connection came from, and the answer
/// says so where another was asked for. <c>source</c> is left out, for datagrams come from the address that the client has reached; unless
/// the ports are bound to another one.
/// </remarks>
internal static class TransportChoice
{
    /// <summary>The first offer that can be served, as it is answered; <see langword="null"/> if there is none (461).</summary>
    /// <param name="offers">What the client offers, best first.</param>
    /// <param name="server">Which of our addresses it has reached.</param>
    /// <param name="client">Where it is.</param>
    /// <param name="ssrc">The rendition's stream.</param>
    /// <param name="ports">Our UDP ports, if there are any.</param>
    /// <param name="isFree">Whether a channel of the connection is used by no other session.</param>
    internal static TransportSpec? Choose(
        IEnumerable<TransportSpec> offers, IPAddress server, IPAddress client, uint ssrc, RtpPortPair? ports, Func<int, bool> isFree)
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
            else if (offer.ClientPort is TransportPair clientPort && ports is not null)
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

    // Where it comes from, if that is not where the client has reached us: only then does it have to be told.
    private static string? SourceOf(RtpPortPair ports, IPAddress server) =>
        ports.Rtp.IsForAllAddresses || ports.Rtp.LocalEndPoint.Address.Equals(server)
            ? null : ports.Rtp.LocalEndPoint.Address.WithoutScope().ToString();

    /// <summary>The channels asked for if they are free, or else the first free pair if none were asked for.</summary>
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
