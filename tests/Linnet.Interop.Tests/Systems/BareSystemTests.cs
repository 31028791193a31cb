using System.Net;
using Linnet.Interop.Tests.Radio;
using Microsoft.Playwright;

namespace Linnet.Interop.Tests.Systems;

/// <summary>Linnet where no C library of a codec or of a sound device is installed.</summary>
[Trait("Length", "Long")]
public sealed class BareSystemTests(BareSystem bare) : IClassFixture<BareSystem>
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task The_demo_a_file_over_UDP_and_TCP_a_folder_of_MP3_and_a_browser_all_work()
    {
        WavSound song = WavSound.Noise(44_100, 2, 16, 4);
        song.Save(bare["/song.wav"]);
        Directory.CreateDirectory(bare["/mp3"]);
        await Tool.RunAsync(Limit, "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=330:duration=3", "-ac", "2", bare["/mp3/one.mp3"]);

        // The first use builds.
        string demo = await bare.RunAsync("./linnet demo --seconds 5");
        Assert.Contains("plays on null (no audio device): Opus, 48000 Hz, 2 ch", demo, StringComparison.Ordinal);
        Assert.Contains("Opus Concentus", demo, StringComparison.Ordinal);

        foreach (string transport in (string[])["udp", "tcp"])
        {
            await bare.RunAsync(
                $"""
                ./linnet serve /song.wav --once & server=$!
                ./linnet play 127.0.0.1/song/l16 --transport {transport} --output /{transport}.wav && wait $server
                """);
            Assert.Equal(0, WavSound.Load(bare[$"/{transport}.wav"]).FindRun(song));
        }

        await bare.RunAsync("./linnet serve /mp3 --once & ./linnet play 127.0.0.1/mp3/opus --output /mp3.wav && wait $!");
        WavSound heard = WavSound.Load(bare["/mp3.wav"]);
        Assert.InRange(heard.Frames, 3 * 48_000, 4 * 48_000);
        Assert.InRange(heard.Channel(0).Max(), 0.08f, 0.1f);

        await BrowserHearsAsync();
    }

    private async Task BrowserHearsAsync()
    {
        await using Serving server = await Serving.StartAsync(
            all => bare.Start(hasOwnNetwork: false, ["./linnet", .. all]), "jazz=tone", "--http-port", "any");
        using IPlaywright playwright = await Playwright.CreateAsync();
        await using IBrowser browser = await Chromium.LaunchAsync(playwright);
        IPage page = await browser.NewPageAsync();
        await page.GotoAsync(server.Http!);

        Assert.DoesNotContain(".mp3", await page.ContentAsync(), StringComparison.Ordinal);
        await page.EvalOnSelectorAsync("audio", "audio => audio.play()");
        await page.WaitForFunctionAsync("() => document.querySelector('audio').currentTime > 1");

        using var client = new HttpClient();
        using HttpResponseMessage refused = await client.GetAsync($"{server.Http}jazz.mp3", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        Assert.Contains(
            "libmp3lame is not installed", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }
}
