using System.Net;
using System.Net.Sockets;
using System.Text;
using Linnet.Broadcast;
using Linnet.Server.Endpoints;
using Linnet.Sources;
using Linnet.Stations;
using Linnet.Transports.Rtsp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Linnet.Server.Tests.Endpoints;

public class RtspConnectionHandlerTests
{
    [Fact]
    public async Task A_station_is_heard_through_an_endpoint_of_kestrel()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using var station = new Station(new StationOptions { Name = "tone" }, new ToneSource());
        await using var senders = new SenderPool(new SenderOptions { Threads = 1 }, TimeProvider.System);
        var rtsp = new RtspServer(new RtspServerOptions(), new StationDirectory([station.Listing]), senders, ports: null, TimeProvider.System);

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(rtsp);
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.UseConnectionHandler<RtspConnectionHandler>()));
        await using WebApplication application = builder.Build();
        await application.StartAsync(limit.Token);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        Task running = Task.WhenAll(station.RunAsync(ending.Token), rtsp.RunAsync(ending.Token));

        string address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, new Uri(address).Port, limit.Token);
        NetworkStream stream = client.GetStream();
        string root = $"rtsp://127.0.0.1:{new Uri(address).Port}/tone/l16";

        string setup = await AskAsync($"SETUP {root} RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n");
        Assert.StartsWith("RTSP/1.0 200", setup, StringComparison.Ordinal);
        string session = setup.Split("Session: ")[1].Split([';', '\r'])[0];
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"PLAY {root} RTSP/1.0\r\nCSeq: 2\r\nSession: {session}\r\n\r\n"), limit.Token);

        // Whatever comes first, there comes an RTP packet of our payload type.
        byte[] seen = [];
        while (seen.AsSpan().IndexOf("RTSP/1.0 200"u8) < 0 || !HasPacket(seen))
        {
            byte[] buffer = new byte[4096];
            int count = await stream.ReadAsync(buffer, limit.Token);
            Assert.NotEqual(0, count);
            seen = [.. seen, .. buffer[..count]];
        }

        await ending.CancelAsync();
        await running;
        await application.StopAsync(limit.Token);

        async Task<string> AskAsync(string request)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(request), limit.Token);
            var answer = new StringBuilder();
            byte[] one = new byte[1];
            while (!answer.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                await stream.ReadExactlyAsync(one, limit.Token);
                answer.Append((char)one[0]);
            }

            return answer.ToString();
        }
    }

    private static bool HasPacket(byte[] bytes)
    {
        for (int i = 0; i + 6 <= bytes.Length; i++)
        {
            if (bytes[i] == '$' && bytes[i + 1] == 0 && bytes[i + 4] == 0x80 && (bytes[i + 5] & 0x7F) == RtpStreamIdentity.PayloadType)
            {
                return true;
            }
        }

        return false;
    }
}
