using System.Net;
using System.Net.Sockets;
using Linnet.Broadcast;
using Linnet.Serving;
using Linnet.Sources;
using Linnet.Stations;
using Linnet.Tests.Fakes;
using Linnet.Transports.Http.Radio;
using Linnet.Transports.PyAudio;
using Linnet.Transports.Rtsp;

namespace Linnet.Tests.Serving;

/// <summary>A server whose limits are reached, and others that have its stations.</summary>
public sealed class FullServerTests : IAsyncDisposable
{
    private const string Interleaved = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n";

    private const string Handshake = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: linnet.live.1\r\n";

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Socket> _sockets = [];
    private StationServer _server = null!;
    private Task _running = Task.CompletedTask;

    private static StationServerOptions OneEach => new()
    {
        Bind = IPAddress.Loopback,
        RtspPort = 0,
        RtpPort = null,
        HttpPort = 0,
        Radio = new RadioServerOptions { MaxListeners = 1 },
        Rtsp = new RtspServerOptions { MaxSessions = 1 },
    };

    private static StationServerOptions ThreeHundredKilobits => OneEach with
    {
        Radio = new RadioServerOptions(),
        Rtsp = new RtspServerOptions(),
        MaxBitsPerSecond = 300_000,
    };

    [Fact]
    public async Task A_listener_over_HTTP_is_sent_to_a_server_that_has_room_and_no_further()
    {
        Start(OneEach, hasOther: true);
        Assert.Equal(200, Status(await HttpAsync("GET /jazz.mp3")));

        string sent = await HttpAsync("GET /jazz.mp3?a=b");

        Assert.Equal(302, Status(sent));
        Assert.Contains("\r\nLocation: http://two.example/radio/jazz.mp3?hop=1&a=b\r\n", sent, StringComparison.Ordinal);
        Assert.Contains("no-store", sent, StringComparison.Ordinal);
        Assert.Equal("/jazz?hop=1", LocationOf(await HttpAsync("GET /jazz")));
        Assert.Equal("/jazz.mp3?hop=1", LocationOf(await HttpAsync("HEAD /jazz.mp3")));
        string marked = await HttpAsync("GET /jazz.mp3?hop=1");
        Assert.Equal(503, Status(marked));
        Assert.Contains("\r\nRetry-After: ", marked, StringComparison.Ordinal);
        Assert.Equal(200, Status(await HttpAsync("HEAD /jazz.mp3?hop=1")));
        Assert.Equal(3, _server.Radio!.GetSnapshot().Refused[RadioRefusal.SentElsewhere]);
    }

    [Fact]
    public async Task A_client_over_RTSP_is_sent_to_a_server_that_has_room_and_no_further()
    {
        Start(OneEach, hasOther: true);
        Assert.Equal(200, Status(await RtspAsync("SETUP", "/jazz/opus/audio", Interleaved)));

        string described = await RtspAsync("DESCRIBE", "/jazz");
        string setUp = await RtspAsync("SETUP", "/jazz/opus/audio", Interleaved);

        Assert.StartsWith("RTSP/1.0 302 Moved Temporarily\r\n", described, StringComparison.Ordinal);
        Assert.Contains("\r\nLocation: rtsp://two.example:8554/jazz/_hop\r\n", described, StringComparison.Ordinal);
        Assert.Equal(302, Status(setUp));
        Assert.Contains("\r\nLocation: rtsp://two.example:8554/jazz/opus/_hop\r\n", setUp, StringComparison.Ordinal);
        Assert.Contains("/jazz/_hop\r\n", await RtspAsync("DESCRIBE", "/"), StringComparison.Ordinal);
        Assert.Equal(200, Status(await RtspAsync("DESCRIBE", "/jazz/_hop")));
        Assert.Equal(503, Status(await RtspAsync("SETUP", "/jazz/opus/_hop/audio", Interleaved)));
    }

