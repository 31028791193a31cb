using Microsoft.Playwright;

namespace Linnet.Interop.Tests.Radio;

/// <summary>A browser on the start page: a listener without any Linnet program.</summary>
public sealed class BrowserTests : IAsyncLifetime
{
    private const float HangLimitMs = 60_000;

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        _browser = await Chromium.LaunchAsync(_playwright);
    }

    public async ValueTask DisposeAsync()
    {
        await (_browser?.DisposeAsync() ?? ValueTask.CompletedTask);
        _playwright?.Dispose();
    }

    [Theory]
    [InlineData("mp3")]
    [InlineData("opus")]
    [InlineData("flac")]
    [InlineData("wav")]
    public async Task A_player_on_the_page_keeps_playing(string extension)
    {
        await using Serving server = await Serving.StartAsync("jazz=tone", "--http-port", "any");
        IPage page = await _browser!.NewPageAsync();
        await page.GotoAsync(server.Http!);

        await PlayAsync(page, $"/jazz.{extension}");

        await UntilAsync(page, "audio => audio.currentTime > 3 && audio.webkitAudioDecodedByteCount > 0 && !audio.error");
    }

    [Fact]
    public async Task Without_scripts_the_player_chooses_an_offered_rendition_and_starts_on_a_click()
    {
        await using Serving server = await Serving.StartAsync("jazz=tone", "--http-port", "any");
        await using IBrowserContext context = await _browser!.NewContextAsync(new BrowserNewContextOptions { JavaScriptEnabled = false });
        IPage page = await context.NewPageAsync();
        var violations = new List<string>();
        page.Console += (_, message) => violations.Add(message.Text);
        await page.GotoAsync(server.Http!);

        await page.EvaluateAsync("() => void document.querySelector('audio').play()");

        double limit = HangLimitMs / 100;
        while (await page.EvaluateAsync<double>("() => document.querySelector('audio').currentTime") <= 1)
        {
            Assert.True(limit-- > 0, "The player did not start.");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.EndsWith(
            "/jazz.opus", await page.EvaluateAsync<string>("() => document.querySelector('audio').currentSrc"), StringComparison.Ordinal);
        Assert.Empty(violations);
    }

    [Theory]
    [InlineData("mp3")]
    [InlineData("opus")]
    public async Task A_new_title_does_not_stop_the_player(string extension)
    {
        using var folder = new TempFolder();
        foreach (string song in new[] { "one", "two" })
        {
            await Tool.RunAsync(
                TimeSpan.FromSeconds(20), "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=330:duration=3", "-metadata", $"title={song}",
                folder[song + ".flac"]);
        }

        await using Serving server = await Serving.StartAsync("jazz=" + Path.GetDirectoryName(folder["x"]), "--http-port", "any");
        IPage page = await _browser!.NewPageAsync();
        await page.GotoAsync(server.Http!);

        await PlayAsync(page, $"/jazz.{extension}");

        // By then it has passed two title changes.
        await UntilAsync(page, "audio => audio.currentTime > 8 && !audio.error");
    }

    private static async Task PlayAsync(IPage page, string path) => await page.EvaluateAsync(
        """
        path => {
            const audio = document.body.appendChild(document.createElement('audio'));
            audio.id = 'heard';
            audio.src = path;
            return audio.play();
        }
        """, path);

    private static async Task UntilAsync(IPage page, string condition) => await page.WaitForFunctionAsync(
        $"() => ({condition})(document.getElementById('heard'))", null,
        new PageWaitForFunctionOptions { Timeout = HangLimitMs, PollingInterval = 100 });
}
