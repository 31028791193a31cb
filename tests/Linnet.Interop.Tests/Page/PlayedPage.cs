using System.Text.Json;
using Linnet.Interop.Tests.Page.Drivers;

namespace Linnet.Interop.Tests.Page;

/// <summary>A page whose play button was clicked, and the sound that it renders.</summary>
internal sealed class PlayedPage
{
    private JsonElement? _lastStatistics;
    private JsonElement? _lastBlocks;

    private PlayedPage(ITestPage page, Rendered rendered)
    {
        Page = page;
        Rendered = rendered;
    }

    public ITestPage Page { get; }

    public Rendered Rendered { get; }

    /// <summary>Opens the station <c>music</c> on the server's page and clicks its button.</summary>
    /// <param name="page">Any page.</param>
    /// <param name="address">The server.</param>
    /// <param name="path">How the sound shall come, as the page calls it.</param>
    /// <param name="profile">How far behind live to play.</param>
    public static async Task<PlayedPage> PlayAsync(ITestPage page, string address, string path = "auto", string profile = "balanced")
    {
        // The page keeps what the listener chose.
        await page.OpenAsync(address + "health/live");
        string kept = JsonSerializer.Serialize(new { path, profile });
        await page.EvaluateAsync($"localStorage.setItem('linnet', {JsonSerializer.Serialize(kept)})");
        await page.OpenAsync(address + "#music");
        const string Button = "body.live #station-music button.play";
        await UntilAsync(page, $"document.querySelector('{Button}')");
        Rendered rendered = await Rendered.BeginAsync(page);
        await page.ClickAsync(Button);
        return new PlayedPage(page, rendered);
    }

    /// <summary>Opens a page that embeds the player, and clicks its button. The decoded blocks are kept, too.</summary>
    /// <param name="page">Any page.</param>
    /// <param name="address">The server.</param>
    /// <param name="options">The player's, as JSON.</param>
    public static async Task<PlayedPage> PlayEmbeddedAsync(ITestPage page, string address, string options)
    {
        await page.OpenAsync($"{address}embed.html#{Uri.EscapeDataString(options)}");
        await UntilAsync(page, "document.querySelector('button:enabled')");
        Rendered rendered = await Rendered.BeginAsync(page);
        await page.EvaluateAsync("capture.keepsBlocks = true");
        await page.ClickAsync("button");
        return new PlayedPage(page, rendered);
    }

    /// <summary>Waits until an expression is true in the page.</summary>
    public Task UntilAsync(string expression) => UntilAsync(Page, expression);

    /// <summary>What the player says of itself.</summary>
    public async Task<JsonElement> StatisticsAsync() =>
        _lastStatistics ?? JsonElement.Parse(await Page.EvaluateAsync("capture.player.statistics"));

    /// <summary>The decoded blocks on their way to the worklet: <c>position</c>, and <c>sound</c> in base64.</summary>
    public async Task<JsonElement> BlocksAsync() => _lastBlocks ?? JsonElement.Parse(await Page.EvaluateAsync("capture.blocks"));

    /// <summary>Leaves the page, so that it takes no more of the machine's time. What it said last stays known.</summary>
    public async Task LeaveAsync()
    {
        _lastStatistics = await StatisticsAsync();
        _lastBlocks = await BlocksAsync();
        await Page.OpenAsync("about:blank");
    }

    /// <summary>Fails unless what was rendered is silence and then the music, all of it, without a click.</summary>
    /// <param name="seconds">How much of the music the station has played, at most.</param>
    public MusicMatch AssertMusic(int seconds)
    {
        Assert.Equal(Music.Rate, Rendered.Rate);
        return AssertMusic(Rendered.Channel(0), seconds);
    }

    /// <summary>The same of a recording.</summary>
    public static MusicMatch AssertMusic(float[] heard, int seconds)
    {
        var match = new MusicMatch(heard, 0, seconds);
        bool isMusic = match.Strangers == 0 && match.Likeness > 0.98 && match.Quietest > -20 && match.Loudest < 20;
        Assert.True(isMusic && match.Sharpest < MusicMatch.Click, match.ToString());
        return match;
    }

    /// <summary>Waits until an expression is true in any page.</summary>
    internal static async Task UntilAsync(ITestPage page, string expression)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (await page.EvaluateAsync($"!!({expression})") != "true")
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(60), $"Never: {expression}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
