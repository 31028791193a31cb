using System.Net;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;

namespace Linnet.Transports.Rtp;

/// <summary>Where one listener's datagrams go, as it said in SETUP or has shown since; and from which of our addresses.</summary>
/// <remarks><see cref="RtpSender"/> keeps it up to date; sender threads read it.</remarks>
internal sealed class UdpRoute
{
    private const long Never = long.MinValue;

    private SocketAddress _rtpAddress;
    private SocketAddress _rtcpAddress;
    private long _soundSince = Never;

    /// <param name="source">Our own ends: the address that its connection has reached.</param>
    /// <param name="address">The only address it may be at: that of its RTSP connection.</param>
    /// <param name="rtp">Where it hears RTP, as it says.</param>
    /// <param name="rtcp">Where it hears RTCP, as it says.</param>
    /// <param name="feedback">Takes what is heard of it.</param>
    /// <param name="proof">What it shows to be moved; <see langword="null"/>: it was given nothing.</param>
    internal UdpRoute(RouteSource source, IPAddress address, SocketAddress rtp, SocketAddress rtcp, RtpFeedback feedback, UInt128? proof)
    {
        Source = source;
        Feedback = feedback;
        Proof = proof;
        Peer = PeerAddress.Of(address);
        _rtpAddress = rtp;
        _rtcpAddress = rtcp;
    }

    /// <summary>Where its datagrams come from.</summary>
    internal RouteSource Source { get; }

    /// <summary>Sends RTP to it.</summary>
    internal IDatagramSender Rtp => Source.Rtp;

    /// <summary>Sends RTCP to it.</summary>
    internal IDatagramSender Rtcp => Source.Rtcp;

    /// <summary>Takes what is heard of it.</summary>
    internal RtpFeedback Feedback { get; }

    /// <summary>Its address, whatever the port.</summary>
    internal PeerAddress Peer { get; }

    /// <summary>The secret that was given to it in SETUP, if it knows what to do with one.</summary>
    internal UInt128? Proof { get; }

    /// <summary>
    /// Its own SSRC, if that was heard from where its reports come and can be no guess. Whoever knows it is the listener.
    /// </summary>
    internal uint? ReceiverSsrc { get; set; }

    /// <summary>
    /// Whether its reports go to where a packet that proved nothing has moved them: what comes from there proves nothing either.
    /// </summary>
    internal bool RtcpIsUnproven { get; set; }

    /// <summary>When sound began to be sent to it, in ticks; <see langword="null"/> before.</summary>
    internal long? SoundSince => Volatile.Read(ref _soundSince) is long since and not Never ? since : null;

    /// <summary>Where RTP goes.</summary>
    internal SocketAddress RtpAddress
    {
        get => Volatile.Read(ref _rtpAddress);
        set
        {
            Volatile.Write(ref _rtpAddress, value);
            OnChanged?.Invoke();
        }
    }

    /// <summary>Told, on any thread, that <see cref="RtpAddress"/> is another one.</summary>
    internal Action? OnChanged { get; set; }

    /// <summary>Where RTCP goes.</summary>
    internal SocketAddress RtcpAddress
    {
        get => Volatile.Read(ref _rtcpAddress);
        set => Volatile.Write(ref _rtcpAddress, value);
    }

    /// <summary>Sound begins to be sent. Later beginnings do not count.</summary>
    internal void StartSound(long now) => Interlocked.CompareExchange(ref _soundSince, now, Never);
}

/// <summary>One of the addresses of this machine that listeners have reached, as the place where their datagrams come from.</summary>
/// <param name="Address">The address.</param>
/// <param name="Rtp">Sends RTP from it.</param>
/// <param name="Rtcp">Sends RTCP from it.</param>
internal sealed record RouteSource(IPAddress Address, IDatagramSender Rtp, IDatagramSender Rtcp)
{
    /// <summary>Routes that use it.</summary>
    internal int Routes { get; set; }
}
