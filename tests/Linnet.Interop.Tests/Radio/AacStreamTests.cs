using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Linnet.Interop.Tests.Page;
using Linnet.Interop.Tests.Renditions;
using Linnet.Server;
using Linnet.Sources;
using Linnet.Stations;
using Linnet.Tests.Stations;
using Linnet.Wire.Mpeg;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Linnet.Interop.Tests.Radio;

/// <summary>AAC over HTTP: a real server, whose encoder is a real ffmpeg.</summary>
public class AacStreamTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ffmpeg_plays_the_music_without_a_click()
    {
        await using WebApplication server = await ServeAsync(static () => new Music());
        using var folder = new TempFolder();

        await Tool.RunAsync(
            Limit, "ffmpeg", "-nostdin", "-v", "error", "-i", UrlOf(server, "aac"), "-t", "6", "-ac", "1", "-f", "f32le",
            folder["heard.raw"]);

        float[] heard = MemoryMarshal.Cast<byte, float>(await File.ReadAllBytesAsync(folder["heard.raw"], Cancelled)).ToArray();
        Assert.Equal(6 * Music.Rate, heard.Length);

        // The decoder's first packet begins with a fade.
        var match = new MusicMatch(heard[2048..], from: 0, seconds: 20);
        Assert.True(match.Strangers == 0 && match.FirstBlock == 0 && match.Likeness > 0.99, match.ToString());
        Assert.True(match.Sharpest < MusicMatch.Click, match.ToString());
        Assert.Single(match.Lags.Distinct());
    }

    [Fact]
    public async Task A_killed_encoder_ends_its_listeners_and_no_others_and_the_next_listener_starts_another()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux shows processes as files.");
        const int BitRate = 123_000;
        WavSound sound = WavSound.Sweep(48_000, 2, seconds: 60);
        await using WebApplication server = await ServeAsync(() => new SamplesSource(sound, 16), BitRate);
        using HttpListening mp3 = await HttpListening.StartAsync(UrlOf(server, "mp3"));
        using HttpListening first = await HttpListening.StartAsync(UrlOf(server, "aac"));
        using HttpListening second = await HttpListening.StartAsync(UrlOf(server, "aac"));
        await Task.WhenAll(first.UntilAsync(20_000), second.UntilAsync(20_000));
        FfmpegChild encoder = FfmpegChild.Find(BitRate)!;

        encoder.Kill();

        await Task.WhenAll(first.EndAsync(), second.EndAsync());
        int before = mp3.Length;
        using HttpListening again = await StartAgainAsync(UrlOf(server, "aac"));
        await again.UntilAsync(20_000);
        Assert.Equal("audio/aac", again.ContentType);
        Assert.True(AdtsHeader.IsAt(again.Body));
        Assert.False(encoder.Exists);
        Assert.NotNull(FfmpegChild.Find(BitRate));

        // They ended at once, because the rendition has failed; not after a while without audio.
        using HttpListening metrics = await HttpListening.StartAsync($"{server.Urls.First()}/metrics");
        await metrics.EndAsync();
        string failures = Assert.Single(
            Encoding.UTF8.GetString(metrics.Body).Split('\n'),
            static line => line.StartsWith("linnet_encode_failures_total{", StringComparison.Ordinal)
                && !line.EndsWith(" 0", StringComparison.Ordinal));
        Assert.Contains("rendition=\"aac\"", failures, StringComparison.Ordinal);

        // The other rendition has lost nothing: its bytes are those of a station that nobody disturbs.
        await mp3.UntilAsync(before + 16_000);
        byte[] heard = mp3.Body;
        byte[] expected = StreamRun.Of(new SamplesSource(sound, 16), "mp3").Bytes;
        Assert.Equal(expected[..heard.Length], heard);
    }

    /// <summary>Asks until the pause after the failure is over, as players do.</summary>
    private static async Task<HttpListening> StartAgainAsync(string url)
    {
        while (true)
        {
            HttpListening listening = await HttpListening.StartAsync(url);
            if (listening.Status == HttpStatusCode.OK)
            {
                return listening;
            }

            TimeSpan pause = listening.RetryAfter ?? TimeSpan.FromSeconds(1);
            listening.Dispose();
            await Task.Delay(pause, TimeProvider.System, Cancelled);
        }
    }

    private static async Task<WebApplication> ServeAsync(Func<IAudioSource> create, int bitRate = 128_000)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddLinnet(
            linnet => linnet.AddStation(new StationOptions { Name = "song", AacBitRate = bitRate }, _ => create()));
        WebApplication app = builder.Build();
        app.MapLinnet();
        await app.StartAsync(Cancelled);
        return app;
    }

    private static string UrlOf(WebApplication server, string extension) => $"{server.Urls.First()}/song.{extension}";
}
