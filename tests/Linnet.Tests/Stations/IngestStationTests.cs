using System.Net;
using System.Net.Http.Headers;
using Linnet.Audio;
using Linnet.Codecs.Streams;
using Linnet.Serving;
using Linnet.Sources;
using Linnet.Sources.Ingest;
using Linnet.Stations;
using Linnet.Transports.Http.Push;
using Linnet.Transports.Http.Radio;
using Linnet.Wire.Http;

namespace Linnet.Tests.Stations;

public sealed class IngestStationTests : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly HttpClient _client = new();
    private readonly IngestStation _live = new(new StationOptions { Name = "live" });
    private readonly StationServer _server;
    private readonly Task _running;

    public IngestStationTests()
    {
        var options = new StationServerOptions
        {
            Bind = IPAddress.Loopback,
            RtspPort = 0,
            RtpPort = 0,
            HttpPort = 0,
            Radio = new RadioServerOptions(),
            Push = new PushServerOptions { Password = "hackme" },
        };
        _server = StationServer.Open([], options, fed: [_live]);
        _running = _server.RunAsync(_ending.Token);
    }

    [Fact]
    public async Task A_station_is_created_by_its_first_source_client_and_keeps_its_format_and_name()
    {
        foreach (string path in new[] { "live", "live.mp3" })
        {
            using HttpResponseMessage before = await _client.GetAsync(Url(path), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NotFound, before.StatusCode);
            Assert.Equal(
                "No client has pushed to live yet.\r\n", await before.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }

        Assert.Empty(_server.Stations);

        await PushAsync(Wav(44_100, 1, seconds: 3), "Jazz\tfrom here");
        using HttpResponseMessage heard =
            await _client.GetAsync(Url("live.wav"), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, heard.StatusCode);
        Assert.Equal("Jazz from here", Assert.Single(heard.Headers.GetValues("icy-name")));
        StationSnapshot station = Assert.Single(_server.Stations).GetSnapshot();
        Assert.Equal((new AudioFormat(44_100, 1), 16, StationState.Playing), (station.Format, station.BitDepth, station.State));

        await PushAsync(Wav(48_000, 2, seconds: 1), "Other");
        Assert.Equal(new AudioFormat(44_100, 1), Assert.Single(_server.Stations).GetSnapshot().Format);
    }

    [Fact]
    public void A_format_for_which_no_station_can_be_created_is_discarded()
    {
        var buffer = new IngestBuffer("live", new IngestOptions());
        buffer.FormatKnown = format => throw new InvalidOperationException("no encoder");
        Assert.True(buffer.TryBegin("first", takesOver: false, out IngestWriter? first));
        Assert.Throws<InvalidOperationException>(
            () => first.OnFormat(new StreamFormat(new AudioFormat(8000, 1), 16, StreamCodec.Pcm, 0, [])));
        first.Dispose();
        Assert.Null(buffer.Format);

        AudioFormat? known = null;
        buffer.FormatKnown = format => known = format.Pcm;
        Assert.True(buffer.TryBegin("second", takesOver: false, out IngestWriter? second));
        second.OnFormat(new StreamFormat(new AudioFormat(48_000, 2), 16, StreamCodec.Pcm, 0, []));
        Assert.Equal(new AudioFormat(48_000, 2), known);
        Assert.Equal(known, buffer.Format);
    }

    [Fact]
    public async Task A_pull_creates_a_station_too()
    {
        using var ending = new CancellationTokenSource();
        var pulled = new IngestStation(new StationOptions { Name = "far" }) { Pull = Bring };
        await using StationServer server =
            StationServer.Open([], new StationServerOptions { Bind = IPAddress.Loopback, RtspPort = 0, RtpPort = 0 }, fed: [pulled]);
        Task running = server.RunAsync(ending.Token);
        while (server.Stations.Count == 0)
        {
            await Task.Yield();
        }

        Assert.Equal("far", server.Stations[0].Name);
        await ending.CancelAsync();
        await running;

        static Task Bring(IngestBuffer buffer, CancellationToken cancellationToken)
        {
            Assert.True(buffer.TryBegin("far away", takesOver: false, out IngestWriter? writer));
            writer.OnFormat(new StreamFormat(new AudioFormat(8000, 1), 0, StreamCodec.Other, 0, []));
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }
    }

    [Fact]
    public void A_fallback_sets_the_format_or_is_converted_to_the_requested_one()
    {
        using var own = new IngestStation(new StationOptions { Name = "a" }, fallback: new ToneSource(440));
        using var asked = new IngestStation(new StationOptions { Name = "b" }, new AudioFormat(8000, 1), new ToneSource(440));

        Assert.Equal(new ToneSource(440).Format, own.Ingest.Format);
        Assert.Equal(new AudioFormat(8000, 1), asked.Ingest.Format);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _server.DisposeAsync();
        _client.Dispose();
        _ending.Dispose();
    }

    private Uri Url(string path) => new($"http://127.0.0.1:{_server.HttpEndPoint!.Port}/{path}");

    private async Task PushAsync(byte[] wav, string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, Url("live")) { Content = new ByteArrayContent(wav) };
        request.Headers.Authorization = AuthenticationHeaderValue.Parse(new BasicCredentials("source", "hackme").ToHeader());
        request.Headers.TryAddWithoutValidation("ice-name", name);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("audio/wav");
        using HttpResponseMessage answer = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static byte[] Wav(int rate, int channels, int seconds) =>
        PcmWav.Of(rate, channels, 16, new byte[rate * channels * 2 * seconds]);
}
