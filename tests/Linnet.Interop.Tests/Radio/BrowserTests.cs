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
    public async Task The_player_on_the_page_keeps_playing(string extension)
    {
        await using Serving server = await Serving.StartAsync("jazz=tone", "--http-port", "any");
        IPage page = await _browser!.NewPageAsync();
        await page.GotoAsync(server.Http!);

        await PlayAsync(page, $"/jazz.{extension}");

        await UntilAsync(page, "audio => audio.currentTime > 3 && audio.webkitAudioDecodedByteCount > 0 && !audio.error");
    }

    [Fact]
    public async Task The_player_chooses_an_offered_rendition_and_starts_on_a_click()
    {
        await using Serving server = await Serving.StartAsync("jazz=tone", "--http-port", "any");
        IPage page = await _browser!.NewPageAsync();
        var violations = new List<string>();
        page.Console += (_, message) => violations.Add(message.Text);
        await page.GotoAsync(server.Http!);

        await page.EvalOnSelectorAsync("audio", "audio => audio.play()");

        await UntilAsync(page, "audio => audio.currentTime > 1");
        Assert.EndsWith(
            "/jazz.opus", await page.EvalOnSelectorAsync<string>("audio", "audio => audio.currentSrc"), StringComparison.Ordinal);
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

    private static async Task PlayAsync(IPage page, string path) =>
        await page.EvalOnSelectorAsync("audio", "(audio, path) => { audio.src = path; return audio.play(); }", path);

    private static async Task UntilAsync(IPage page, string condition) => await page.WaitForFunctionAsync(
        $"() => ({condition})(document.querySelector('audio'))", null,
        new PageWaitForFunctionOptions { Timeout = HangLimitMs, PollingInterval = 100 });
}
