using System.Net;
using System.Net.Sockets;
using System.Text;
using Linnet.Sources;
using Linnet.Stations;
using Linnet.Transports;
using Linnet.Transports.Http.Push;

namespace Linnet.Server.Tests.Hosting;

/// <summary>Limits of the kernel's receive buffers.</summary>
public class ReceiveBufferTests
{
    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET /tone.mp3 HTTP/1.0\r\n\r\n")]
    [InlineData("GET / HTTP/1.0\r\n\r\n")]
    public async Task A_listener_or_reader_of_pages_has_a_smaller_buffer_than_a_push(string request)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems tell other sizes.");
        Socket? serving = null;
        int whenLeft = 0;
        using var live = new IngestStation(new StationOptions { Name = "live", Streams = ["wav"] });
        await using HostedServer server = await HostedServer.StartAsync(
            [new Station(new StationOptions { Name = "tone" }, new ToneSource(440))], fed: live);
        using var host = new TcpListenerHost(
            new TcpListenerOptions { Local = new IPEndPoint(IPAddress.Loopback, 0), ReceiveBufferSize = PushServer.ReceiveBufferSize },
            TimeProvider.System);
        using var stop = new CancellationTokenSource();
        Task running = host.RunAsync(
            (transport, socket, origin, stopping) =>
            {
                serving = socket;
                return server.Server.Front!.ServeAsync(transport, socket, origin, null, (_, _) => LeaveAsync(socket), stopping);
            },
            stop.Token);
        int push = await SizeAsync(
            host.LocalEndPoint,
            "PUT /live HTTP/1.1\r\nHost: x\r\nContent-Type: audio/wav\r\nAuthorization: Basic c291cmNlOmhhY2ttZQ==\r\nExpect: "
                + "100-continue\r\n\r\n", Size);

        int other = await SizeAsync(host.LocalEndPoint, request, Size);

        // Linux reports twice the size that was set.
        Assert.InRange(other, 1, 2 * 64 * 1024);
        Assert.InRange(push, 2 * other, 2 * 256 * 1024);

        await stop.CancelAsync();
        await running;

        int Size() => whenLeft > 0 ? whenLeft : serving!.ReceiveBufferSize;

        async Task LeaveAsync(Socket socket)
        {
            whenLeft = socket.ReceiveBufferSize;
            await socket.SendAsync("HTTP/1.1 200"u8.ToArray(), HangLimit);
        }
    }

    /// <summary>The size once an answer has come.</summary>
    private static async Task<int> SizeAsync(IPEndPoint server, string request, Func<int> size)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server, HangLimit);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), HangLimit);
        await client.GetStream().ReadExactlyAsync(new byte[12], HangLimit);
        return size();
    }
}
