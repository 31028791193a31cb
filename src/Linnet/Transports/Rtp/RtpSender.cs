using System.Buffers.Binary;
using System.Net;
using Linnet.Broadcast;
using Linnet.Wire.Rtcp;
using Linnet.Wire.Rtp;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports.Rtp;

/// <summary>One pair of UDP ports from which all listeners are served, and at which they are heard.</summary>
/// <remarks>Which datagram is from whom, and what it may do, is the matter of <see cref="RouteTable"/>.</remarks>
internal sealed class RtpSender
{
    private const int FailuresPerLine = 1000;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly RouteTable _rtp;
    private readonly RouteTable _rtcp;
    private readonly RouteProofs _proofs = new();
    private readonly Dictionary<PeerAddress, int> _peers = [];
    private readonly Dictionary<IPAddress, RouteSource> _sources = [];
    private readonly RtpPortPair _ports;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private long _reports;
    private long _strangers;
    private long _malformed;
    private long _failures;

    /// <param name="ports">The ports; whoever opened them disposes them.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told what goes wrong.</param>
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

    /// <summary>RTCP datagrams taken from listeners.</summary>
    internal long Reports => Volatile.Read(ref _reports);

    /// <summary>Times a listener was found at another port than it had said, or than it was at.</summary>
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

    /// <summary>Datagrams from where no listener is.</summary>
    internal long Strangers => Volatile.Read(ref _strangers);

    /// <summary>RTCP datagrams from listeners that made no sense.</summary>
    internal long Malformed => Volatile.Read(ref _malformed);

    /// <summary>Routes that were looked at because of datagrams from strangers: what those cost.</summary>
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

    /// <summary>Hears what comes in until it is cancelled. Never fails.</summary>
    internal Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(
        HearAsync(_ports.Rtp, OnRtp, cancellationToken),
        HearAsync(_ports.Rtcp, OnRtcp, cancellationToken));

    /// <summary>
    /// Keeps a listener's route up to date until <see cref="Close"/>: from SETUP on, for the first packets come before PLAY.
    /// </summary>
    /// <param name="local">Which of our addresses its connection has reached.</param>
    /// <param name="address">Where its connection comes from.</param>
    /// <param name="rtpPort">Where it hears RTP, as it says.</param>
    /// <param name="rtcpPort">Where it hears RTCP, as it says.</param>
    /// <param name="feedback">Takes what is heard of it.</param>
    /// <param name="proof">The secret that it was given, if it was.</param>
    internal UdpRoute Open(IPAddress local, IPAddress address, int rtpPort, int rtcpPort, RtpFeedback feedback, UInt128? proof = null)
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
            var route = new UdpRoute(source, address, rtp, rtcp, feedback, proof);
            _rtp.Add(route);
            _rtcp.Add(route);
            _proofs.Add(route);
            _peers[route.Peer] = _peers.GetValueOrDefault(route.Peer) + 1;
            return route;
        }
    }

    /// <summary>Forgets a route.</summary>
    internal void Close(UdpRoute route)
    {
        lock (_gate)
        {
            _rtp.Remove(route);
            _rtcp.Remove(route);
            _proofs.Remove(route);
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

    /// <summary>
    /// Takes a datagram that came to the RTP port: a player opens its way through a translator, or proves where it is now.
    /// </summary>
    internal void OnRtp(ReadOnlySpan<byte> datagram, SocketAddress from)
    {
        lock (_gate)
        {
            if (IsOurs(from))
            {
                return;
            }

            if (!_peers.ContainsKey(PeerAddress.Of(from)))
            {
                _strangers++;
                return;
            }

            // Only what can be a proof is read.
            RtcpCompound? compound = null;
            if (RtcpCompound.IsRtcp(datagram))
            {
                _ = RtcpCompound.TryParse(datagram, out compound);
            }

            UdpRoute? known = _rtp.Find(from);
            UdpRoute? route = Proven(from, compound) ?? known;
            if (route is null)
            {
                uint? ssrc = RtpPacket.TryParse(datagram, out RtpPacket packet) ? packet.Header.Ssrc : null;
                route = _rtp.FindUnsettled(PeerAddress.Of(from), ssrc, _time.GetTimestamp());
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

    /// <summary>Takes a datagram that came to the RTCP port.</summary>
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

            // Feedback without a report in front only from whom it was agreed on with.
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

    private void Take(UdpRoute route, RtcpCompound compound)
    {
        _rtcp.Settle(route);

        // Where a packet that proves nothing has moved its reports, somebody else may be: what comes from there must never become a proof.
        if (!route.RtcpIsUnproven && _proofs.Learn(route, compound))
        {
            // It hears us, so its sound goes the right way, too.
            _rtp.Settle(route);
        }

        route.Feedback.Hear(compound);
        _reports++;
    }

    private UdpRoute? Proven(SocketAddress from, RtcpCompound? compound) =>
        compound is null ? null : _proofs.Find(PeerAddress.Of(from), compound);

    // What a listener on this machine asked to be sent to our own ports must not move another listener there.
    private bool IsOurs(SocketAddress from)
    {
        // The port stands behind the family on all systems. By it alone nearly all are told apart, at no cost.
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

    // Whatever happens here, sound goes on; and it is tried again, for what was missing may be there then: a descriptor, memory.
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
            // Said now and then: what goes wrong with every datagram would fill the log.
            long failures = Interlocked.Increment(ref _failures);
            if (failures % FailuresPerLine == 1)
            {
                _logger.DatagramFailed(e, failures);
            }
        }
    }
}
