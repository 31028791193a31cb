using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Linnet.Access;
using Linnet.Audio;
using Linnet.Server.Endpoints.Events;
using Linnet.Server.Hosting;
using Linnet.Server.Tests.Hosting;
using Linnet.Server.Tests.Hosting.Tls;
using Linnet.Sources;
using Linnet.Stations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Server.Tests.Endpoints.Events;

/// <summary>Readers of <c>/events</c> on a real server.</summary>
public class EventsTests
{
    private static readonly TrackInfo First = new("So What", "Miles Davis");
    private static readonly TrackInfo Second = new("Naima", "John Coltrane");

    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_reader_gets_all_stations_with_their_streams_and_ports()
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone("jazz", First), Tone("news", Second)]);
        using EventStream events = await EventStream.OpenAsync(server.Host.EndPoint);

        (string type, JsonElement all) = await events.NextAsync();

        Assert.Equal("stations", type);
        Assert.Equal("text/event-stream", events.Response.Content.Headers.ContentType!.ToString());
        Assert.Equal(["no"], events.Response.Headers.GetValues("X-Accel-Buffering"));
        Assert.Equal(["*"], events.Response.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Equal(server.Server.RtspEndPoint!.Port, all.GetProperty("rtspPort").GetInt32());
        JsonElement stations = all.GetProperty("stations");
        Assert.Equal(["jazz", "news"], stations.EnumerateArray().Select(static s => s.GetProperty("name").GetString()));
        Assert.Contains(
            stations[0].GetProperty("streams").EnumerateArray(), static s => s.GetProperty("path").GetString() == "/jazz.wav");
        Assert.Contains("pcm", stations[0].GetProperty("renditions").EnumerateArray().Select(static r => r.GetString()));
    }

    [Fact]
    public async Task A_new_title_is_told_alone_with_the_one_before()
    {
        using var tone = new SwitchedTone(First);
        await using HostedServer server = await HostedServer.StartAsync([new Station(Options("jazz"), tone), Tone("news", First)]);
        using EventStream events = await EventStream.OpenAsync(server.Host.EndPoint);
        await events.UntilAsync("jazz", static s => TitleOf(s, "now") == "So What");

        tone.Switch(Second);
        JsonElement change = await events.UntilAsync("jazz", static s => s.TryGetProperty("now", out _));

        Assert.Equal(["name", "now", "before"], change.EnumerateObject().Select(static p => p.Name));
        Assert.Equal("Naima", TitleOf(change, "now"));
        Assert.Equal("John Coltrane", change.GetProperty("now").GetProperty("artist").GetString());
        Assert.Equal("So What", TitleOf(change, "before"));
    }

    [Fact]
    public async Task The_next_track_is_told_if_it_is_another_one()
    {
        using var tone = new SwitchedTone(First) { Upcoming = Second };
        await using HostedServer server = await HostedServer.StartAsync([new Station(Options("jazz"), tone)]);
        using EventStream events = await EventStream.OpenAsync(server.Host.EndPoint);
        await events.UntilAsync("jazz", static s => TitleOf(s, "next") == "Naima");

        tone.Upcoming = First;
        await events.UntilAsync("jazz", static s => s.TryGetProperty("next", out JsonElement next) && next.ValueKind == JsonValueKind.Null);
    }

    [Fact]
    public async Task A_source_that_fails_to_tell_the_next_track_is_shown_without_it()
    {
        using var tone = new SwitchedTone(First) { IsBroken = true };
        await using HostedServer server = await HostedServer.StartAsync([new Station(Options("jazz"), tone)]);
        using EventStream events = await EventStream.OpenAsync(server.Host.EndPoint);

        JsonElement station = await events.UntilAsync("jazz", static s => TitleOf(s, "now") == "So What");

        Assert.False(station.TryGetProperty("next", out _));
    }

    [Fact]
    public async Task Listeners_are_counted_as_they_come_and_go()
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone("jazz", First)]);
        using EventStream events = await EventStream.OpenAsync(server.Host.EndPoint);

        using (TcpClient listener = await server.ConnectAsync())
        {
            await listener.GetStream().WriteAsync("GET /jazz.wav HTTP/1.0\r\n\r\n"u8.ToArray(), HangLimit);
            await events.UntilAsync("jazz", static s => s.TryGetProperty("listeners", out JsonElement count) && count.GetInt32() == 1);
        }

        await events.UntilAsync("jazz", static s => s.TryGetProperty("listeners", out JsonElement count) && count.GetInt32() == 0);
    }

    [Fact]
    public async Task Stations_appear_and_disappear()
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone("jazz", First)]);
        using EventStream events = await EventStream.OpenAsync(server.Host.EndPoint);
        await events.NextAsync();

        server.Server.Add(Tone("news", Second));
        JsonElement added = await events.UntilAsync("news", static _ => true);
        await server.Server.RemoveAsync("jazz");
        JsonElement change;
        do
        {
            (_, change) = await events.NextAsync();
        }
        while (!change.TryGetProperty("order", out _));

        Assert.True(added.TryGetProperty("streams", out _));
        Assert.Equal(["news"], change.GetProperty("order").EnumerateArray().Select(static n => n.GetString()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reader_that_comes_back_gets_only_what_it_missed(bool isInAddress)
    {
        using var tone = new SwitchedTone(First);
        await using HostedServer server = await HostedServer.StartAsync([new Station(Options("jazz"), tone)]);
        string lastId;
        using (EventStream events = await EventStream.OpenAsync(server.Host.EndPoint))
        {
            await events.UntilAsync("jazz", static s => TitleOf(s, "now") == "So What");
            lastId = events.LastId;
        }

        tone.Switch(Second);
        using EventStream again = isInAddress
            ? await EventStream.OpenAsync(server.Host.EndPoint, query: $"?lastEventId={lastId}")
            : await EventStream.OpenAsync(server.Host.EndPoint, lastId);
        (string type, JsonElement change) = await again.NextAsync();
        JsonElement told = change.GetProperty("stations")[0];
        told = TitleOf(told, "now") is null ? await again.UntilAsync("jazz", static s => TitleOf(s, "now") is not null) : told;

        Assert.Equal("change", type);
        Assert.Equal("Naima", TitleOf(told, "now"));
        Assert.False(told.TryGetProperty("streams", out _));
    }

    [Theory]
    [InlineData("0a1b2c3d-17")]
    [InlineData("nonsense")]
    [InlineData("-")]
    [InlineData("")]
    public async Task A_reader_of_the_server_before_a_restart_gets_all_stations(string lastId)
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone("jazz", First)]);
        using EventStream events = await EventStream.OpenAsync(server.Host.EndPoint, lastId);

        Assert.Equal("stations", (await events.NextAsync()).Type);
    }

    [Fact]
    public async Task Of_a_locked_station_only_the_name_is_told()
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone("jazz", First)]);
        await Until.TrueAsync(() => server.Server.Stations[0].GetSnapshot().Track is not null);
        server.Server.Access = new AccessOptions { ClosedStations = ["jazz"] };
        using EventStream events = await EventStream.OpenAsync(server.Host.EndPoint);

        JsonElement station = (await events.NextAsync()).Data.GetProperty("stations")[0];

        Assert.Equal(
            ["name", "state", "title", "locked", "streams", "renditions"], station.EnumerateObject().Select(static p => p.Name));
        Assert.Equal("locked", station.GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_station_that_is_locked_while_pages_show_it_takes_its_title_back()
    {
        await using HostedServer server = await HostedServer.StartAsync([Tone("jazz", First)]);
        using EventStream events = await EventStream.OpenAsync(server.Host.EndPoint);
        await events.UntilAsync("jazz", static s => TitleOf(s, "now") == "So What");

        server.Server.Access = new AccessOptions { ClosedStations = ["jazz"] };
        JsonElement station = await events.UntilAsync("jazz", static s => s.TryGetProperty("locked", out _));

        Assert.Equal(JsonValueKind.Null, station.GetProperty("now").ValueKind);
        Assert.Equal(JsonValueKind.Null, station.GetProperty("listeners").ValueKind);
    }

    [Fact]
    public async Task A_reader_stays_longer_than_a_page_may_take_and_gets_comments()
    {
        var time = new FakeTimeProvider();
        await using HostedServer server = await HostedServer.StartAsync([Tone("jazz", First)], time: time);
        using EventStream events = await EventStream.OpenAsync(server.Host.EndPoint);
        await events.NextAsync();

        for (int comments = 0; comments < 3;)
        {
            Task<string?> line = events.LineAsync();
            while (!line.IsCompleted)
            {
                // Short steps, and a whole exchange between them: the server has time to send what it sends.
                time.Advance(TimeSpan.FromSeconds(3));
                await server.GetAsync("/health/live");
            }

            comments += await line == ":" ? 1 : 0;
        }
    }

    [Fact]
    public async Task Below_a_prefix_events_and_files_are_there_too()
    {
        await using WebHost host = await WebHost.StartAsync(isDirect: false, static app => app.MapLinnet("/radio"));
        using EventStream events = await EventStream.OpenAsync(host.EndPoint, prefix: "/radio");

        Assert.Equal("tone", (await events.NextAsync()).Data.GetProperty("stations")[0].GetProperty("name").GetString());
        Assert.Contains("\r\nContent-Type: text/javascript", (await host.GetAsync("/radio/page/app.js")).Head, StringComparison.Ordinal);
        Assert.Contains("src=\"/radio/page/app.js\"", (await host.GetAsync("/radio")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_many_readers_are_told_so()
    {
        await using WebHost host = await WebHost.StartAsync(isDirect: false);
        EventFeed feed = host.Services.GetRequiredService<EventFeed>();
        IDisposable[] places = [.. Enumerable.Range(0, EventFeed.MostPerAddress).Select(_ => feed.TryEnter(IPAddress.Loopback)!)];

        (string head, string body) = await host.GetAsync("/events");
        places[0].Dispose();
        using EventStream events = await EventStream.OpenAsync(host.EndPoint);

        Assert.StartsWith("HTTP/1.1 503 ", head, StringComparison.Ordinal);
        Assert.Contains("\r\nRetry-After: ", head, StringComparison.Ordinal);
        Assert.Contains("Too many pages are open", body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, events.Response.StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reader_that_resets_the_connection_gives_its_place_back_and_is_no_fault(bool isHttp2)
    {
        var log = new HostLog();
        using var logging = new HostLogging(log);
        await using WebHost host = await WebHost.StartAsync(
            isDirect: true, services: builder => builder.Logging.AddProvider(logging),
            protocols: isHttp2 ? HttpProtocols.Http2 : HttpProtocols.Http1);
        EventFeed feed = host.Services.GetRequiredService<EventFeed>();
        IDisposable?[] others = [.. Enumerable.Range(1, EventFeed.MostPerAddress - 1).Select(_ => feed.TryEnter(IPAddress.Loopback))];
        using var client = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync });
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{host.EndPoint}/events")
        {
            Version = isHttp2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        HttpResponseMessage events = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, HangLimit);
        await (await events.Content.ReadAsStreamAsync(HangLimit)).ReadExactlyAsync(new byte[100], HangLimit);
        Assert.Null(feed.TryEnter(IPAddress.Loopback));

        // HTTP/1.1: closes the connection, which resets it. HTTP/2: resets the stream alone.
        events.Dispose();

        await Until.TrueAsync(() => feed.TryEnter(IPAddress.Loopback) is not null);
        Assert.DoesNotContain(others, static place => place is null);
        Assert.DoesNotContain(log.Texts, static text => text.Contains("unhandled exception", StringComparison.OrdinalIgnoreCase));

        static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
    }

    private static string? TitleOf(JsonElement station, string field) =>
        station.TryGetProperty(field, out JsonElement track) && track.ValueKind == JsonValueKind.Object
            ? track.GetProperty("title").GetString() : null;

    private static StationOptions Options(string name) => new() { Name = name, StartAtOnce = true, Streams = ["wav"] };

    private static Station Tone(string name, TrackInfo track) => new(Options(name), new TitledTone(track));
}
