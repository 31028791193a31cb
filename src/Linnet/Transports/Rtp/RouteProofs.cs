using Linnet.Broadcast;
using Linnet.Wire.Rtcp;

namespace Linnet.Transports.Rtp;

/// <summary>
/// Identifies listeners by what only they can know: the secret they were given, or the SSRC of their reports. Not thread-safe.
/// </summary>
internal sealed class RouteProofs
{
    // Some players use a number next to the stream's own (ffmpeg uses the next), or a small one: anyone can guess those.
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

    /// <summary>The listener that a datagram proves to come from, if it contains a proof and comes from that listener's address.</summary>
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

    /// <summary>Learns a listener's SSRC from a report that came from the listener's known address.</summary>
    /// <returns>Whether it reports on the stream it receives: that confirms the route.</returns>
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
