using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Linnet.Access;
using Linnet.Audio;
using Linnet.Serving;
using Linnet.Sources;
using Linnet.Stations;
using Linnet.Transports.Http.Radio;
using Microsoft.Extensions.DependencyInjection;

namespace Linnet.Server.Tests.Hosting;

/// <summary>HLS from a whole server: what caches and players see.</summary>
public sealed class HlsTests : IAsyncDisposable
{
    private const string Anyone = "ann";

    private static readonly LinkKey Key = LiveTests.Key;

    private readonly HttpClient _http = new();
    private HostedServer? _server;

    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_station_has_a_list_of_renditions_and_each_has_a_list_of_segments()
    {
        await StartAsync();

        string[] all = await LinesAsync("/jazz/hls.m3u8");
        string[] addresses = [.. all.Where(static line => !line.StartsWith('#'))];
        bool hasAac = addresses[0] == "hls/aac.m3u8";
        Assert.Equal(_server!.Server.Directory.Stations[0].Missing.All(static missing => missing.Name != "aac"), hasAac);
        Assert.Equal("hls/mp3.m3u8", addresses[hasAac ? 1 : 0]);
        Assert.Contains("hls/opus.m3u8", addresses);
        Assert.DoesNotContain("hls/flac.m3u8", addresses);
        Assert.Contains("CODECS=\"mp4a.40.34\"", all[Array.IndexOf(all, "hls/mp3.m3u8") - 1], StringComparison.Ordinal);

        using HttpResponseMessage list = await _http.GetAsync(Url("/jazz/hls/mp3.m3u8"), HangLimit);
        Assert.Equal("application/vnd.apple.mpegurl", list.Content.Headers.ContentType!.MediaType);
        Assert.Equal("*", list.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.InRange(list.Headers.CacheControl!.MaxAge!.Value.TotalSeconds, 1, 1);
        Assert.True(list.Headers.CacheControl.Public);
        string text = await list.Content.ReadAsStringAsync(HangLimit);
        string[] segments = [.. text.Split('\n').Where(static line => line.EndsWith(".mp3", StringComparison.Ordinal))];
        Assert.True(segments.Length >= 2);

        using HttpResponseMessage segment = await _http.GetAsync(Url("/jazz/hls/" + segments[0]), HangLimit);
        Assert.Equal("audio/mpeg", segment.Content.Headers.ContentType!.MediaType);
        Assert.Equal("public, max-age=31536000, immutable", segment.Headers.CacheControl!.ToString());
        byte[] bytes = await segment.Content.ReadAsByteArrayAsync(HangLimit);
        Assert.StartsWith("ID3", Encoding.ASCII.GetString(bytes), StringComparison.Ordinal);
        Assert.InRange(bytes.Length, 15_000, 17_000);
    }

    [Fact]
    public async Task Segments_of_Opus_and_FLAC_name_what_a_decoder_needs_first()
    {
        await StartAsync();

        foreach (string rendition in (string[])["opus", "flac"])
        {
            string[] lines = await LinesAsync($"/jazz/hls/{rendition}.m3u8");
            string map = Assert.Single(lines, static line => line.StartsWith("#EXT-X-MAP:URI=", StringComparison.Ordinal)).Split('"')[1];
            using HttpResponseMessage head = await _http.GetAsync(Url("/jazz/hls/" + map), HangLimit);
            Assert.Equal("audio/mp4", head.Content.Headers.ContentType!.MediaType);
            Assert.Equal("ftyp", Encoding.ASCII.GetString(await head.Content.ReadAsByteArrayAsync(HangLimit), 4, 4));
        }
    }

    [Fact]
    public async Task A_playlist_is_compressed_for_those_who_can_read_that()
    {
        await StartAsync();
        string plain = await _http.GetStringAsync(Url("/jazz/hls/mp3.m3u8"), HangLimit);

        using var request = new HttpRequestMessage(HttpMethod.Get, Url("/jazz/hls/mp3.m3u8"));
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip"));
        using HttpResponseMessage answer = await _http.SendAsync(request, HangLimit);

        Assert.Equal("gzip", answer.Content.Headers.ContentEncoding.Single());
        Assert.Equal("Accept-Encoding", answer.Headers.Vary.Single());
        await using var gzip = new GZipStream(await answer.Content.ReadAsStreamAsync(HangLimit), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip);
        string text = await reader.ReadToEndAsync(HangLimit);
        Assert.Equal(plain.Split('\n')[..4], text.Split('\n')[..4]);
        Assert.InRange(answer.Content.Headers.ContentLength!.Value, 1, text.Length - 1);
    }

    [Fact]
    public async Task Titles_stand_at_the_time_of_their_sound()
    {
        await StartAsync(new TitledTone(new TrackInfo("So \"What\"\r\n#EXT-X-ENDLIST", "Miles")));

        string[] lines = await LinesAsync("/jazz/hls/mp3.m3u8");

        string title = Assert.Single(lines, static line => line.StartsWith("#EXT-X-DATERANGE:", StringComparison.Ordinal));
        Assert.Contains("X-TITLE=\"So ”What” ", title, StringComparison.Ordinal);
        Assert.Contains("X-ARTIST=\"Miles\"", title, StringComparison.Ordinal);
        Assert.DoesNotContain("#EXT-X-ENDLIST", lines);
        string first = lines.First(static line => line.StartsWith("#EXT-X-PROGRAM-DATE-TIME:", StringComparison.Ordinal)).Split(':', 2)[1];
        DateTimeOffset start = DateTimeOffset.Parse(title.Split("START-DATE=\"")[1].Split('"')[0], CultureInfo.InvariantCulture);
        TimeSpan between = start - DateTimeOffset.Parse(first, CultureInfo.InvariantCulture);
        Assert.InRange(between, TimeSpan.FromSeconds(-1), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_player_that_changes_the_rendition_finds_the_other_one_running()
    {
        await StartAsync();
        await LinesAsync("/jazz/hls/mp3.m3u8");

        var running = _server!.Server.GetStations()[0].Renditions.Where(static r => r.Running).Select(static r => (r.Name, r.Listeners));
        Assert.Equal(
            [("mp3", 1), ("mp3-64", 0), ("opus", 0), ("opus-64", 0)],
            running.Where(static r => r.Name != "aac").OrderBy(static r => r.Name));
    }

    [Fact]
    public async Task Requests_of_one_player_are_one_listener()
    {
        await StartAsync();
        await LinesAsync("/jazz/hls/mp3.m3u8");
        string segment = (await LinesAsync("/jazz/hls/mp3.m3u8")).First(static line => line.EndsWith(".mp3", StringComparison.Ordinal));
        byte[] bytes = await _http.GetByteArrayAsync(Url("/jazz/hls/" + segment), HangLimit);

        ProtocolSnapshot hls = Protocol();
        Assert.Equal([new ListenerCount("jazz", "mp3", "hls", 1)], hls.Listeners);
        Assert.Equal((1, bytes.Length), (hls.Totals.Single().Connections, hls.Totals.Single().Bytes));
        ListenerSnapshot listener = Assert.Single(_server!.Server.GetListeners());
        Assert.Equal(
            ("jazz", "mp3", "hls", (long)bytes.Length),
            (listener.Station, listener.Rendition, listener.Transport, listener.BytesSent));

        using var other = new HttpRequestMessage(HttpMethod.Get, Url("/jazz/hls/opus.m3u8"));
        other.Headers.UserAgent.ParseAdd("another/1");
        using HttpResponseMessage answer = await _http.SendAsync(other, HangLimit);
        Assert.Equal(2, _server.Server.GetListeners().Count);
    }

    [Fact]
    public async Task There_is_room_for_as_many_as_the_limits_say()
    {
        await StartAsync();
        _server!.Server.Change(new StationServerOptions { Radio = new RadioServerOptions { MaxListeners = 1 } });
        await LinesAsync("/jazz/hls/mp3.m3u8");

        using var other = new HttpRequestMessage(HttpMethod.Get, Url("/jazz/hls/mp3.m3u8"));
        other.Headers.UserAgent.ParseAdd("another/1");
        using HttpResponseMessage full = await _http.SendAsync(other, HangLimit);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, full.StatusCode);
        Assert.NotNull(full.Headers.RetryAfter);
        Assert.Equal(1, Protocol().Refused["too_many_listeners"]);
        await LinesAsync("/jazz/hls/mp3.m3u8");
    }

    [Theory]
    [InlineData("/nothing/hls.m3u8", 404, "")]
    [InlineData("/jazz/hls/nothing.m3u8", 404, "It has: ")]
    [InlineData("/jazz/hls/wav.m3u8", 404, "It has: ")]
    [InlineData("/jazz/hls/0123456789abcdef/mp3/1.mp3", 404, "earlier start")]
    [InlineData("/jazz/hls/x/y/z/mp3.m3u8", 404, "")]
    public async Task What_is_not_there_is_said(string path, int status, string text)
    {
        await StartAsync();

        using HttpResponseMessage answer = await _http.GetAsync(Url(path), HangLimit);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains(text, await answer.Content.ReadAsStringAsync(HangLimit), StringComparison.Ordinal);
        Assert.True(answer.Headers.CacheControl is { NoStore: true });
    }

    [Fact]
    public async Task A_segment_that_is_not_kept_is_said_so()
    {
        await StartAsync();
        string segment = (await LinesAsync("/jazz/hls/mp3.m3u8")).First(static line => line.EndsWith(".mp3", StringComparison.Ordinal));
        string folder = segment[..segment.LastIndexOf('/')];

        foreach (string name in (string[])["999999.mp3", "-1.mp3", "1.m4s", "1", ".mp3", "x.mp4"])
        {
            using HttpResponseMessage answer = await _http.GetAsync(Url($"/jazz/hls/{folder}/{name}"), HangLimit);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_closed_station_needs_a_password_or_a_link_and_only_the_link_may_be_cached()
    {
        await StartAsync();
        _server!.Server.Access = new AccessOptions
        {
            ClosedStations = ["jazz"],
            Accounts = [new Account(Anyone) { PasswordHash = "pink", Roles = [new(AccessAction.Listen, "jazz")] }],
            Verify = static (hash, password) => hash == Encoding.UTF8.GetString(password),
            LinkKeys = [Key],
        };
        foreach (string path in (string[])["/jazz/hls.m3u8", "/jazz/hls/mp3.m3u8"])
        {
            using HttpResponseMessage closed = await _http.GetAsync(Url(path), HangLimit);
            Assert.Equal(HttpStatusCode.Unauthorized, closed.StatusCode);
        }

        using var named = new HttpRequestMessage(HttpMethod.Get, Url("/jazz/hls/mp3.m3u8"));
        named.Headers.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Anyone}:pink")));
        using HttpResponseMessage own = await _http.SendAsync(named, HangLimit);
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        Assert.True(own.Headers.CacheControl!.Private);

        string link = Key.Sign("jazz", TimeProvider.System.GetUtcNow().AddHours(1), "opus");
        using HttpResponseMessage linked = await _http.GetAsync(Url($"{link}/jazz/hls.m3u8"), HangLimit);
        Assert.True(linked.Headers.CacheControl!.Public);
        Assert.Equal(
            ["hls/opus.m3u8"],
            (await linked.Content.ReadAsStringAsync(HangLimit)).Split('\n').Where(static l => l.Length > 0 && !l.StartsWith('#')));
        string[] list = await LinesAsync($"{link}/jazz/hls/opus.m3u8");
        await _http.GetByteArrayAsync(
            Url($"{link}/jazz/hls/{list.First(static l => l.EndsWith(".m4s", StringComparison.Ordinal))}"), HangLimit);
        using HttpResponseMessage other = await _http.GetAsync(Url($"{link}/jazz/hls/mp3.m3u8"), HangLimit);
        Assert.Equal(HttpStatusCode.Forbidden, other.StatusCode);
    }

    [Fact]
    public async Task The_end_of_a_station_is_in_the_playlist()
    {
        await StartAsync(new ShortTone(TimeSpan.FromSeconds(2.5)));

        string[] lines;
        do
        {
            lines = await LinesAsync("/jazz/hls/flac.m3u8");
        }
        while (!lines.Contains("#EXT-X-ENDLIST"));

        Assert.Equal(
            2.5, lines.Where(static l => l.StartsWith("#EXTINF:", StringComparison.Ordinal))
                .Sum(static l => double.Parse(l[8..^1], CultureInfo.InvariantCulture)), precision: 3);
    }

    [Fact]
    public async Task A_page_of_another_site_may_ask_first_on_a_new_connection()
    {
        await StartAsync();

        string answer = await _server!.AskAsync(
            "OPTIONS /jazz/hls/mp3.m3u8 HTTP/1.1\r\nHost: radio.example\r\nOrigin: https://a.example\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 204 ", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nAccess-Control-Allow-Origin: *\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_station_that_is_made_again_continues_its_numbers()
    {
        await StartAsync();
        string before = await _http.GetStringAsync(Url("/jazz/hls/mp3.m3u8"), HangLimit);
        await _server!.Server.RemoveAsync("jazz");
        _server.Server.Add(Jazz(new ToneSource(440)));

        string after = await _http.GetStringAsync(Url("/jazz/hls/mp3.m3u8"), HangLimit);

        Assert.True(Number(after, "MEDIA-SEQUENCE") > Number(before, "MEDIA-SEQUENCE"));
        Assert.True(Number(after, "DISCONTINUITY-SEQUENCE") >= Number(before, "DISCONTINUITY-SEQUENCE"));
        Assert.Contains("#EXT-X-DISCONTINUITY\n", after, StringComparison.Ordinal);

        static long Number(string list, string tag) =>
            long.Parse(list.Split($"#EXT-X-{tag}:")[1].Split('\n')[0], CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task HEAD_and_OPTIONS_are_answered()
    {
        await StartAsync();
        using HttpResponseMessage head = await _http.SendAsync(new HttpRequestMessage(HttpMethod.Head, Url("/jazz/hls.m3u8")), HangLimit);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.True(head.Content.Headers.ContentLength > 0);

        using HttpResponseMessage options =
            await _http.SendAsync(new HttpRequestMessage(HttpMethod.Options, Url("/jazz/hls/mp3.m3u8")), HangLimit);
        Assert.Equal(HttpStatusCode.NoContent, options.StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_application_has_the_playlists_below_its_own_path(bool isDirect)
    {
        await using WebHost host = await WebHost.StartAsync(isDirect, static app => app.MapLinnet("/radio"), static builder =>
            builder.Services.Configure<LinnetOptions>(static linnet => linnet.Server = linnet.Server with
            {
                Hls = new() { SegmentTime = TimeSpan.FromSeconds(1) },
            }));
        var root = new Uri($"http://{host.EndPoint}/radio/");

        string renditions = await _http.GetStringAsync(new Uri(root, "tone/hls.m3u8"), HangLimit);
        Assert.Contains("\nhls/mp3.m3u8\n", renditions, StringComparison.Ordinal);
        string list = await _http.GetStringAsync(new Uri(root, "tone/hls/mp3.m3u8"), HangLimit);
        string segment = list.Split('\n').First(static line => line.EndsWith(".mp3", StringComparison.Ordinal));
        Assert.NotEmpty(await _http.GetByteArrayAsync(new Uri(root, $"tone/hls/{segment}"), HangLimit));
        foreach (string other in (string[])["nothing/hls.m3u8", "tone/hls/x/y/z/1.mp3"])
        {
            Assert.Equal(WebHost.OwnPage, await _http.GetStringAsync(new Uri(root, other), HangLimit));
        }
    }

    [Fact]
    public async Task Renditions_that_always_run_are_ready_for_the_first_listener()
    {
        await StartAsync(alwaysRuns: true);

        while (Protocol().Streams.BufferBytes < 8 * 16_000)
        {
            await Task.Yield();
        }

        Assert.Empty(_server!.Server.GetListeners());
        Assert.Equal(0, _server.Server.GetStatistics().Stations.Single().Listeners);
        Assert.True((await LinesAsync("/jazz/hls/mp3.m3u8")).Count(static line => line.EndsWith(".mp3", StringComparison.Ordinal)) >= 2);
    }

    private async Task StartAsync(IAudioSource? source = null, bool alwaysRuns = false) => _server = await HostedServer.StartAsync(
        [Jazz(source ?? new ToneSource(440))],
        hls: new() { SegmentTime = TimeSpan.FromSeconds(1), AlwaysRuns = alwaysRuns });

    private static Station Jazz(IAudioSource source) =>
        new(new StationOptions { Name = "jazz", StreamPreRoll = TimeSpan.FromSeconds(3) }, source);

    private ProtocolSnapshot Protocol() => _server!.Server.GetStatistics().Protocols.Single(static p => p.Name == "hls");

    private async Task<string[]> LinesAsync(string path) => (await _http.GetStringAsync(Url(path), HangLimit)).Split('\n');

    private Uri Url(string path) => new($"http://{_server!.Host.EndPoint}{path}");
}
