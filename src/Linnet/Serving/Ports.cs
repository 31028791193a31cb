using System.Net;
using System.Net.Sockets;
using Linnet.Transports;
using Linnet.Transports.Http.Push;
using Linnet.Transports.PyAudio;
using Linnet.Transports.Rtp;

namespace Linnet.Serving;

/// <summary>The ports of a server: all are opened before anybody is heard, so that one that is taken is told at once.</summary>
internal sealed class Ports : IDisposable
{
    internal RtpPortPair? Rtp { get; private set; }

    internal TcpListenerHost? Rtsp { get; private set; }

    internal TcpListenerHost? Http { get; private set; }

    internal TcpListenerHost? PyAudioTcp { get; private set; }

    internal PyAudioUdpPort? PyAudioUdp { get; private set; }

    /// <summary>Opens what the options ask for. If that fails, what is open is the caller's to dispose.</summary>
    /// <exception cref="IOException">A port cannot be had; the message says which and why.</exception>
    internal void Open(StationServerOptions options, IPAddress address, ConnectionGate gate, TrustedProxies proxies, TimeProvider time)
    {
        Rtp = Bound(
            () => RtpPortPair.Bind(address, options.RtpPort), $"UDP port {options.RtpPort} or {options.RtpPort + 1}", "--rtp-port");
        Rtsp = Listen(options.RtspPort, "--rtsp-port", proxies);
        if (options is { Radio: not null, HttpPort: int http })
        {
            Http = Listen(http, "--http-port", proxies, PushServer.ReceiveBufferSize);
        }

        if (options.PyAudio?.TcpPort is int tcp)
        {
            // Its clients say nothing, so each one behind a proxy that sends no header would have to be waited for.
            PyAudioTcp = Listen(tcp, "--pyaudio-tcp-port", null);
        }

        if (options.PyAudio?.UdpPort is int udp)
        {
            PyAudioUdp = Bound(() => PyAudioUdpPort.Bind(new IPEndPoint(address, udp)), $"UDP port {udp}", "--pyaudio-udp-port");
        }

        TcpListenerHost Listen(int port, string option, TrustedProxies? believed, int receiveBuffer = TcpListenerHost.ReceiveBufferSize) =>
            Bound(
            () => new TcpListenerHost(
                new TcpListenerOptions { Local = new IPEndPoint(address, port), ReceiveBufferSize = receiveBuffer }, time, gate, believed),
            $"TCP port {port}",
            option);
    }

    public void Dispose()
    {
        Rtp?.Dispose();
        Rtsp?.Dispose();
        Http?.Dispose();
        PyAudioTcp?.Dispose();
        PyAudioUdp?.Dispose();
    }

    private static T Bound<T>(Func<T> bind, string what, string option)
    {
        try
        {
            return bind();
        }
        catch (SocketException e)
        {
            throw new IOException(
                e.SocketErrorCode switch
                {
                    SocketError.AddressAlreadyInUse => $"{what} is taken, perhaps by another Linnet; choose another with {option}.",
                    SocketError.AccessDenied => $"{what} is for root alone; choose one above 1023 with {option}.",
                    SocketError.TooManyOpenSockets =>
                        "This process may open no more files and sockets; raise that with ulimit -n, or LimitNOFILE= in a systemd unit.",
                    SocketError.AddressNotAvailable => "This machine has no such address; name one of its own with --bind.",
                    _ => $"{what} cannot be opened: {e.Message}; choose another with {option}.",
                },
                e);
        }
    }
}
