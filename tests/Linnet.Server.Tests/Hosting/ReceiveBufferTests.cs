using System.Net.Sockets;
using System.Text;
using Linnet.Sources;
using Linnet.Stations;

namespace Linnet.Server.Tests.Hosting;

/// <summary>What the kernel may hold of what comes from others.</summary>
public class ReceiveBufferTests
{
    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET /tone.mp3 HTTP/1.0\r\n\r\n")]
    [InlineData("GET / HTTP/1.0\r\n\r\n")]
    public async Task Who_listens_or_reads_pages_has_less_than_who_pushes(string request)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems tell other sizes.");
        HostedServer? server = null;
        Socket? serving = null;
        int whenLeft = 0;
        using var live = new IngestStation(new StationOptions { Name = "live", Streams = ["wav"] });
        await using HostedServer running = await HostedServer.StartAsync(
            [new Station(new StationOptions { Name = "tone" }, new ToneSource(440))],
            fed: live,
            serveAudio: async (transport, socket, origin, stop) =>
            {
                serving = socket;
                bool isSound = await server!.Server.Radio!.TryServeAsync(transport, socket, origin, stop);
                if (!isSound)
                {
                    whenLeft = socket.ReceiveBufferSize;
                }

                return isSound;
            });
        server = running;
        int push = await SizeAsync(
            server, "PUT /live HTTP/1.1\r\nHost: x\r\nContent-Type: audio/wav\r\nAuthorization: Basic c291cmNlOmhhY2ttZQ==\r\nExpect: "
                + "100-continue\r\n\r\n", Size);

        int other = await SizeAsync(server, request, Size);

        // Linux tells twice of what it was told.
        Assert.InRange(other, 1, 2 * 64 * 1024);
        Assert.InRange(push, 2 * other, 2 * 256 * 1024);

        int Size() => whenLeft > 0 ? whenLeft : serving!.ReceiveBufferSize;
    }

    /// <summary>The size once an answer has come.</summary>
    private static async Task<int> SizeAsync(HostedServer server, string request, Func<int> size)
    {
        using TcpClient client = await server.ConnectAsync();
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), HangLimit);
        await client.GetStream().ReadExactlyAsync(new byte[12], HangLimit);
        return size();
    }
}
