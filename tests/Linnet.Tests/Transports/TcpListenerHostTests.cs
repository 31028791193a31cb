using System.Net;
using System.Net.Sockets;
using Linnet.Serving;
using Linnet.Transports;
using Linnet.Transports.Http.Push;
using Linnet.Transports.Http.Radio;

namespace Linnet.Tests.Transports;

public class TcpListenerHostTests
{
    private const int Tcp = 6;
    private const int Info = 11; // TCP_INFO
    private const int Scales = 6; // of which the lower half tells the other side's

    [Fact]
    public async Task A_larger_receive_buffer_is_in_the_window_that_is_agreed_on_at_the_start()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux tells.");

        using var plain =
            new TcpListenerHost(new TcpListenerOptions { Local = new IPEndPoint(IPAddress.Loopback, 0) }, TimeProvider.System);
        using var wide = new TcpListenerHost(
            new TcpListenerOptions { Local = new IPEndPoint(IPAddress.Loopback, 0), ReceiveBufferSize = PushServer.ReceiveBufferSize },
            TimeProvider.System);
        int usual = await ScaleAsync(plain.LocalEndPoint);
        int pushed = await ScaleAsync(wide.LocalEndPoint);

        // 128 KiB under way at most, and above 256.
        Assert.Equal(1, usual);
        Assert.InRange(pushed, 2, 4);
    }

    [Fact]
    public async Task Only_the_port_for_pushes_has_the_larger_receive_buffer()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux tells.");
        await using StationServer server = StationServer.Open([], new StationServerOptions
        {
            Bind = IPAddress.Loopback,
            RtspPort = 0,
            RtpPort = 0,
            HttpPort = 0,
            Radio = new RadioServerOptions(),
        });

        Assert.Equal(1, await ScaleAsync(server.RtspEndPoint!));
        Assert.InRange(await ScaleAsync(server.HttpEndPoint!), 2, 4);
    }

    [Theory]
    [InlineData(4095)]
    [InlineData((16 << 20) + 1)]
    public void A_receive_buffer_has_limits(int bytes) => Assert.Contains(
        nameof(TcpListenerOptions.ReceiveBufferSize),
        Assert.Single(new TcpListenerOptions { Local = new IPEndPoint(IPAddress.Loopback, 0), ReceiveBufferSize = bytes }.Problems()),
        StringComparison.Ordinal);

    /// <summary>By how many bits the windows that the host at <paramref name="local"/> tells are shifted.</summary>
    private static async Task<int> ScaleAsync(IPEndPoint local)
    {
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(local, TestContext.Current.CancellationToken);
        byte[] info = new byte[Scales + 1];
        client.GetRawSocketOption(Tcp, Info, info);
        return info[Scales] & 0xF;
    }
}
