using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Linnet.Playback;
using Linnet.Playback.Devices;
using Linnet.Server.Hosting;
using Linnet.Serving;
using Linnet.Sources;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;

namespace Linnet.Server.Tests.Endpoints;

public class RtspConnectionHandlerTests
{
    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_host_serves_RTSP_on_its_own_endpoint_to_the_socket_or_under_TLS_through_the_pipe(bool hasTls)
    {
        using var hang = new CancellationTokenSource(HangLimit);
        using X509Certificate2 certificate = Certificate();
        await using WebApplication app = Build(hasTls ? certificate : null);
        await app.StartAsync(hang.Token);
        StationServer server = app.Services.GetRequiredService<StationServer>();
        int port = HttpPort.AddressOf(app.Services.GetRequiredService<IServer>())!.Port;
        Assert.Null(server.RtspEndPoint);

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

        string uri = $"rtsp://127.0.0.1:{port}/tone/pcm";
        string setup =
            await AskAsync(
                stream, $"SETUP {uri} RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n", hang.Token);
        string session = setup.Split("\r\n").Single(l => l.StartsWith("Session: ", StringComparison.Ordinal))[9..].Split(';')[0];
        await AskAsync(stream, $"PLAY {uri} RTSP/1.0\r\nCSeq: 2\r\nSession: {session}\r\n\r\n", hang.Token);
        int sequence = -1;
        for (int i = 0; i < 50; i++)
        {
            Assert.True(RtpPacket.TryParse(await ReadFrameAsync(stream, hang.Token), out RtpPacket packet));
            Assert.True(sequence < 0 || packet.Header.SequenceNumber == (ushort)(sequence + 1));
            sequence = packet.Header.SequenceNumber;
        }

        // The host stops, and the connection ends.
        Task stopping = app.StopAsync(hang.Token);
        byte[] rest = new byte[1000];
        while (await stream.ReadAsync(rest, hang.Token) > 0)
        {
        }

        client.Dispose();
        await stopping;
        Assert.Equal(1, server.Rtsp.GetSnapshot().EndedSessions[RtspSessionEnd.ServerStopped]);
    }

    [Fact]
    public async Task Linnets_player_hears_a_station_on_the_hosts_endpoint()
    {
        using var hang = new CancellationTokenSource(HangLimit);
        await using WebApplication app = Build(certificate: null);
        await app.StartAsync(hang.Token);
        int port = HttpPort.AddressOf(app.Services.GetRequiredService<IServer>())!.Port;
        var options = new PlayerOptions
        {
            Url = new Uri($"rtsp://127.0.0.1:{port}/tone"),
            Duration = TimeSpan.FromMilliseconds(50),
        };
        await using IAudioDevice device = AudioDevices.Create("null", TimeProvider.System);
        await using var player = new Player(options, device);

        await player.RunAsync(hang.Token);

        Assert.NotNull(player.GetStatistics().Payload);
        await app.StopAsync(hang.Token);
    }

    private static WebApplication Build(X509Certificate2? certificate)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddLinnet(static linnet => linnet.AddStation("tone", static _ => new ToneSource(440)));
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
