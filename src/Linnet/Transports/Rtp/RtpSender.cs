using System.Buffers.Binary;
using System.Net;
using Linnet.Broadcast;
using Linnet.Wire.Rtcp;
using Linnet.Wire.Rtp;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports.Rtp;

/// <summary>Serves all listeners from one pair of UDP ports, and receives from them there.</summary>
/// <remarks><see cref="RouteTable"/> decides which listener sent a datagram, and what the datagram may change.</remarks>
internal sealed class RtpSender
{
    private const int FailuresPerLine = 1000;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly RouteTable _rtp;
    private readonly RouteTable _rtcp;
    private readonly RouteProofs _proofs = new();
    private readonly SecureRoutes _secure = new();
    private readonly Dictionary<PeerAddress, int> _peers = [];
    private readonly Dictionary<IPAddress, RouteSource> _sources = [];
    private readonly RtpPortPair _ports;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private long _reports;
    private long _strangers;
    private long _malformed;
    private long _unauthentic;
    private long _failures;

    /// <param name="ports">The ports; the caller disposes them.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Logs errors.</param>
    internal RtpSender(RtpPortPair ports, TimeProvider time, ILogger logger)
    {
        _ports = ports;
        _time = time;
        _logger = logger;
        _rtp = new RouteTable(static r => r.RtpAddress, static (r, to) => r.RtpAddress = to, time.TimestampFrequency);
        _rtcp = new RouteTable(static r => r.RtcpAddress, static (r, to) => r.RtcpAddress = to, time.TimestampFrequency);
    }

    /// <summary>The ports.</summary>
    internal RtpPortPair Ports => _ports;

    /// <summary>RTCP datagrams received from listeners.</summary>
    internal long Reports => Volatile.Read(ref _reports);

    /// <summary>How often a listener was found at another port than it had named or used.</summary>
    internal long Latched
    {
        get
        {
            lock (_gate)
            {
                return _rtp.Moves + _rtcp.Moves;
            }
        }
    }

    /// <summary>Datagrams from addresses without a listener.</summary>
    internal long Strangers => Volatile.Read(ref _strangers);

    /// <summary>Malformed RTCP datagrams from listeners.</summary>
    internal long Malformed => Volatile.Read(ref _malformed);

    /// <summary>Datagrams in the name of listeners over SRTP that are forged or repeated.</summary>
    internal long Unauthentic => Volatile.Read(ref _unauthentic);

    /// <summary>Routes examined because of datagrams from strangers: the cost of those.</summary>
    internal long RoutesLookedAt
    {
        get
        {
            lock (_gate)
            {
                return _rtp.LookedAt + _rtcp.LookedAt;
            }
        }
    }

    /// <summary>Receives until cancelled. Never throws.</summary>
    internal Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(
        HearAsync(_ports.Rtp, OnRtp, cancellationToken),
        HearAsync(_ports.Rtcp, OnRtcp, cancellationToken));

    /// <summary>
    /// Keeps a listener's route up to date until <see cref="Close"/>. Call it at SETUP, since the first packets arrive before PLAY.
    /// </summary>
    /// <param name="local">Our address that the listener connected to.</param>
    /// <param name="address">The address of the listener's connection.</param>
    /// <param name="rtpPort">The port where it receives RTP, as stated in SETUP.</param>
    /// <param name="rtcpPort">The port where it receives RTCP, as stated in SETUP.</param>
    /// <param name="feedback">Receives its feedback.</param>
    /// <param name="proof">The secret it was given, if any.</param>
    /// <param name="srtp">Its SRTP session, disposed with the route; <see langword="null"/>: plain RTP.</param>
    internal UdpRoute Open(
        IPAddress local, IPAddress address, int rtpPort, int rtcpPort, RtpFeedback feedback, UInt128? proof = null,
        SrtpSession? srtp = null)
    {
        SocketAddress rtp = _ports.Rtp.AddressOf(new IPEndPoint(address, rtpPort));
        SocketAddress rtcp = _ports.Rtcp.AddressOf(new IPEndPoint(address, rtcpPort));
        lock (_gate)
        {
            if (!_sources.TryGetValue(local, out RouteSource? source))
            {
                _sources.Add(local, source = new RouteSource(local, _ports.Rtp.From(local), _ports.Rtcp.From(local)));
            }

            source.Routes++;
            var route = new UdpRoute(source, address, rtp, rtcp, feedback, proof) { Srtp = srtp };
            _rtp.Add(route);
            _rtcp.Add(route);
            _proofs.Add(route);
            _secure.Add(route);
            _peers[route.Peer] = _peers.GetValueOrDefault(route.Peer) + 1;
            return route;
        }
    }

    /// <summary>Removes a route.</summary>
    internal void Close(UdpRoute route)
    {
        lock (_gate)
        {
            _rtp.Remove(route);
            _rtcp.Remove(route);
            _proofs.Remove(route);
            _secure.Remove(route);
            route.Srtp?.Dispose();
            if (--_peers[route.Peer] == 0)
            {
                _peers.Remove(route.Peer);
            }

            if (--route.Source.Routes == 0)
            {
                _sources.Remove(route.Source.Address);
            }
        }
    }

