using System.Net;
using System.Net.Sockets;
using Linnet.Broadcast.Packets;
using Linnet.Transports.Impairments;
using Linnet.Transports.Rtp;
using Linnet.Wire.Rtcp;
using Linnet.Wire.Rtp;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>The transport of packets agreed on in SETUP: two UDP ports of ours, or two channels of the connection.</summary>
internal sealed class RtspDelivery : IDisposable
{
    private const int EmptyReportLength = 8;
    private static readonly TransportPair Channels = new(0, 1);

    // After this long without audio the path may be lost, so the server is sent our current address. Otherwise it is sent often enough to
    // keep the mappings of translators: many drop one after 30 s (RFC 4787 allows no less than 120 s).
    private static readonly TimeSpan RouteSilence = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RouteInterval = TimeSpan.FromSeconds(15);

    private readonly RtspClient _client;
    private readonly TransportPair _channels;
    private readonly RtpPortPair? _ports;
    private readonly TransportPair? _serverPorts;
    private readonly SocketAddress? _server;
    private readonly ImpairedPath? _impairment;
    private readonly UInt128? _proof;

    private RtspDelivery(RtspClient client, TransportPair channels)
    {
        _client = client;
        _channels = channels;
    }

    private RtspDelivery(RtspSession session, RtpPortPair ports, TransportPair? serverPorts, ImpairedPath? impairment, SrtpSession? srtp)
    {
        RtspClient client = session.Client;
        _client = client;
        _ports = ports;
        _serverPorts = serverPorts;
        _impairment = impairment;
        _proof = session.RouteProof;
        Srtp = srtp;
        _server = ports.Rtp.AddressOf(new IPEndPoint(client.RemoteAddress, 0));
    }

    /// <summary>Whether packets arrive in the RTSP connection.</summary>
    internal bool IsTcp => _ports is null;

    /// <summary>Encrypts what is sent over UDP, and decrypts what arrives; <see langword="null"/>: nothing is encrypted.</summary>
    internal SrtpSession? Srtp { get; }

    /// <summary>Agrees with the server on a transport.</summary>
    /// <param name="session">The session.</param>
    /// <param name="transport">The transport to request.</param>
    /// <param name="impairment">Simulated impairment in front of our ports, if any.</param>
    /// <param name="cancellationToken">Cancels the setup.</param>
    /// <exception cref="RtspException">The server does not support the transport.</exception>
    internal static async Task<RtspDelivery> SetupAsync(
        RtspSession session, RtspTransport transport, ImpairedPath? impairment, CancellationToken cancellationToken)
    {
        RtspDelivery? delivery = transport is RtspTransport.Tcp
            ? null
            : await SetupUdpAsync(session, transport, impairment, cancellationToken).ConfigureAwait(false);
        if (delivery is null && transport is not RtspTransport.Udp)
        {
            delivery = await SetupTcpAsync(session, cancellationToken).ConfigureAwait(false);
        }

        return delivery ?? throw RtspFailure.NoTransport(session.Client.Server, transport);
    }

    /// <summary>Sets the receiver of packets.</summary>
    internal void Deliver(RtpReceiver rtp)
    {
        if (_ports is null)
        {
            _client.Deliver((channel, packet) =>
            {
                if (channel == _channels.Rtp)
                {
                    rtp.OnRtp(packet);
                }
                else if (channel == _channels.Rtcp)
                {
                    rtp.OnRtcp(packet);
                }
            });
        }
        else
        {
            Punch(rtp.Ssrc);
        }
    }

