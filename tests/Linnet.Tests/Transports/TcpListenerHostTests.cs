using System.Net;
using System.Net.Sockets;
using Linnet.Transports;
using Linnet.Transports.Http;

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

        int usual = await ScaleAsync(new TcpListenerOptions { Local = new IPEndPoint(IPAddress.Loopback, 0) });
        int pushed = await ScaleAsync(new TcpListenerOptions { Local = new IPEndPoint(IPAddress.Loopback, 0), ReceiveBufferSize = PushServer.ReceiveBufferSize });

        // 128 KiB under way at most, and above 256.
        Assert.Equal(1, usual);
        Assert.InRange(pushed, 2, 4);
    }

    [Theory]
    [InlineData(4095)]
    [InlineData((16 << 20) + 1)]
    public void A_receive_buffer_has_limits(int bytes) => Assert.Contains(
        nameof(TcpListenerOptions.ReceiveBufferSize),
        Assert.Single(new TcpListenerOptions { Local = new IPEndPoint(IPAddress.Loopback, 0), ReceiveBufferSize = bytes }.Problems()),
        StringComparison.Ordinal);

    /// <summary>By how many bits the windows that the host tells are shifted.</summary>
    private static async Task<int> ScaleAsync(TcpListenerOptions options)
    {
        using var host = new TcpListenerHost(options, TimeProvider.System);
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(host.LocalEndPoint, TestContext.Current.CancellationToken);
        byte[] info = new byte[Scales + 1];
        client.GetRawSocketOption(Tcp, Info, info);
        return info[Scales] & 0xF;
    }
}
