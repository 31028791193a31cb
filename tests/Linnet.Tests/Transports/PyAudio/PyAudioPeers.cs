using System.Net;
using System.Net.Sockets;

namespace Linnet.Tests.Transports.PyAudio;

/// <summary>Where a player finds servers of the tutorial's formats that do just what a test tells them.</summary>
internal sealed class PyAudioPeers : IDisposable
{
    internal PyAudioPeers()
    {
        Listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Listener.Listen();
        Peer.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Peer.ReceiveTimeout = (int)PyAudioTestServer.HangLimit.TotalMilliseconds;
    }

    /// <summary>Listens for TCP.</summary>
    internal Socket Listener { get; } = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    /// <summary>Hears and sends UDP.</summary>
    internal Socket Peer { get; } = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    internal string Tcp => $"pyaudio-tcp://{Listener.LocalEndPoint}";

    internal string Udp => $"pyaudio-udp://{Peer.LocalEndPoint}";

    public void Dispose()
    {
        Listener.Dispose();
        Peer.Dispose();
    }
}