    /// <summary>Handles a datagram to the RTP port: a player opens a path through a translator, or proves its current address.</summary>
    internal void OnRtp(ReadOnlySpan<byte> datagram, SocketAddress from)
    {
        lock (_gate)
        {
            if (IsOurs(from))
            {
                return;
            }

            PeerAddress peer = PeerAddress.Of(from);
            if (!_peers.ContainsKey(peer))
            {
                _strangers++;
                return;
            }

            UdpRoute? known = _rtp.Find(from);
            if (IsSecure(_rtp, peer, datagram, from))
            {
                return;
            }

            // Only a datagram that may be a proof is parsed.
            RtcpCompound? compound = null;
            if (RtcpCompound.IsRtcp(datagram))
            {
                _ = RtcpCompound.TryParse(datagram, out compound);
            }

            UdpRoute? route = Proven(from, compound) ?? known;
            if (route is null)
            {
                uint? ssrc = RtpPacket.TryParse(datagram, out RtpPacket packet) ? packet.Header.Ssrc : null;
                route = _rtp.FindUnsettled(peer, ssrc, _time.GetTimestamp());
            }

            if (route is null)
            {
                _strangers++;
                return;
            }

            if (route != known)
            {
                _rtp.Move(route, from);
            }

            _rtp.Settle(route);
            route.Feedback.Hear();
        }
    }

    /// <summary>Handles a datagram to the RTCP port.</summary>
    internal void OnRtcp(ReadOnlySpan<byte> datagram, SocketAddress from)
    {
        lock (_gate)
        {
            if (IsOurs(from))
            {
                return;
            }

            PeerAddress peer = PeerAddress.Of(from);
            if (!_peers.ContainsKey(peer))
            {
                _strangers++;
                return;
            }

            UdpRoute? known = _rtcp.Find(from);
            if (IsSecure(_rtcp, peer, datagram, from))
            {
                return;
            }

            // Feedback without a preceding report is accepted only if repair was agreed on.
            if (!RtcpCompound.TryParse(datagram, out RtcpCompound? compound, reducedSize: known?.Feedback.Repair is not null))
            {
                _malformed++;
                return;
            }

            UdpRoute? certain = Proven(from, compound) ?? known;
            UdpRoute? route = certain ?? _rtcp.FindUnsettled(peer, ReportedSsrc(compound), _time.GetTimestamp());
            if (route is null)
            {
                _strangers++;
                return;
            }

            if (route != known)
            {
                _rtcp.Move(route, from);
                route.RtcpIsUnproven = certain is null;
            }

            Take(route, compound);
        }
    }

    // Handles a datagram of a listener over SRTP, or in the name of one. Nothing counts that does not authenticate; what does is a proof of
    // the listener's port, because the same datagram counts once only. False: a datagram for listeners in the clear.
    private bool IsSecure(RouteTable table, PeerAddress peer, ReadOnlySpan<byte> datagram, SocketAddress from)
    {
        if (_secure.Find(peer, datagram) is not UdpRoute route)
        {
            return false;
        }

        Span<byte> clear = stackalloc byte[SrtpSession.MaxDatagram];
        int length = 0;
        if (route.Srtp!.DecryptRtcp(datagram, clear, out length) is not SrtpVerdict.Authentic)
        {
            _unauthentic++;
        }
        else if (!RtcpCompound.TryParse(clear[..length], out RtcpCompound? compound, reducedSize: route.Feedback.Repair is not null))
        {
            _malformed++;
        }
        else
        {
            if (!table.IsAt(route, from))
            {
                table.Move(route, from);
            }

            route.Feedback.Hear(compound);
            _reports++;
        }

        return true;
    }

    private void Take(UdpRoute route, RtcpCompound compound)
    {
        _rtcp.Settle(route);

        // If a packet without a proof moved its reports, they may come from someone else, and must never become a proof.
        if (!route.RtcpIsUnproven && _proofs.Learn(route, compound))
        {
            // It receives our audio, so the RTP route is right, too.
            _rtp.Settle(route);
        }

        route.Feedback.Hear(compound);
        _reports++;
    }

    private UdpRoute? Proven(SocketAddress from, RtcpCompound? compound) =>
        compound is null ? null : _proofs.Find(PeerAddress.Of(from), compound);

    // A listener on this machine may have named our own ports as its destination: what we sent there must not move another listener.
    private bool IsOurs(SocketAddress from)
    {
        // The port follows the family on all systems. It alone tells nearly all apart, at no cost.
        int port = BinaryPrimitives.ReadUInt16BigEndian(from.Buffer.Span[2..4]);
        if (port != _ports.Rtp.LocalEndPoint.Port && port != _ports.Rtcp.LocalEndPoint.Port)
        {
            return false;
        }

        IPEndPoint sender = _ports.Rtp.EndPointOf(from);
        return IPAddress.IsLoopback(sender.Address) || sender.Address.Equals(_ports.Rtp.LocalEndPoint.Address)
            || _sources.ContainsKey(sender.Address);
    }

    private static uint? ReportedSsrc(RtcpCompound compound) =>
        compound.Packets[0] is ReceiverReport { Blocks: [ReportBlock block, ..] } ? block.Ssrc : null;

    // Audio continues whatever fails here. It is retried, since the missing descriptor or memory may be available then.
    private async Task HearAsync(UdpSocket socket, DatagramHandler handler, CancellationToken cancellationToken)
    {
        for (TimeSpan pause = FirstPause; !cancellationToken.IsCancellationRequested;
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await socket.ReceiveAsync((datagram, from) => Guard(handler, datagram, from), cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception e)
            {
                _logger.PortBroke(e, pause.TotalSeconds);
            }

            await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Guard(DatagramHandler handler, ReadOnlySpan<byte> datagram, SocketAddress from)
    {
        try
        {
            handler(datagram, from);
        }
        catch (Exception e)
        {
            // Logged at intervals: an error with every datagram would fill the log.
            long failures = Interlocked.Increment(ref _failures);
            if (failures % FailuresPerLine == 1)
            {
                _logger.DatagramFailed(e, failures);
            }
        }
    }
}
