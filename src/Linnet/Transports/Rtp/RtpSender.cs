using System.Net;
using Linnet.Broadcast;
using Linnet.Wire.Rtcp;
using Linnet.Wire.Rtp;

namespace Linnet.Transports.Rtp;

/// <summary>One pair of UDP ports from which all listeners are served, and at which they are heard.</summary>
/// <remarks>
/// A listener says in SETUP at which ports it hears. Behind an address translator those are not the ones its packets come from, so the first
/// packet that comes from the same address but another port moves it there, once. No packet moves a listener to another address.
/// </remarks>
/// <param name="ports">The ports; whoever opened them disposes them.</param>
/// <param name="rtcp">Writes the reports.</param>
/// <param name="time">The clock.</param>
internal sealed class RtpSender(RtpPortPair ports, RtcpWriter rtcp, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<SocketAddress, UdpListener> _byRtpAddress = [];
    private readonly Dictionary<SocketAddress, UdpListener> _byRtcpAddress = [];
    private readonly Dictionary<PeerAddress, List<UdpListener>> _byPeer = [];
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

    /// <summary>Makes a listener that can be served and is heard, until <see cref="Close"/>.</summary>
    internal UdpListener Open(RingLease lease, IPEndPoint remote, int rtcpPort, Action<DropReason> onFinished)
    {
        var listener = new UdpListener(lease, remote, rtcpPort, ports, rtcp, time, onFinished);
        lock (_gate)
        {
            // Of two that name the same port the newer is right: the older is what is left of a player that was started anew.
            _byRtpAddress[listener.RtpAddress] = listener;
            _byRtcpAddress[listener.RtcpAddress] = listener;
            if (!_byPeer.TryGetValue(listener.Peer, out List<UdpListener>? ofPeer))
            {
                _byPeer.Add(listener.Peer, ofPeer = []);
            }

            ofPeer.Add(listener);
        }

        return listener;
    }

    /// <summary>Forgets a listener.</summary>
    internal void Close(UdpListener listener)
    {
        lock (_gate)
        {
            Forget(_byRtpAddress, listener.RtpAddress, listener);
            Forget(_byRtcpAddress, listener.RtcpAddress, listener);
            if (_byPeer.TryGetValue(listener.Peer, out List<UdpListener>? ofPeer) && ofPeer.Remove(listener) && ofPeer.Count == 0)
            {
                _byPeer.Remove(listener.Peer);
            }
        }
    }

    /// <summary>Takes a datagram that came to the RTP port: a player opens its way through a translator.</summary>
    internal void OnRtp(ReadOnlySpan<byte> datagram, SocketAddress from)
    {
        uint? ssrc = RtpPacket.TryParse(datagram, out RtpPacket packet) ? packet.Header.Ssrc : null;
        lock (_gate)
        {
            if (!_byRtpAddress.TryGetValue(from, out UdpListener? listener))
            {
                listener = Newest(from, static l => !l.IsRtpSettled, ssrc);
                if (listener is null)
                {
                    _strangers++;
                    return;
                }

                Forget(_byRtpAddress, listener.RtpAddress, listener);
                listener.RtpAddress = Copy(from);
                _byRtpAddress[listener.RtpAddress] = listener;
                _latched++;
            }

            listener.IsRtpSettled = true;
            listener.Hear();
        }
    }

    /// <summary>Takes a datagram that came to the RTCP port.</summary>
    internal void OnRtcp(ReadOnlySpan<byte> datagram, SocketAddress from)
    {
        lock (_gate)
        {
            bool known = _byRtcpAddress.TryGetValue(from, out UdpListener? listener);
            if (!known && !_byPeer.ContainsKey(PeerAddress.Of(from)))
            {
                _strangers++;
                return;
            }

            if (!RtcpCompound.TryParse(datagram, out RtcpCompound? compound))
            {
                _malformed++;
                return;
            }

            listener ??= Newest(from, static l => !l.IsRtcpSettled, ReportedSsrc(compound));
            if (listener is null)
            {
                _strangers++;
                return;
            }

            if (!known)
            {
                Forget(_byRtcpAddress, listener.RtcpAddress, listener);
                listener.RtcpAddress = Copy(from);
                _byRtcpAddress[listener.RtcpAddress] = listener;
                _latched++;
            }

            listener.IsRtcpSettled = true;
            listener.Hear(compound);
            _reports++;
        }
    }

    /// <summary>
    /// Of the listeners at the address a datagram came from, the newest that still may be moved; one that hears the stream named is preferred.
    /// </summary>
    private UdpListener? Newest(SocketAddress from, Func<UdpListener, bool> movable, uint? ssrc)
    {
        if (!_byPeer.TryGetValue(PeerAddress.Of(from), out List<UdpListener>? ofPeer))
        {
            return null;
        }

        return ofPeer.FindLast(l => movable(l) && l.Ring.Info.Stream.Ssrc == ssrc) ?? ofPeer.FindLast(l => movable(l));
    }

    private static uint? ReportedSsrc(RtcpCompound compound) =>
        compound.Packets[0] is ReceiverReport { Blocks: [ReportBlock block, ..] } ? block.Ssrc : null;

    private static void Forget(Dictionary<SocketAddress, UdpListener> listeners, SocketAddress address, UdpListener listener)
    {
        if (listeners.TryGetValue(address, out UdpListener? found) && found == listener)
        {
            listeners.Remove(address);
        }
    }

    private static SocketAddress Copy(SocketAddress address)
    {
        var copy = new SocketAddress(address.Family, address.Size);
        address.Buffer.Span[..address.Size].CopyTo(copy.Buffer.Span);
        return copy;
    }
}
