using System.Net;
using System.Net.Sockets;
using Linnet.Transports.Rtp;

namespace Linnet.Tests.Transports.Rtsp;

/// <summary>A player's pair of UDP ports.</summary>
internal sealed class UdpEars : IDisposable
{
    private readonly Socket _rtp;
    private readonly Socket _rtcp;

    public UdpEars(IPAddress? address = null, int port = 0)
    {
        using RtpPortPair pair = RtpPortPair.Bind(address ?? IPAddress.Loopback, port);
        (IPEndPoint rtp, IPEndPoint rtcp) = (pair.Rtp.LocalEndPoint, pair.Rtcp.LocalEndPoint);
        pair.Dispose();
        _rtp = Bind(rtp);
        _rtcp = Bind(rtcp);
    }

    public int RtpPort => ((IPEndPoint)_rtp.LocalEndPoint!).Port;

    public int RtcpPort => ((IPEndPoint)_rtcp.LocalEndPoint!).Port;

    public bool HasRtp => _rtp.Available > 0;

    /// <summary>The source addresses of the next RTP and the next RTCP datagram.</summary>
    public async Task<(IPAddress Rtp, IPAddress Rtcp)> ReadSourcesAsync() => (await SourceAsync(_rtp), await SourceAsync(_rtcp));

    public Task<byte[]> ReadRtpAsync() => ReadAsync(_rtp);

    public Task<byte[]> ReadRtcpAsync() => ReadAsync(_rtcp);

    public void SendRtp(byte[] datagram, IPEndPoint to) => _rtp.SendTo(datagram, to);

    public void SendRtcp(byte[] datagram, IPEndPoint to) => _rtcp.SendTo(datagram, to);

    public void Dispose()
    {
        _rtp.Dispose();
        _rtcp.Dispose();
    }

    private static Socket Bind(IPEndPoint local)
    {
        var socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 1 << 20 };
        socket.Bind(local);
        return socket;
    }

    private static async Task<IPAddress> SourceAsync(Socket socket)
    {
        using var hang = new CancellationTokenSource(RtspTestServer.HangLimit);
        SocketReceiveFromResult received = await socket.ReceiveFromAsync(
            new byte[1500].AsMemory(), SocketFlags.None,
            new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0), hang.Token);
        return ((IPEndPoint)received.RemoteEndPoint).Address;
    }

    private static async Task<byte[]> ReadAsync(Socket socket)
    {
        using var hang = new CancellationTokenSource(RtspTestServer.HangLimit);
        byte[] buffer = new byte[1500];
        int length = await socket.ReceiveAsync(buffer, hang.Token);
        return buffer[..length];
    }
}
