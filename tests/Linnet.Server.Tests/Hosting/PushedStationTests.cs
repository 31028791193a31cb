using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Stations;

namespace Linnet.Server.Tests.Hosting;

public sealed class PushedStationTests
{
    private const string Password = "Authorization: Basic c291cmNlOmhhY2ttZQ==\r\n";

    // 8000 Hz, one channel, 16 bit, endless.
    private static readonly byte[] Wav =
        [.. "RIFF\xFF\xFF\xFF\xFFWAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1F\0\0\x80\x3E\0\0\x02\0\x10\0data\xFF\xFF\xFF\xFF".Select(
            static c => (byte)c)];

    [Fact]
    public async Task The_status_and_the_page_show_the_source_clients_headers_and_the_listener_peak()
    {
        using var live = new IngestStation(new StationOptions { Name = "live", Streams = ["wav"] });
        await using HostedServer server = await HostedServer.StartAsync([], fed: live, proxies: "127.0.0.0/8");
        using TcpClient pusher =
            await PushAsync(
                server, "ice-name: Late <night>\r\nice-genre: Jazz\r\nice-description: Slow\r\nice-url: http://radio.example/\r\n");
        await pusher.GetStream().WriteAsync(new byte[32_000], HostedServer.HangLimit);
        while (!server.Server.Directory.TryFind("live", out StationListing? listing) || listing.Description is null)
        {
            await Task.Yield();
        }

        using (TcpClient listener = await server.ConnectAsync())
        {
            await listener.GetStream().WriteAsync("GET /live.wav HTTP/1.0\r\n\r\n"u8.ToArray(), HostedServer.HangLimit);
            await listener.GetStream().ReadExactlyAsync(new byte[1000], HostedServer.HangLimit);
        }

        string status =
            await server.AskAsync(
                "GET /status-json.xsl HTTP/1.1\r\nHost: radio.example\r\nX-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: https\r\n\r\n");
        JsonElement source = JsonDocument.Parse(status[status.IndexOf('{', StringComparison.Ordinal)..]).RootElement.GetProperty("icestats")
            .GetProperty("source");
        Assert.Equal("Late <night>", source.GetProperty("server_name").GetString());
        Assert.Equal("https://radio.example/live.wav", source.GetProperty("listenurl").GetString());
        Assert.Equal("Jazz", source.GetProperty("genre").GetString());
        Assert.Equal("Slow", source.GetProperty("server_description").GetString());
        Assert.Equal("http://radio.example/", source.GetProperty("server_url").GetString());
        Assert.Equal(1, source.GetProperty("listener_peak").GetInt32());
        Assert.Contains("<h2>Late &lt;night&gt;</h2>", await server.GetAsync("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_client_faster_than_its_station_is_throttled_before_minutes_of_audio_are_buffered()
    {
        using var live = new IngestStation(new StationOptions { Name = "live", Streams = ["wav"] }, new AudioFormat(8000, 1));
        await using HostedServer server = await HostedServer.StartAsync([], fed: live);
        using TcpClient pusher = await PushAsync(server, "");
        pusher.Client.Blocking = false;
        byte[] sound = new byte[16_384];
        int taken = 0;

        // When nothing can be sent for half a second, the client is throttled: by then the station has played 8 kB.
        while (taken < 3_000_000 && pusher.Client.Poll(TimeSpan.FromSeconds(0.5), SelectMode.SelectWrite))
        {
            int sent = pusher.Client.Send(sound, SocketFlags.None, out SocketError error);
            Assert.True(error is SocketError.Success or SocketError.WouldBlock, error.ToString());
            taken += Math.Max(0, sent);
        }

        // Eight seconds in the station, the rest in two kernels and a pipe.
        Assert.InRange(taken, 128_000, 700_000);
    }

    [Theory]
    [InlineData(6000)]
    [InlineData(12_000)]
    public async Task A_browser_with_large_cookies_for_this_host_can_listen(int length)
    {
        await using HostedServer server =
            await HostedServer.StartAsync(
                [new Station(new StationOptions { Name = "jazz", Streams = ["wav"] }, new Linnet.Sources.ToneSource(440))]);
        using TcpClient listener = await server.ConnectAsync();
        await listener.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes($"GET /jazz.wav HTTP/1.1\r\nHost: x\r\nCookie: {new string('c', length)}\r\n\r\n"),
            HostedServer.HangLimit);
        byte[] answer = new byte[15];
        await listener.GetStream().ReadExactlyAsync(answer, HostedServer.HangLimit);

        Assert.Equal("HTTP/1.1 200 OK", Encoding.ASCII.GetString(answer));
    }

    [Fact]
    public async Task An_overlong_title_is_cut_and_its_request_is_not_mistaken_for_a_page()
    {
        using var live = new IngestStation(new StationOptions { Name = "live", Streams = ["wav"] }, new AudioFormat(8000, 1));
        await using HostedServer server = await HostedServer.StartAsync([], fed: live);
        using TcpClient pusher = await PushAsync(server, "");

        string answer = await server.AskAsync(
            $"GET /admin/metadata?mode=updinfo&mount=/live&song={new string('x', 5000)} HTTP/1.1\r\nHost: x\r\n{Password}\r\n");

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("Metadata update successful", answer, StringComparison.Ordinal);
    }

    /// <summary>Starts a push: reads the answer to its head and sends the WAV's head.</summary>
    private static async Task<TcpClient> PushAsync(HostedServer server, string headers)
    {
        TcpClient pusher = await server.ConnectAsync();
        pusher.SendBufferSize = 64 * 1024;
        await pusher.GetStream()
            .WriteAsync(Encoding.ASCII.GetBytes($"SOURCE /live HTTP/1.0\r\n{Password}Content-Type: audio/wav\r\n{headers}\r\n"),
                HostedServer.HangLimit);
        var answer = new StringBuilder();
        byte[] one = new byte[1];
        while (!answer.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await pusher.GetStream().ReadExactlyAsync(one, HostedServer.HangLimit);
            answer.Append((char)one[0]);
        }

        Assert.StartsWith("HTTP/1.0 200 OK\r\n", answer.ToString(), StringComparison.Ordinal);
        await pusher.GetStream().WriteAsync(Wav, HostedServer.HangLimit);
        return pusher;
    }
}
