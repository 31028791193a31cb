using System.Text.Json;
using Linnet.Interop.Tests.Page;
using Linnet.Interop.Tests.Page.Drivers;

namespace Linnet.Interop.Tests.Hls;

/// <summary>The page of <c>samples/Hls</c>, played in a browser.</summary>
internal sealed class HlsPage
{
    private readonly ITestPage _page;

    private HlsPage(ITestPage page, Rendered rendered) => (_page, Rendered) = (page, rendered);

    public Rendered Rendered { get; }

    /// <summary>Opens the page and plays, as a listener does.</summary>
    /// <param name="page">Any page.</param>
    /// <param name="server">The server.</param>
    /// <param name="playlist">The path of a playlist on it, without a slash at the front.</param>
    public static async Task<HlsPage> PlayAsync(ITestPage page, HlsServer server, string playlist)
    {
        await page.OpenAsync($"{server.Address}hls.html?{playlist}");
        Rendered rendered = await Rendered.BeginAsync(page);
        await PlayedPage.UntilAsync(page, "document.querySelector('audio').readyState > 2");
        await page.ClickAsync("button");
        await PlayedPage.UntilAsync(page, "heard.from !== undefined");
        return new HlsPage(page, rendered);
    }

    /// <summary>Fails unless it has played for so long without an error, and has all of it in one piece.</summary>
    /// <param name="duration">How long.</param>
    /// <param name="mayWait">Whether it may have waited: a busy machine lets a browser starve beside a full buffer.</param>
    public async Task AssertPlayedAsync(TimeSpan duration, bool mayWait = false)
    {
        string text = await _page.EvaluateAsync("heard.state()");
        JsonElement state = JsonElement.Parse(text);
        Assert.True(state.GetProperty("played").GetDouble() > duration.TotalSeconds - 1, text);
        Assert.True(state.GetProperty("ranges").GetArrayLength() == 1 && !state.TryGetProperty("error", out _), text);
        Assert.DoesNotContain(state.GetProperty("errors").EnumerateArray(), static error => error.GetProperty("fatal").GetBoolean());
        Assert.True(mayWait || state.GetProperty("waits").GetInt32() == 0, text);
    }
}
