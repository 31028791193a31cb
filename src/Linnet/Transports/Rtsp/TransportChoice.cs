using System.Net;
using Linnet.Transports.Rtp;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>Chooses the way of delivery from those a client offers.</summary>
/// <remarks>
/// Source: RFC 2326 §12.39. A <c>destination</c> is never obeyed: sound goes to the address that the connection came from, and the answer says
/// so where another was asked for. <c>source</c> is left out, so that a client behind a translator keeps to the address it reached us at.
/// </remarks>
internal static class TransportChoice
{
    /// <summary>The first offer that can be served, as it is answered; <see langword="null"/> if there is none (461).</summary>
    /// <param name="offers">What the client offers, best first.</param>
    /// <param name="client">Where it is.</param>
    /// <param name="ssrc">The rendition's stream.</param>
    /// <param name="ports">Our UDP ports, if there are any.</param>
    /// <param name="taken">Channels of the connection that other sessions use.</param>
    internal static TransportSpec? Choose(
        IEnumerable<TransportSpec> offers, IPAddress client, uint ssrc, RtpPortPair? ports, IReadOnlyCollection<TransportPair> taken)
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
                if (ChooseChannels(offer.Interleaved, taken) is TransportPair channels)
                {
                    return answer with { Interleaved = channels };
                }
            }
            else if (offer.ClientPort is TransportPair clientPort && ports is not null)
            {
                return answer with
                {
                    ClientPort = clientPort,
                    ServerPort = new TransportPair(ports.Rtp.LocalEndPoint.Port, ports.Rtcp.LocalEndPoint.Port),
                };
            }
        }

        return null;
    }

    /// <summary>The channels asked for if they are free, or else the first free pair if none were asked for.</summary>
    private static TransportPair? ChooseChannels(TransportPair? asked, IReadOnlyCollection<TransportPair> taken)
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

        bool IsFree(TransportPair candidate) => !taken.Any(
            t => t.Rtp == candidate.Rtp || t.Rtp == candidate.Rtcp || t.Rtcp == candidate.Rtp || t.Rtcp == candidate.Rtcp);
    }
}
