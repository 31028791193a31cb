using System.Net;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;

namespace Linnet.Transports.Rtp;

/// <summary>The destination of one listener's datagrams, from SETUP or learned later, and their source address.</summary>
/// <remarks>Updated by <see cref="RtpSender"/>, read by sender threads.</remarks>
internal sealed class UdpRoute
{
    private const long Never = long.MinValue;

    private SocketAddress _rtpAddress;
    private SocketAddress _rtcpAddress;
    private long _soundSince = Never;

    /// <param name="source">Our side: the address that the listener connected to.</param>
    /// <param name="address">The only address the listener may use: that of its RTSP connection.</param>
    /// <param name="rtp">Where it receives RTP, as stated in SETUP.</param>
    /// <param name="rtcp">Where it receives RTCP, as stated in SETUP.</param>
    /// <param name="feedback">Receives its feedback.</param>
    /// <param name="proof">The secret with which it can move the route; <see langword="null"/>: it was given none.</param>
    internal UdpRoute(RouteSource source, IPAddress address, SocketAddress rtp, SocketAddress rtcp, RtpFeedback feedback, UInt128? proof)
    {
        Source = source;
        Feedback = feedback;
        Proof = proof;
        Peer = PeerAddress.Of(address);
        _rtpAddress = rtp;
        _rtcpAddress = rtcp;
    }

    /// <summary>The source of its datagrams.</summary>
    internal RouteSource Source { get; }

    /// <summary>Sends RTP to the listener.</summary>
    internal IDatagramSender Rtp => Source.Rtp;

    /// <summary>Sends RTCP to the listener.</summary>
    internal IDatagramSender Rtcp => Source.Rtcp;

    /// <summary>Receives its feedback.</summary>
    internal RtpFeedback Feedback { get; }

    /// <summary>The listener's address, without a port.</summary>
    internal PeerAddress Peer { get; }

    /// <summary>The secret given to it in SETUP, if it supports one.</summary>
    internal UInt128? Proof { get; }

    /// <summary>
    /// Its SRTP session, whose key alone can move it; <see langword="null"/>: plain RTP. Disposed when the route is closed.
    /// </summary>
    internal SrtpSession? Srtp { get; init; }

    /// <summary>
    /// The listener's SSRC, if it came from the source of its reports and cannot be guessed. A sender that knows it is the listener.
    /// </summary>
    internal uint? ReceiverSsrc { get; set; }

    /// <summary>Whether a packet without a proof moved the destination of its reports: then nothing from there is a proof.</summary>
    internal bool RtcpIsUnproven { get; set; }

    /// <summary>When its audio started, in ticks; <see langword="null"/> before.</summary>
    internal long? SoundSince => Volatile.Read(ref _soundSince) is long since and not Never ? since : null;

    /// <summary>The destination of RTP.</summary>
    internal SocketAddress RtpAddress
    {
        get => Volatile.Read(ref _rtpAddress);
        set
        {
            Volatile.Write(ref _rtpAddress, value);
            OnChanged?.Invoke();
        }
    }

    /// <summary>Called, on any thread, when <see cref="RtpAddress"/> changes.</summary>
    internal Action? OnChanged { get; set; }

    /// <summary>The destination of RTCP.</summary>
    internal SocketAddress RtcpAddress
    {
        get => Volatile.Read(ref _rtcpAddress);
        set => Volatile.Write(ref _rtcpAddress, value);
    }

    /// <summary>Records that audio starts. Only the first call counts.</summary>
    internal void StartSound(long now) => Interlocked.CompareExchange(ref _soundSince, now, Never);
}

/// <summary>One of this machine's addresses that listeners connected to, as the source of their datagrams.</summary>
/// <param name="Address">The address.</param>
/// <param name="Rtp">Sends RTP from this address.</param>
/// <param name="Rtcp">Sends RTCP from this address.</param>
internal sealed record RouteSource(IPAddress Address, IDatagramSender Rtp, IDatagramSender Rtcp)
{
    /// <summary>Routes that use this address.</summary>
    internal int Routes { get; set; }
}
