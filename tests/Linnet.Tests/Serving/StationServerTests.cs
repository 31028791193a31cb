using System.Net;
using System.Net.Sockets;
using Linnet.Audio;
using Linnet.Serving;
using Linnet.Sources;
using Linnet.Sources.Ingest;
using Linnet.Stations;
using Linnet.Tests.Fakes;
using Linnet.Transports.Http.Push;
using Linnet.Transports.Http.Radio;
using Linnet.Transports.PyAudio;
using Linnet.Wire.PyAudio;

namespace Linnet.Tests.Serving;

public sealed class StationServerTests : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly HttpClient _client = new();
    private readonly RecordingLogger _log = new();
    private StationServer? _server;
    private Task _running = Task.CompletedTask;

    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    private static StationServerOptions Free => new()
    {
        Bind = IPAddress.Loopback,
        RtspPort = 0,
        RtpPort = 0,
        HttpPort = 0,
        Radio = new RadioServerOptions(),
        Push = new PushServerOptions { Password = "hackme" },
    };

    [Fact]
    public async Task A_station_that_is_added_while_the_server_runs_is_heard()
    {
        Start(Free);

        _server!.Add(Tone("late"));

        Assert.Equal("late", Assert.Single(_server.Directory.Stations).Name);
        using HttpResponseMessage heard = await HearAsync("late.wav");
        Assert.Equal(HttpStatusCode.OK, heard.StatusCode);
        await ReadAsync(heard, 10_000);
    }

    [Fact]
    public async Task A_station_that_is_removed_ends_for_its_listeners_and_is_gone()
    {
        var source = new RampSource(new AudioFormat(8000, 1));
        Start(Free, new Station(new StationOptions { Name = "old" }, source), Tone("other"));
        using HttpResponseMessage heard = await HearAsync("old.wav");
        await using Stream sound = await heard.Content.ReadAsStreamAsync(HangLimit);
        await sound.ReadExactlyAsync(new byte[1000], HangLimit);

        Assert.True(await _server!.RemoveAsync("old"));

        // Not broken off: that was all.
        await sound.CopyToAsync(Stream.Null, HangLimit);
        using HttpResponseMessage gone = await HearAsync("old.wav");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.True(source.IsDisposed);
        Assert.False(await _server.RemoveAsync("old"));
        Assert.Equal("other", Assert.Single(_server.Stations).Name);

        _server.Add(Tone("old"));
        using HttpResponseMessage again = await HearAsync("old.wav");
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task A_station_for_pushes_can_be_added_and_removed_too()
    {
        Start(Free);
        _server!.Add(new IngestStation(new StationOptions { Name = "live" }, new AudioFormat(8000, 1)));
        _server.Add(new IngestStation(new StationOptions { Name = "later" }));
        Assert.Equal(["later"], _server.GetStatistics().Awaited);

        using var connection = new TcpClient();
        await connection.ConnectAsync(_server.HttpEndPoint!, HangLimit);
        NetworkStream pusher = connection.GetStream();
        await pusher.WriteAsync(
            "PUT /live HTTP/1.0\r\nAuthorization: Basic c291cmNlOmhhY2ttZQ==\r\nContent-Type: audio/wav\r\n\r\n"u8.ToArray(),
            HangLimit);
        while (_server.Push!.Pushers.Count == 0)
        {
            await Task.Yield();
        }

        Assert.True(await _server.RemoveAsync("live"));
        Assert.True(await _server.RemoveAsync("later"));

        Assert.Empty(_server.Push.Pushers);
        Assert.Empty(_server.Directory.Stations);
        Assert.Empty(_server.Directory.Awaited);
    }

    [Fact]
    public void Two_stations_of_one_name_are_refused_and_the_first_stays()
    {
        Start(Free, Tone("jazz"));

        ArgumentException refused = Assert.Throws<ArgumentException>(() => _server!.Add(Tone("jazz")));

        Assert.Contains("jazz already", refused.Message, StringComparison.Ordinal);
        Assert.Single(_server!.Stations);
    }

    [Fact]
    public async Task The_server_outlives_its_stations()
    {
        Start(Free, Short("first"));
        while (_server!.GetStatistics().Stations[0].State != StationState.Ended)
        {
            await Task.Yield();
        }

        _server.Add(Tone("second"));

        using HttpResponseMessage heard = await HearAsync("second.wav");
        Assert.Equal(HttpStatusCode.OK, heard.StatusCode);
        Assert.False(_running.IsCompleted);
    }

    [Fact]
    public async Task The_server_ends_with_its_stations_if_the_option_says_so()
    {
        Start(Free with { EndsWithStations = true }, Short("first"), Short("second"));

        await _running.WaitAsync(HangLimit);

        Assert.All(_server!.GetStatistics().Stations, static station => Assert.Equal(StationState.Ended, station.State));
    }

    [Fact]
    public async Task A_protocol_that_fails_ends_alone()
    {
        Start(Free with { Protocols = [static _ => new BrokenProtocol()] }, Tone("jazz"));

        using HttpResponseMessage heard = await HearAsync("jazz.wav");

        Assert.Equal(HttpStatusCode.OK, heard.StatusCode);
        Assert.Contains("1700 broken failed and is not served any more; the other protocols go on", _log.Lines);
    }

    [Fact]
    public async Task A_protocol_without_figures_and_one_that_does_not_close_spoil_nothing_else()
    {
        var next = new BrokenProtocol { Title = "next" };
        var first = new BrokenProtocol();
        var time = new LeapingTime();
        await using (StationServer server = StationServer.Open(
            [], Free with { Protocols = [_ => first, _ => next] }, time, _log))
        {
            Assert.Equal(7, server.GetStatistics().Protocols.Single(static p => p.Name == "broken").Figures[0].Value);
            first.Fails = true;
            time.Leap = TimeSpan.FromMilliseconds(201);
            Assert.Empty(server.GetListeners());
            IReadOnlyList<ProtocolSnapshot> protocols = server.GetStatistics().Protocols;
            Assert.Equal(["broken", "next"], protocols.Select(static p => p.Name).Except(["rtsp", "http", "push", "websocket", "hls"]));
            Assert.Equal(7, protocols.Single(static p => p.Name == "broken").Figures[0].Value);
            Assert.Equal(7, protocols.Single(static p => p.Name == "next").Figures[0].Value);
            Assert.Contains("1702 broken gave no figures; the last ones are shown", _log.Lines);
        }

        Assert.True(next.IsDisposed);
        Assert.Contains("1703 broken could not be closed; the rest of the server is", _log.Lines);
    }

    [Fact]
    public async Task A_protocol_that_ends_by_itself_is_said_to_have_failed()
    {
        Start(Free with { Protocols = [static _ => new BrokenProtocol { Run = Task.CompletedTask }] }, Tone("jazz"));

        using HttpResponseMessage heard = await HearAsync("jazz.wav");

        Assert.Equal(HttpStatusCode.OK, heard.StatusCode);
        Assert.Contains("1700 broken failed and is not served any more; the other protocols go on", _log.Lines);
    }

    [Fact]
    public async Task The_server_ends_when_only_protocols_without_a_port_of_their_own_are_left()
    {
        await using StationServer server = StationServer.Open([], Free with { HttpPort = null }, logger: _log);
        ((IDisposable)server.Protocols.Single(static p => p.Name == "rtsp")).Dispose(); // Its port breaks.

        IOException failed = await Assert.ThrowsAsync<IOException>(() => server.RunAsync(HangLimit));

        Assert.StartsWith("Nothing can be served any more: ", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_server_goes_on_while_another_host_listens_for_HTTP()
    {
        using var ending = new CancellationTokenSource();
        await using StationServer server = StationServer.Open([], Free with { HttpPort = null }, logger: _log);
        server.ListensForHttpAt(new IPEndPoint(IPAddress.Loopback, 80));
        ((IDisposable)server.Protocols.Single(static p => p.Name == "rtsp")).Dispose();

        Task running = server.RunAsync(ending.Token);

        while (!_log.Lines.Contains("1700 rtsp failed and is not served any more; the other protocols go on"))
        {
            await Task.Yield();
        }

        Assert.False(running.IsCompleted);
        await ending.CancelAsync();
        await running;
    }

    [Fact]
    public void Two_protocols_of_one_name_are_refused_and_closed()
    {
        BrokenProtocol[] opened = [new BrokenProtocol(), new BrokenProtocol()];

        ArgumentException refused = Assert.Throws<ArgumentException>(
            () => StationServer.Open([], Free with { Protocols = [_ => opened[0], _ => opened[1]] }));

        Assert.StartsWith("There are two protocols named broken", refused.Message, StringComparison.Ordinal);
        Assert.All(opened, static protocol => Assert.True(protocol.IsDisposed));
    }

    [Fact]
    public async Task A_port_in_use_is_reported_with_the_option_that_changes_it()
    {
        Start(Free);
        int port = _server!.RtspEndPoint!.Port;
        var opened = new List<BrokenProtocol>();

        PortException taken = Assert.Throws<PortException>(() => StationServer.Open([], Free with { RtspPort = port }));
        Assert.Equal($"TCP port {port} is taken, perhaps by another Linnet; choose another.", taken.Message);
        Assert.Equal(new SettingAdvice("StationServerOptions.RtspPort"), taken.Advice);

        // Ports that were opened before are closed again.
        Station station = Tone("mine");
        Assert.Throws<IOException>(
            () => StationServer.Open([station], Free with { Protocols = [Open, static _ => throw new IOException()] }));
        Assert.True(Assert.Single(opened).IsDisposed);
        await station.DisposeAsync();

        IServedProtocol Open(ServingContext context)
        {
            opened.Add(new BrokenProtocol());
            return opened[^1];
        }
    }

    [Fact]
    public void A_server_that_cannot_open_leaves_fallbacks_whole_and_they_serve_the_next()
    {
        var fallback = new RampSource(new AudioFormat(8000, 1));
        using var live = new IngestStation(new StationOptions { Name = "live" }, fallback: fallback);
        Assert.Throws<IOException>(
            () => StationServer.Open([], Free with { Protocols = [static _ => throw new IOException()] }, fed: [live]));

        Assert.False(fallback.IsDisposed);
        _server = StationServer.Open([], Free, fed: [live]);
        Assert.Equal("live", Assert.Single(_server.Stations).Name);
    }

    [Fact]
    public async Task Listeners_over_HTTP_are_listed_with_the_bytes_sent_to_them()
    {
        Start(Free, Tone("jazz"));
        using HttpResponseMessage heard = await HearAsync("jazz.wav");
        await ReadAsync(heard, 10_000);

        // It may have the bytes before they are counted.
        while (_server!.GetListeners() is not [{ BytesSent: >= 10_000 }])
        {
            await Task.Yield();
        }

        ListenerSnapshot listener = Assert.Single(_server.GetListeners());
        Assert.Equal(("jazz", "wav", "http"), (listener.Station, listener.Rendition, listener.Transport));
        Assert.Equal(IPAddress.Loopback, listener.Remote.Address);
        Assert.True(listener.Lag >= TimeSpan.Zero && listener.Id > 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PyAudio_clients_hear_the_station_that_has_the_name_when_they_come(bool isTcp)
    {
        var options = new PyAudioServerOptions { TcpPort = 0, UdpPort = 0, Station = "jazz" };
        Start(Free with { PyAudio = options }, Tone("jazz"));
        IServedProtocol pyaudio = _server!.Protocols.Single(static p => p.Name == "pyaudio");
        Assert.True(await _server.RemoveAsync("jazz"));
        _server.Add(Tone("jazz"));

        using var client = isTcp
            ? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        ServedEndPoint port = pyaudio.EndPoints.Single(e => e.Name.EndsWith("tcp", StringComparison.Ordinal) == isTcp);
        await client.ConnectAsync(port.Local, HangLimit);
        if (!isTcp)
        {
            await client.SendAsync(PyAudioHello.Datagram.ToArray(), HangLimit);
        }

        Assert.True(await client.ReceiveAsync(new byte[65_536], HangLimit) > 0);
        Assert.Equal("jazz", Assert.Single(pyaudio.GetListeners()).Station);
        Assert.Equal(1, pyaudio.GetSnapshot().Listeners.Sum(static l => l.Listeners));
    }

    [Fact]
    public async Task PyAudio_clients_hear_a_station_that_comes_later()
    {
        Start(Free with { PyAudio = new PyAudioServerOptions { TcpPort = 0, UdpPort = null } });
        IServedProtocol pyaudio = _server!.Protocols.Single(static p => p.Name == "pyaudio");
        Assert.Empty(pyaudio.GetSnapshot().Listeners);
        _server.Add(Tone("late"));

        using var client = new TcpClient();
        await client.ConnectAsync(Assert.Single(pyaudio.EndPoints).Local, HangLimit);

        Assert.True(await client.GetStream().ReadAsync(new byte[65_536], HangLimit) > 0);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _running;
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        _client.Dispose();
        _ending.Dispose();
    }

    private static Station Tone(string name) => new(new StationOptions { Name = name }, new ToneSource(440));

    private static Station Short(string name) => new(
        new StationOptions { Name = name, StartAtOnce = true }, new RampSource(new AudioFormat(8000, 1), 800));

    private void Start(StationServerOptions options, params Station[] stations)
    {
        _server = StationServer.Open(stations, options, logger: _log);
        _running = _server.RunAsync(_ending.Token);
    }

    private Task<HttpResponseMessage> HearAsync(string path) => _client.GetAsync(
        new Uri($"http://{_server!.HttpEndPoint}/{path}"), HttpCompletionOption.ResponseHeadersRead, HangLimit);

    private static async Task ReadAsync(HttpResponseMessage heard, int bytes)
    {
        Stream sound = await heard.Content.ReadAsStreamAsync(HangLimit);
        await sound.ReadExactlyAsync(new byte[bytes], HangLimit);
    }

    private sealed class LeapingTime : TimeProvider
    {
        internal TimeSpan Leap { get; set; }

        public override long GetTimestamp() => base.GetTimestamp() + (long)(Leap.TotalSeconds * TimestampFrequency);
    }

    private sealed class BrokenProtocol : IServedProtocol
    {
        public bool IsDisposed { get; private set; }

        public string Title { get; init; } = "broken";

        public bool Fails { get; set; }

        public string Name => Title;

        public IReadOnlyList<ServedEndPoint> EndPoints => [];

        public int MaxListeners => 0;

        public Task? Run { get; init; }

        public Task RunAsync(CancellationToken cancellationToken) => Run ?? throw new InvalidOperationException("Broken.");

        public IReadOnlyList<ListenerSnapshot> GetListeners() => Fails ? throw new InvalidOperationException("Broken.") : [];

        public ProtocolSnapshot GetSnapshot() =>
            Fails ? throw new InvalidOperationException("Broken.") : new(Name, []) { Figures = [new("seven", "seven", 7)] };

        public void Dispose() => IsDisposed = Fails ? throw new InvalidOperationException("Broken.") : true;
    }
}