    [Fact]
    public async Task A_client_that_another_server_sent_plays_at_the_addresses_that_it_gets_here()
    {
        Start(OneEach, hasOther: true);
        Socket socket = await OpenAsync(_server.RtspEndPoint!);
        string described = await AccessTestServer.AskAsync(socket, Rtsp("DESCRIBE", "/jazz/_hop", ""));
        Assert.Contains("\r\nContent-Base: rtsp://one.example/jazz/opus/_hop/\r\n", described, StringComparison.Ordinal);
        await AccessTestServer.AskBytesAsync(socket, int.Parse(described.Split("Content-Length: ")[1].Split('\r')[0], null));

        string setUp = await AccessTestServer.AskAsync(socket, Rtsp("SETUP", "/jazz/opus/_hop/audio", Interleaved));
        string session = setUp.Split("Session: ")[1].Split(';')[0];

        string played = await AccessTestServer.AskAsync(socket, Rtsp("PLAY", "/jazz/opus/_hop/", $"Session: {session}\r\n"));
        Assert.Equal(200, Status(played));
    }

    [Fact]
    public async Task A_player_of_HLS_is_sent_to_a_server_that_has_room_and_stays_there()
    {
        Start(OneEach, hasOther: true);
        Assert.Equal(200, Status(await HttpAsync("GET /jazz/hls.m3u8", "User-Agent: first\r\n")));
        Task<string> first = HttpAsync("GET /jazz/hls/mp3.m3u8", "User-Agent: first\r\n");
        await Until.TrueAsync(() => _server.Protocols.Single(static p => p.Name == "hls").Places.AreFull);

        Assert.Equal("/jazz/hls.m3u8?hop=1", LocationOf(await HttpAsync("GET /jazz/hls.m3u8")));
        Assert.Equal("/jazz/hls/mp3.m3u8?hop=1", LocationOf(await HttpAsync("GET /jazz/hls/mp3.m3u8")));
        Assert.Equal(503, Status(await HttpAsync("GET /jazz/hls/mp3.m3u8?hop=1")));
        Assert.Equal(200, Status(await HttpAsync("GET /jazz/hls.m3u8", "User-Agent: first\r\n")));
        using var client = new HttpClient();
        string list = await client.GetStringAsync(
            new Uri($"http://{_server.HttpEndPoint}/jazz/hls.m3u8?hop=1"), TestContext.Current.CancellationToken);
        Assert.Contains("\nhls/mp3.m3u8?hop=1\n", list, StringComparison.Ordinal);
        _sockets.ForEach(static socket => socket.Close());
        await first;
    }

