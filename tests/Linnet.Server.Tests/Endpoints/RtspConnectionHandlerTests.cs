using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Clock;
using Linnet.Codecs;
using Linnet.Server.Endpoints;
using Linnet.Transports.Rtsp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Linnet.Server.Tests.Endpoints;

public class RtspConnectionHandlerTests
{
    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Kestrel_accepts_and_audio_goes_to_the_socket_or_under_TLS_through_its_pipe(bool hasTls)
    {
        using var hang = new CancellationTokenSource(HangLimit);
        PacketItem[] packets = [];
        BroadcastRing ring = null!;
        var info = new RenditionInfo("jazz", "opus", new PayloadFormat("opus", 48_000, 2), 960, 128_000, RtpStreamIdentity.Random());
        ring = new BroadcastRing(info, TimeSpan.FromSeconds(10), (_, _) =>
        {
            packets = Publish(ring, 5);
            return null;
        });
        await using var senders = new SenderPool(new SenderOptions { Threads = 1 }, TimeProvider.System);
        var rtsp = new RtspServer(
            new RtspServerOptions(), new StationDirectory([new StationListing("jazz", [ring])]), senders, ports: null, TimeProvider.System);
        using X509Certificate2 certificate = Certificate();
        await using WebApplication app = Build(rtsp, hasTls ? certificate : null);
        await app.StartAsync(hang.Token);
        using var stop = new CancellationTokenSource();
        Task running = rtsp.RunAsync(stop.Token);
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        int port = int.Parse(address[(address.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture);

        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, hang.Token);
        Stream stream = client.GetStream();
        if (hasTls)
        {
            var tls = new SslStream(
                stream, leaveInnerStreamOpen: false, (_, theirs, _, _) => theirs?.GetCertHashString() == certificate.GetCertHashString());
            await tls.AuthenticateAsClientAsync("localhost");
            stream = tls;
        }

        string uri = $"rtsp://127.0.0.1:{port}/jazz";
        string setup =
            await AskAsync(
                stream, $"SETUP {uri} RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n", hang.Token);
        string session = setup.Split("\r\n").Single(l => l.StartsWith("Session: ", StringComparison.Ordinal))[9..].Split(';')[0];
        string play = await AskAsync(stream, $"PLAY {uri} RTSP/1.0\r\nCSeq: 2\r\nSession: {session}\r\n\r\n", hang.Token);

        Assert.Contains($"seq={info.Stream.SequenceNumberOf(0)};", play, StringComparison.Ordinal);
        foreach (PacketItem packet in packets)
        {
            Assert.Equal(RtpFraming.Of(ring).Frame(packet).ToArray(), await ReadFrameAsync(stream, hang.Token));
        }

        // Kestrel stops, and its connections end.
        Task stopping = app.StopAsync(hang.Token);
        byte[] rest = new byte[1000];
        while (await stream.ReadAsync(rest, hang.Token) > 0)
        {
        }

        client.Dispose();
        await stopping;
        Assert.Equal(1, rtsp.GetSnapshot().EndedSessions[RtspSessionEnd.ServerStopped]);
        await stop.CancelAsync();
        await running.WaitAsync(hang.Token);
    }

    private static WebApplication Build(RtspServer rtsp, X509Certificate2? certificate)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSingleton(rtsp);
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }

            listen.UseConnectionHandler<RtspConnectionHandler>();
        }));
        return builder.Build();
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    private static PacketItem[] Publish(BroadcastRing ring, int count)
    {
        long now = TimeProvider.System.GetTimestamp();
        ring.Publish(new DiscontinuityItem(0, now, new MediaTimeline(now, 48_000, TimeProvider.System.TimestampFrequency)));
        var packets = new PacketItem[count];
        for (int i = 0; i < count; i++)
        {
            packets[i] = new PacketItem(InterleavedFraming.Of(ring), i, i * 960L, 960, i == 0, now, new byte[100 + i]);
            ring.Publish(packets[i]);
        }

        return packets;
    }

    private static async Task<string> AskAsync(Stream stream, string request, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), cancellationToken);
        var answer = new StringBuilder();
        byte[] one = new byte[1];
        while (!answer.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, cancellationToken);
            answer.Append((char)one[0]);
        }

        Assert.StartsWith("RTSP/1.0 200 OK\r\n", answer.ToString(), StringComparison.Ordinal);
        return answer.ToString();
    }

    private static async Task<byte[]> ReadFrameAsync(Stream stream, CancellationToken cancellationToken)
    {
        while (true)
        {
            byte[] head = new byte[4];
            await stream.ReadExactlyAsync(head, cancellationToken);
            Assert.Equal((byte)'$', head[0]);
            byte[] packet = new byte[(head[2] << 8) | head[3]];
            await stream.ReadExactlyAsync(packet, cancellationToken);
            if (head[1] == 0)
            {
                return packet;
            }
        }
    }
}