    /// <summary>Receives datagrams until cancelled. Earlier ones wait in the kernel.</summary>
    internal async Task ReceiveAsync(RtpReceiver rtp, TimeProvider time, CancellationToken cancellationToken)
    {
        if (_ports is null)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken).ConfigureAwait(false);
            return;
        }

        Punch(rtp.Ssrc);
        _impairment?.Connect(rtp.OnRtp, rtp.OnRtcp, feedback => SendFeedback(feedback.ToArray()));
        Task first = await Task.WhenAny(
            KeepRouteAsync(rtp, time, cancellationToken),
            _ports.Rtp.ReceiveAsync(FromServer(_impairment is null ? rtp.OnRtp : _impairment.SendRtp), cancellationToken),
            _ports.Rtcp.ReceiveAsync(FromServer(_impairment is null ? rtp.OnRtcp : _impairment.SendRtcp), cancellationToken),
            _impairment?.RunAsync(cancellationToken) ?? Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken))
                .ConfigureAwait(false);
        await first.ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Sends one RTCP datagram.</summary>
    /// <exception cref="RtspException">The connection that would carry it has ended.</exception>
    internal async ValueTask SendRtcpAsync(ReadOnlyMemory<byte> datagram, CancellationToken cancellationToken)
    {
        if (_ports is null)
        {
            await _client.SendPacketAsync((byte)_channels.Rtcp, datagram, cancellationToken).ConfigureAwait(false);
        }
        else if (_impairment is not null)
        {
            _impairment.SendFeedback(Encrypted(datagram).Span);
        }
        else
        {
            SendFeedback(Encrypted(datagram));
        }
    }

    /// <summary>Closes the ports.</summary>
    public void Dispose()
    {
        _ports?.Dispose();
        Srtp?.Dispose();
    }

    private static async Task<RtspDelivery?> SetupUdpAsync(
        RtspSession session, RtspTransport transport, ImpairedPath? impairment, CancellationToken cancellationToken)
    {
        RtspClient client = session.Client;
        if (session.IsTls && !session.OffersSrtp)
        {
            // Audio in the clear is not what an address of TLS promises.
            return transport is RtspTransport.Udp ? throw RtspFailure.NoSrtp(client.Server) : null;
        }

        RtpPortPair ports;
        try
        {
            ports = RtpPortPair.Bind(client.LocalAddress, port: 0);
        }
        catch (SocketException e)
        {
            // The server was not asked, so this is not a refusal.
            return transport is RtspTransport.Udp ? throw RtspFailure.NoPorts(e) : null;
        }

        try
        {
            int port = ports.Rtp.LocalEndPoint.Port;
            var wanted = new TransportSpec
            {
                Protocol = session.IsTls ? TransportSpec.SecureUdp : TransportSpec.Udp,
                ClientPort = new TransportPair(port, port + 1),
            };
            TransportSpec? given = await session.SetupAsync(wanted, cancellationToken).ConfigureAwait(false);
            if (given is { IsSupported: true, IsTcp: false, IsMulticast: false } && given.IsSecure == wanted.IsSecure)
            {
                SrtpSession? srtp = given.IsSecure ? SrtpOf(session) : null;
                return new RtspDelivery(session, ports, given.ServerPort, impairment, srtp);
            }

            // Some servers choose a transport that was not requested.
            ports.Dispose();
            return given is null ? null : given.IsTcp
                ? new RtspDelivery(client, given.Interleaved ?? Channels) : throw RtspFailure.BadTransport(client.Server);
        }
        catch
        {
            ports.Dispose();
            throw;
        }
    }

    private static SrtpSession SrtpOf(RtspSession session) =>
        session.SrtpTerms is not LinnetSrtpHeader terms ? throw RtspFailure.BadTransport(session.Client.Server)
        : SrtpSession.TryCreate(terms, isServer: false, out SrtpSession? srtp, out string? problem) ? srtp
        : throw new RtspException(problem);

    private static async Task<RtspDelivery?> SetupTcpAsync(RtspSession session, CancellationToken cancellationToken)
    {
        var wanted = new TransportSpec { Protocol = TransportSpec.Tcp, Interleaved = Channels };
        TransportSpec? given = await session.SetupAsync(wanted, cancellationToken).ConfigureAwait(false);
        return given is null ? null
            : given.IsTcp ? new RtspDelivery(session.Client, given.Interleaved ?? Channels)
            : throw RtspFailure.BadTransport(session.Client.Server);
    }

    private DatagramHandler FromServer(DatagramTaker taker) => (datagram, from) =>
    {
        if (IsServer(from))
        {
            taker(datagram);
        }
    };

    private void SendFeedback(ReadOnlyMemory<byte> datagram)
    {
        if (_serverPorts is TransportPair ports)
        {
            Send(_ports!.Rtcp, ports.Rtcp, datagram);
        }
    }

    // Compares the addresses without ports: at byte 4 of sockaddr_in and at byte 8 of sockaddr_in6.
    private bool IsServer(SocketAddress from)
    {
        (int start, int length) = from.Family is AddressFamily.InterNetworkV6 ? (8, 16) : (4, 4);
        return from.Family == _server!.Family
            && from.Buffer.Span.Slice(start, length).SequenceEqual(_server.Buffer.Span.Slice(start, length));
    }

    // Opens firewalls and translators on the path, and shows our address to a server that waits for it; our own server gave us a secret as
    // proof. An RTP header without a payload and an empty report are what every server expects. Sent twice, since one may be lost or arrive
    // too early.
    private void Punch(uint ssrc)
    {
        if (_serverPorts is not TransportPair ports)
        {
            return;
        }

        if (Srtp is not null)
        {
            // The server knows from the key that it is us.
            byte[] empty = new byte[EmptyReportLength];
            new ReceiverReport(ssrc).Write(empty);
            Send(_ports!.Rtp, ports.Rtp, Encrypted(empty));
            Send(_ports.Rtcp, ports.Rtcp, Encrypted(empty));
            return;
        }

        if (_proof is UInt128 secret)
        {
            var proof = new RouteProof(ssrc, secret);
            byte[] shown = new byte[EmptyReportLength + proof.Length];
            RtcpCompound.Write(shown, new ReceiverReport(ssrc), proof);
            Send(_ports!.Rtp, ports.Rtp, shown);
            Send(_ports.Rtcp, ports.Rtcp, shown);
            return;
        }

        byte[] header = new byte[RtpHeader.Length];
        new RtpHeader(PayloadType: 0, Marker: false, SequenceNumber: 0, Timestamp: 0, ssrc).Write(header);
        Send(_ports!.Rtp, ports.Rtp, header);

        byte[] report = new byte[EmptyReportLength];
        new ReceiverReport(ssrc).Write(report);
        Send(_ports.Rtcp, ports.Rtcp, report);
    }

    // A translator on the path may drop the mapping or change our port at any time; then audio stops. Without a proof this only keeps the
    // path open.
    private async Task KeepRouteAsync(RtpReceiver rtp, TimeProvider time, CancellationToken cancellationToken)
    {
        if (_serverPorts is null)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken).ConfigureAwait(false);
        }

        for (long shownAt = time.GetTimestamp(); ;)
        {
            await Task.Delay(RouteSilence, time, cancellationToken).ConfigureAwait(false);
            if (rtp.SoundSilentFor >= RouteSilence || time.GetElapsedTime(shownAt) >= RouteInterval)
            {
                shownAt = time.GetTimestamp();
                Punch(rtp.Ssrc);
            }
        }
    }

    private ReadOnlyMemory<byte> Encrypted(ReadOnlyMemory<byte> datagram)
    {
        if (Srtp is null)
        {
            return datagram;
        }

        byte[] own = new byte[datagram.Length + SrtpSession.MaxTrailer];
        datagram.CopyTo(own);
        try
        {
            return own.AsMemory(0, Srtp.EncryptRtcp(own, datagram.Length));
        }
        catch (InvalidOperationException e)
        {
            throw new RtspException($"Encrypting a report failed: {e.Message}", e);
        }
    }

    private void Send(UdpSocket socket, int port, ReadOnlyMemory<byte> datagram) =>
        socket.Send([new OutgoingDatagram(socket.AddressOf(new IPEndPoint(_client.RemoteAddress, port)), datagram)]);
}