    [Fact]
    public async Task A_player_over_WebSocket_is_sent_on_and_a_script_that_asks_learns_where()
    {
        Start(OneEach, hasOther: true);
        Assert.Equal(101, Status(await HttpAsync("GET /jazz/live", Handshake)));

        Assert.Equal("/jazz/live?hop=1&rendition=opus", LocationOf(await HttpAsync("GET /jazz/live?rendition=opus", Handshake)));
        string asked = await HttpAsync("GET /jazz/live?rendition=opus");
        Assert.Equal(503, Status(asked));
        Assert.Contains(
            "\r\nLink: <http://two.example/radio/jazz/live?hop=1&rendition=opus>; rel=\"alternate\"\r\n", asked, StringComparison.Ordinal);
        Assert.Equal(503, Status(await HttpAsync("GET /jazz/live?hop=1", Handshake)));
        Assert.DoesNotContain("Link:", await HttpAsync("GET /jazz/live?hop=1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task If_no_server_has_room_a_listener_is_refused()
    {
        Start(OneEach, hasOther: false);
        Assert.Equal(200, Status(await HttpAsync("GET /jazz.mp3")));
        Assert.Equal(200, Status(await RtspAsync("SETUP", "/jazz/opus/audio", Interleaved)));
        Assert.Equal(101, Status(await HttpAsync("GET /jazz/live", Handshake)));

        Assert.Equal(503, Status(await HttpAsync("GET /jazz.mp3")));
        Assert.Equal(200, Status(await RtspAsync("DESCRIBE", "/jazz")));
        Assert.Equal(503, Status(await RtspAsync("SETUP", "/jazz/opus/audio", Interleaved)));
        Assert.Equal(503, Status(await HttpAsync("GET /jazz/live", Handshake)));
    }

    [Fact]
    public async Task A_limit_of_the_address_or_of_the_station_sends_nobody_elsewhere()
    {
        Start(
            OneEach with
            {
                Radio = new RadioServerOptions { MaxListenersPerAddress = 1 },
                Rtsp = new RtspServerOptions { MaxSessionsPerAddress = 1 },
            },
            hasOther: true);
        Assert.Equal(200, Status(await HttpAsync("GET /jazz.mp3")));
        Assert.Equal(200, Status(await RtspAsync("SETUP", "/jazz/opus/audio", Interleaved)));

        Assert.Equal(429, Status(await HttpAsync("GET /jazz.mp3")));
        Assert.Equal(503, Status(await RtspAsync("SETUP", "/jazz/opus/audio", Interleaved)));

        _server.Change(OneEach with { Radio = new RadioServerOptions { MaxListenersPerStation = 1 } });
        Assert.Equal(503, Status(await HttpAsync("GET /jazz.mp3")));
    }

    [Fact]
    public async Task The_limit_of_audio_counts_the_listeners_of_all_protocols()
    {
        Start(ThreeHundredKilobits, hasOther: false);
        Assert.Equal(200, Status(await HttpAsync("GET /jazz.mp3")));
        await HasBitsAsync(128_000);
        Socket socket = await OpenAsync(_server.RtspEndPoint!);
        string setUp = await AccessTestServer.AskAsync(socket, Rtsp("SETUP", "/jazz/opus/audio", Interleaved));
        string session = setUp.Split("Session: ")[1].Split(';')[0];
        await AccessTestServer.AskAsync(socket, Rtsp("PLAY", "/jazz/opus/", $"Session: {session}\r\n"));
        await HasBitsAsync(256_000);

        string refused = await HttpAsync("GET /jazz-64.mp3");
        Assert.Equal(503, Status(refused));
        Assert.Contains("\r\nRetry-After: ", refused, StringComparison.Ordinal);
        Assert.Equal(503, Status(await RtspAsync("SETUP", "/jazz/opus/audio", Interleaved)));
        Assert.Equal(503, Status(await HttpAsync("GET /jazz/live", Handshake)));
        Assert.Equal(503, Status(await HttpAsync("GET /jazz/hls/mp3.m3u8")));
        Assert.Equal(1, _server.Radio!.GetSnapshot().Refused[RadioRefusal.TooMuchAudio]);

        // Listeners stay, and a new one is admitted if the limit allows it.
        _server.Change(ThreeHundredKilobits with { MaxBitsPerSecond = 320_000 });
        Assert.Equal(200, Status(await HttpAsync("GET /jazz-64.mp3")));
        await HasBitsAsync(320_000);
        _server.Directory.Others = [Other];
        Assert.Equal("/jazz-64.mp3?hop=1", LocationOf(await HttpAsync("GET /jazz-64.mp3")));
    }

    [Fact]
    public async Task The_limit_of_audio_holds_for_the_programs_of_PyAudio_and_for_HLS()
    {
        Start(
            ThreeHundredKilobits with { PyAudio = new PyAudioServerOptions { TcpPort = 0, UdpPort = null, Station = "jazz" } },
            hasOther: false);
        IServedProtocol pyaudio = _server.Protocols.Single(static p => p.Name == "pyaudio");
        await OpenAsync(pyaudio.EndPoints[0].Local);
        await Until.TrueAsync(() => pyaudio.GetSnapshot().Refused.GetValueOrDefault("too_many") == 1);

        _server.Change(ThreeHundredKilobits with { MaxBitsPerSecond = 0 });
        Task<string> list = HttpAsync("GET /jazz/hls/mp3.m3u8");
        await HasBitsAsync(128_000);
        await OpenAsync(pyaudio.EndPoints[0].Local);
        await HasBitsAsync(128_000 + 1_411_200);
        _sockets.ForEach(static socket => socket.Close());
        await list;
    }

    [Fact]
    public async Task The_load_has_the_listeners_the_limits_and_which_protocol_is_full()
    {
        Start(OneEach with { MaxBitsPerSecond = 1_000_000 }, hasOther: false);
        Assert.Equal(200, Status(await HttpAsync("GET /jazz.mp3")));
        await HasBitsAsync(128_000);

        NodeLoad load = ServerLoad.Of(_server.Protocols, _server.Directory);

        // One place each over RTSP, HTTP, WebSocket and HLS.
        Assert.Equal(
            new NodeLoad(1, 128_000) { MaxListeners = 4, MaxBitsPerSecond = 1_000_000, IsHttpFull = true }, load);
        Assert.False(load.IsFull);
        Assert.Equal(0.25, load.Share);

        Assert.Equal(200, Status(await RtspAsync("SETUP", "/jazz/opus/audio", Interleaved)));
        _server.Change(OneEach with { MaxBitsPerSecond = 100_000, Radio = new RadioServerOptions { MaxListeners = 2 } });
        load = ServerLoad.Of(_server.Protocols, _server.Directory);
        Assert.Equal((2, 7, false, true), (load.Listeners, load.MaxListeners, load.IsHttpFull, load.IsRtspFull));
        Assert.True(load.IsFull);
    }

    public async ValueTask DisposeAsync()
    {
        _sockets.ForEach(static socket => socket.Dispose());
        await _stop.CancelAsync();
        await _running;
        await _server.DisposeAsync();
        _stop.Dispose();
    }

    private static OtherNode Other => new("two", new NodeLoad(1, 0) { MaxListeners = 10 })
    {
        Http = new Uri("http://two.example/radio"),
        Rtsp = new Uri("rtsp://two.example:8554"),
        Stations = new Dictionary<string, IReadOnlyDictionary<string, int>> { ["jazz"] = new Dictionary<string, int>() },
    };

    private void Start(StationServerOptions options, bool hasOther)
    {
        _server = StationServer.Open([new Station(new StationOptions { Name = "jazz" }, new ToneSource(440))], options);
        _server.Directory.Others = hasOther ? [Other] : [];
        _running = _server.RunAsync(_stop.Token);
    }

    private Task HasBitsAsync(long bits) => Until.TrueAsync(() => _server.Directory.BitsPerSecond == bits);

    // The connection stays: who listens keeps the place.
    private async Task<Socket> OpenAsync(IPEndPoint server)
    {
        Socket socket = await AccessTestServer.ConnectAsync(server);
        lock (_sockets)
        {
            _sockets.Add(socket);
        }

        return socket;
    }

    private async Task<string> HttpAsync(string request, string headers = "") => await AccessTestServer.AskAsync(
        await OpenAsync(_server.HttpEndPoint!), $"{request} HTTP/1.1\r\nHost: one.example\r\n{headers}\r\n");

    private async Task<string> RtspAsync(string method, string path, string headers = "") =>
        await AccessTestServer.AskAsync(await OpenAsync(_server.RtspEndPoint!), Rtsp(method, path, headers));

    private static string Rtsp(string method, string path, string headers) =>
        $"{method} rtsp://one.example{path} RTSP/1.0\r\nCSeq: 1\r\n{headers}\r\n";

    private static int Status(string answer) => AccessTestServer.StatusOf(answer);

    private static string LocationOf(string answer)
    {
        Assert.Equal(302, Status(answer));
        return answer.Split("\r\nLocation: http://two.example/radio")[1].Split('\r')[0];
    }
}
