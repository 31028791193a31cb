using System.Net;
using System.Net.Sockets;

namespace Linnet.Tests.Transports.PyAudio;

/// <summary>Servers of the tutorial's formats that do exactly what a test tells them to.</summary>
internal sealed class PyAudioPeers : IDisposable
{
    internal PyAudioPeers()
    {
        Listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Listener.Listen();
        Peer.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Peer.ReceiveTimeout = (int)PyAudioTestServer.HangLimit.TotalMilliseconds;
    }

    /// <summary>The TCP listener.</summary>
    internal Socket Listener { get; } = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    /// <summary>The UDP socket.</summary>
    internal Socket Peer { get; } = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    internal string Tcp => $"pyaudio-tcp://{Listener.LocalEndPoint}";

    internal string Udp => $"pyaudio-udp://{Peer.LocalEndPoint}";

    public void Dispose()
    {
        Listener.Dispose();
        Peer.Dispose();
    }
}
