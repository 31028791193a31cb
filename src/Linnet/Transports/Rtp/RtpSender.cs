using System.Net;
using Linnet.Wire.Rtcp;
using Linnet.Wire.Rtp;

namespace Linnet.Transports.Rtp;

/// <summary>One pair of UDP ports from which all listeners are served, and at which they are heard.</summary>
/// <remarks>
/// A listener says in SETUP at which ports it hears. Behind an address translator those are not the ones its packets come from, so the first
/// packet that comes from the same address but another port moves it there, once. No packet moves a listener to another address.
/// </remarks>
/// <param name="ports">The ports; whoever opened them disposes them.</param>
internal sealed class RtpSender(RtpPortPair ports)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<SocketAddress, UdpRoute> _byRtpAddress = [];
    private readonly Dictionary<SocketAddress, UdpRoute> _byRtcpAddress = [];
    private readonly Dictionary<PeerAddress, List<UdpRoute>> _byPeer = [];
    private long _reports;
    private long _latched;
    private long _strangers;
    private long _malformed;

    /// <summary>The ports.</summary>
    internal RtpPortPair Ports => ports;

    /// <summary>RTCP datagrams taken from listeners.</summary>
    internal long Reports => Volatile.Read(ref _reports);

    /// <summary>Times a listener was found at another port than it had said.</summary>
    internal long Latched => Volatile.Read(ref _latched);

    /// <summary>Datagrams from where no listener is.</summary>
    internal long Strangers => Volatile.Read(ref _strangers);

    /// <summary>RTCP datagrams from listeners that made no sense.</summary>
    internal long Malformed => Volatile.Read(ref _malformed);

    /// <summary>Hears what comes in until it is cancelled.</summary>
    internal Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(
        ports.Rtp.ReceiveAsync(OnRtp, cancellationToken),
        ports.Rtcp.ReceiveAsync(OnRtcp, cancellationToken));

    /// <summary>Keeps a listener's route up to date until <see cref="Close"/>: from SETUP on, for the first packets come before PLAY.</summary>
    internal UdpRoute Open(IPAddress address, int rtpPort, int rtcpPort, RtpFeedback feedback)
    {
        var route = new UdpRoute(ports, address, rtpPort, rtcpPort, feedback);
        lock (_gate)
        {
            // Of two that name the same port the newer is right: the older is what is left of a player that was started anew.
            _byRtpAddress[route.RtpAddress] = route;
            _byRtcpAddress[route.RtcpAddress] = route;
            if (!_byPeer.TryGetValue(route.Peer, out List<UdpRoute>? ofPeer))
            {
                _byPeer.Add(route.Peer, ofPeer = []);
            }

            ofPeer.Add(route);
        }

        return route;
    }

    /// <summary>Forgets a route.</summary>
    internal void Close(UdpRoute route)
    {
        lock (_gate)
        {
            Forget(_byRtpAddress, route.RtpAddress, route);
            Forget(_byRtcpAddress, route.RtcpAddress, route);
            if (_byPeer.TryGetValue(route.Peer, out List<UdpRoute>? ofPeer) && ofPeer.Remove(route) && ofPeer.Count == 0)
            {
                _byPeer.Remove(route.Peer);
            }
        }
    }

    /// <summary>Takes a datagram that came to the RTP port: a player opens its way through a translator.</summary>
    internal void OnRtp(ReadOnlySpan<byte> datagram, SocketAddress from)
    {
        uint? ssrc = RtpPacket.TryParse(datagram, out RtpPacket packet) ? packet.Header.Ssrc : null;
        if (IsOurs(from))
        {
            return;
        }

        lock (_gate)
        {
            if (!_byRtpAddress.TryGetValue(from, out UdpRoute? route))
            {
                route = Newest(from, static r => !r.IsRtpSettled, ssrc);
                if (route is null)
                {
                    _strangers++;
                    return;
                }

                Forget(_byRtpAddress, route.RtpAddress, route);
                route.RtpAddress = Copy(from);
                _byRtpAddress[route.RtpAddress] = route;
                _latched++;
            }

            route.IsRtpSettled = true;
            route.Feedback.Hear();
        }
    }

    /// <summary>Takes a datagram that came to the RTCP port.</summary>
    internal void OnRtcp(ReadOnlySpan<byte> datagram, SocketAddress from)
    {
        if (IsOurs(from))
        {
            return;
        }

        lock (_gate)
        {
            bool known = _byRtcpAddress.TryGetValue(from, out UdpRoute? route);
            if (!known && !_byPeer.ContainsKey(PeerAddress.Of(from)))
            {
                _strangers++;
                return;
            }

            // Feedback without a report in front only from whom it was agreed on with.
            if (!RtcpCompound.TryParse(datagram, out RtcpCompound? compound, reducedSize: route?.Feedback.Repair is not null))
            {
                _malformed++;
                return;
            }

            route ??= Newest(from, static r => !r.IsRtcpSettled, ReportedSsrc(compound));
            if (route is null)
            {
                _strangers++;
                return;
            }

            if (!known)
            {
                Forget(_byRtcpAddress, route.RtcpAddress, route);
                route.RtcpAddress = Copy(from);
                _byRtcpAddress[route.RtcpAddress] = route;
                _latched++;
            }

            route.IsRtcpSettled = true;
            route.Feedback.Hear(compound);
            _reports++;
        }
    }

    /// <summary>
    /// Of the listeners at the address a datagram came from, the newest that still may be moved; one that hears the stream named is preferred.
    /// </summary>
    private UdpRoute? Newest(SocketAddress from, Func<UdpRoute, bool> movable, uint? ssrc)
    {
        if (!_byPeer.TryGetValue(PeerAddress.Of(from), out List<UdpRoute>? ofPeer))
        {
            return null;
        }

        return ofPeer.FindLast(r => movable(r) && r.Feedback.Ssrc == ssrc) ?? ofPeer.FindLast(r => movable(r));
    }

    // What a listener on this machine asked to be sent to our own ports must not move another listener there.
    private bool IsOurs(SocketAddress from)
    {
        IPEndPoint sender = ports.Rtp.EndPointOf(from);
        return (sender.Port == ports.Rtp.LocalEndPoint.Port || sender.Port == ports.Rtcp.LocalEndPoint.Port)
            && (IPAddress.IsLoopback(sender.Address) || sender.Address.Equals(ports.Rtp.LocalEndPoint.Address));
    }

    private static uint? ReportedSsrc(RtcpCompound compound) =>
        compound.Packets[0] is ReceiverReport { Blocks: [ReportBlock block, ..] } ? block.Ssrc : null;

    private static void Forget(Dictionary<SocketAddress, UdpRoute> routes, SocketAddress address, UdpRoute route)
    {
        if (routes.TryGetValue(address, out UdpRoute? found) && found == route)
        {
            routes.Remove(address);
        }
    }

    private static SocketAddress Copy(SocketAddress address)
    {
        var copy = new SocketAddress(address.Family, address.Size);
        address.Buffer.Span[..address.Size].CopyTo(copy.Buffer.Span);
        return copy;
    }
}
