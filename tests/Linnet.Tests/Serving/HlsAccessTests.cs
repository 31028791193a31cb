using System.Net;
using Linnet.Access;
using Linnet.Serving;
using Linnet.Sources;
using Linnet.Stations;
using Linnet.Tests.Fakes;
using Linnet.Transports.Http.Radio;

namespace Linnet.Tests.Serving;

/// <summary>HLS where another service decides about listeners.</summary>
public sealed class HlsAccessTests : IAsyncDisposable
{
    private const string Yes = "HTTP/1.1 200 OK\r\nicecast-auth-user: 1\r\nContent-Length: 0\r\n\r\n";
    private const string No = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    private readonly HttpClient _http = new();
    private readonly HookService _service = new() { Answer = Yes };
    private readonly CancellationTokenSource _stop = new();
    private readonly StationServer _server;
    private readonly Task _running;

    public HlsAccessTests()
    {
        var jazz = new StationOptions { Name = "jazz", StreamPreRoll = TimeSpan.FromSeconds(3), Streams = ["opus", "flac", "wav"] };
        _server = StationServer.Open(
            [new Station(jazz, new ToneSource())],
            new StationServerOptions
            {
                Bind = IPAddress.Loopback,
                RtspPort = null,
                RtpPort = null,
                HttpPort = 0,
                Radio = new RadioServerOptions(),
                Hls = new() { SegmentTime = TimeSpan.FromSeconds(1) },
                Access = Rules(admitsOnFailure: false),
            });
        _running = _server.RunAsync(_stop.Token);
    }

    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _stop.CancelAsync();
        await _running;
        await _server.DisposeAsync();
        await _service.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task The_service_is_asked_about_a_listener_once_and_not_about_each_request()
    {
        string segment = await SegmentAsync("opus");
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(200, await StatusAsync("/jazz/hls/opus.m3u8"));
            Assert.Equal(200, await StatusAsync($"/jazz/hls/{segment}"));
        }

        Assert.Contains("action=listener_add&", await _service.NextAsync(), StringComparison.Ordinal);
        Assert.Equal(1, _service.Count);
    }

    [Fact]
    public async Task A_decision_about_one_rendition_opens_no_other()
    {
        string segment = await SegmentAsync("opus");
        _service.Answer = No;

        Assert.Equal(401, await StatusAsync("/jazz/hls/flac.m3u8"));
        Assert.Equal(200, await StatusAsync($"/jazz/hls/{segment}"));
    }

    [Fact]
    public async Task Other_rules_ask_again()
    {
        await SegmentAsync("opus");
        _service.Answer = No;
        _server.Access = Rules(admitsOnFailure: false) with { DeniedNetworks = [IPNetwork.Parse("198.51.100.0/24")] };
        _server.Access = _server.Access with { Hook = new AccessHookOptions { Address = _service.Address, CacheTime = TimeSpan.Zero } };

        Assert.Equal(401, await StatusAsync("/jazz/hls/opus.m3u8"));
    }

    [Fact]
    public async Task The_service_is_not_asked_about_files_that_do_not_exist()
    {
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(404, await StatusAsync($"/jazz/hls/0123456789abcdef/opus/{i}.m4s"));
        }

        Assert.Equal(0, _service.Count);
    }

    [Fact]
    public async Task A_listener_who_is_admitted_because_the_service_does_not_answer_stays_admitted()
    {
        _service.Answer = "";
        _server.Access = Rules(admitsOnFailure: true);
        string segment = await SegmentAsync("opus");
        int asked = _service.Count;

        Assert.Equal(200, await StatusAsync($"/jazz/hls/{segment}"));
        Assert.Equal(200, await StatusAsync("/jazz/hls/opus.m3u8"));
        Assert.Equal(asked, _service.Count);
    }

    [Fact]
    public async Task The_service_hears_when_a_listener_has_left()
    {
        await SegmentAsync("opus");
        await _service.NextAsync();

        await _stop.CancelAsync();

        Assert.Contains("action=listener_remove&", await _service.NextAsync(), StringComparison.Ordinal);
    }

    private AccessOptions Rules(bool admitsOnFailure) => new()
    {
        ClosedStations = ["jazz"],
        Hook = new AccessHookOptions { Address = _service.Address, AdmitsOnFailure = admitsOnFailure },
    };

    private async Task<string> SegmentAsync(string rendition)
    {
        string list = await _http.GetStringAsync(Url($"/jazz/hls/{rendition}.m3u8"), HangLimit);
        return list.Split('\n').First(static line => line.EndsWith(".m4s", StringComparison.Ordinal));
    }

    private async Task<int> StatusAsync(string path)
    {
        using HttpResponseMessage answer = await _http.GetAsync(Url(path), HangLimit);
        return (int)answer.StatusCode;
    }

    private Uri Url(string path) => new($"http://{_server.HttpEndPoint}{path}");
}
