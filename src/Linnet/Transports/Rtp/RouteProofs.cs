using Linnet.Broadcast;
using Linnet.Wire.Rtcp;

namespace Linnet.Transports.Rtp;

/// <summary>
/// Knows listeners by what only they can show: the secret they were given, or the SSRC they report with. Not for several threads.
/// </summary>
internal sealed class RouteProofs
{
    // There are players that take a number next to the stream's own (ffmpeg takes the next), or a small one: anybody can say those.
    private const uint Guessable = 256;

    private readonly Dictionary<UInt128, UdpRoute> _bySecret = [];
    private readonly Dictionary<(PeerAddress, uint Receiver, uint Stream), UdpRoute> _byReceiver = [];

    internal void Add(UdpRoute route)
    {
        if (route.Proof is UInt128 secret)
        {
            _bySecret.Add(secret, route);
        }
    }

    internal void Remove(UdpRoute route)
    {
        if (route.Proof is UInt128 secret)
        {
            _bySecret.Remove(secret);
        }

        if (route.ReceiverSsrc is uint receiver)
        {
            _byReceiver.Remove((route.Peer, receiver, route.Feedback.Ssrc));
        }
    }

    /// <summary>The listener that a datagram proves to be from, if it proves anything and comes from that listener's address.</summary>
    internal UdpRoute? Find(PeerAddress peer, RtcpCompound compound)
    {
        foreach (RtcpPacket packet in compound.Packets)
        {
            if (packet is RouteProof { Secret: UInt128 secret } && _bySecret.TryGetValue(secret, out UdpRoute? found) && found.Peer == peer)
            {
                return found;
            }

            if (packet is ReceiverReport report)
            {
                foreach (ReportBlock block in report.Blocks)
                {
                    if (_byReceiver.TryGetValue((peer, report.Ssrc, block.Ssrc), out found))
                    {
                        return found;
                    }
                }
            }
        }

        return null;
    }

    /// <summary>Learns a listener's own SSRC from what has come from where it is.</summary>
    /// <returns>Whether it reports on the stream it hears: then the way there is known to be right.</returns>
    internal bool Learn(UdpRoute route, RtcpCompound compound)
    {
        uint stream = route.Feedback.Ssrc;
        if (compound.Packets is not [ReceiverReport report, ..] || !report.Blocks.Any(b => b.Ssrc == stream))
        {
            return false;
        }

        bool isSecret = report.Ssrc >= Guessable && unchecked(report.Ssrc - stream + Guessable) > 2 * Guessable;
        if (route.ReceiverSsrc is null && isSecret && _byReceiver.TryAdd((route.Peer, report.Ssrc, stream), route))
        {
            route.ReceiverSsrc = report.Ssrc;
        }

        return true;
    }
}
