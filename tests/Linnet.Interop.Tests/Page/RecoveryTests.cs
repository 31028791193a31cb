using System.Text.Json;
using Linnet.Interop.Tests.Devices;
using Linnet.Interop.Tests.Page.Drivers;
using Linnet.Interop.Tests.Soaks;

namespace Linnet.Interop.Tests.Page;

/// <summary>The sound in browsers during and after a failure of the network, the server or the browser.</summary>
[Collection(nameof(Alone))]
[Trait("Length", "Long")]
public sealed class RecoveryTests(PulseServer pulse) : IClassFixture<PulseServer>
{
    private const double WithinMs = 20;
    private const int Most = 200;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Tail = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("chromium", "webcodecs")]
    [InlineData("chromium", "pcm")]
    [InlineData("firefox", "webcodecs")]
    [InlineData("webkit", "webcodecs")]
    public async Task After_a_stalled_connection_the_delay_is_what_it_should_be(string browser, string path)
    {
        await using SoundServer server = await SoundServer.StartAsync();
        await using var proxy = new StallingProxy(server.Port);
        await using AnyBrowser any = await AnyBrowser.StartAsync(browser, pulse);
        PlayedPage page = await PlayedPage.PlayAsync(any.Page, $"http://127.0.0.1:{proxy.Port}/", path);
        await page.Rendered.UntilAsync(TimeSpan.FromSeconds(12));
        (int before, double delayBefore) = await NowAsync(page);

        await proxy.StallAsync(TimeSpan.FromMilliseconds(300));
        await page.Rendered.UntilAsync(TimeSpan.FromSeconds(15));
        await proxy.StallAsync(TimeSpan.FromSeconds(5));
        await page.Rendered.UntilAsync(TimeSpan.FromSeconds(35));
        (int after, double delayAfter) = await NowAsync(page);

        var match = new MusicMatch(page.Rendered.Channel(0), 0, Most);
        Assert.True(match.Sharpest < MusicMatch.Click, match.ToString());
        Assert.True(LongestGap(match) < TimeSpan.FromSeconds(5) + Soon, match.ToString());
        TimeSpan later = match.LaterBy(NearestTo(match, after), than: NearestTo(match, before));
        Assert.InRange(later.TotalMilliseconds - (delayAfter - delayBefore), -WithinMs, WithinMs);
    }

    [Theory]
    [InlineData("chromium", "webcodecs")]
    [InlineData("chromium", "pcm")]
    [InlineData("chromium", "audio")]
    [InlineData("firefox", "webcodecs")]
    [InlineData("webkit", "webcodecs")]
    public async Task When_the_server_has_come_back_it_is_heard_at_the_live_edge_within_three_seconds(string browser, string path)
    {
        SoundServer server = await SoundServer.StartAsync();
        await using AnyBrowser any = await AnyBrowser.StartAsync(browser, pulse);
        PlayedPage page = await PlayedPage.PlayAsync(any.Page, server.Address, path);
        await page.Rendered.UntilAsync(TimeSpan.FromSeconds(8));

        int port = server.Port;
        await server.DisposeAsync();
        await page.Rendered.UntilAsync(TimeSpan.FromSeconds(10));
        await page.Rendered.TakeAsync();
        int back = page.Rendered.Frames / MusicMatch.Block;
        await using SoundServer again = await SoundServer.StartAsync(port: port);
        await page.Rendered.UntilAsync(TimeSpan.FromSeconds(15));

        // The music begins again, and the station plays it from the start of the server on.
        var match = new MusicMatch(page.Rendered.Channel(0)[(back * MusicMatch.Block)..], 0, 60);
        Assert.InRange(Duration(match.FirstBlock), TimeSpan.Zero, Soon);
        Assert.True(match.Sharpest < MusicMatch.Click, match.ToString());
        TimeSpan behind = TimeSpan.FromSeconds(-match.Lags[match.LastBlock]!.Value / (double)Music.Rate);
        Assert.InRange(behind, TimeSpan.Zero, path == "audio" ? TimeSpan.FromSeconds(6) : TimeSpan.FromSeconds(1.5));
    }

    [Fact]
    public async Task A_tab_that_was_frozen_is_heard_at_the_live_edge_within_three_seconds()
    {
        await using SoundServer server = await SoundServer.StartAsync();
        await using ChromiumBrowser browser = await ChromiumBrowser.StartAsync();
        ChromiumPage tab = await browser.NewPageAsync();
        PlayedPage page = await PlayedPage.PlayAsync(tab, server.Address);
        await page.Rendered.UntilAsync(TimeSpan.FromSeconds(8));

        await tab.SendAsync("Page.setWebLifecycleState", new() { ["state"] = "frozen" });
        await Task.Delay(TimeSpan.FromSeconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        await tab.SendAsync("Page.setWebLifecycleState", new() { ["state"] = "active" });
        await page.Rendered.TakeAsync();
        int back = page.Rendered.Frames / MusicMatch.Block;
        await page.Rendered.UntilAsync(TimeSpan.FromSeconds(15));
        double latency = (await page.StatisticsAsync()).GetProperty("latency").GetDouble();

        var match = new MusicMatch(page.Rendered.Channel(0), 0, Most);
        int first = Array.FindIndex(match.Lags, back, static lag => lag is not null);
        Assert.InRange(Duration(first - back), TimeSpan.Zero, Soon);
        Assert.InRange(latency, 0, 500);
        Assert.True(match.Sharpest < MusicMatch.Click, match.ToString());
    }

    [Theory]
    [InlineData("chromium", 200)]
    [InlineData("chromium", -200)]
    [InlineData("firefox", 200)]
    [InlineData("firefox", -200)]
    [InlineData("webkit", 200)]
    [InlineData("webkit", -200)]
    public async Task A_station_whose_clock_is_wrong_keeps_its_delay(string browser, int ppm)
    {
        var time = new SkewedTime(ppm);
        await using SoundServer server = await SoundServer.StartAsync(time);
        await using AnyBrowser any = await AnyBrowser.StartAsync(browser, pulse);
        PlayedPage page = await PlayedPage.PlayAsync(any.Page, server.Address);
        await page.Rendered.UntilAsync(TimeSpan.FromSeconds(30));

        for (int i = 0; i < 20; i++)
        {
            page.Rendered.KeepLast(Tail);
            await page.Rendered.UntilAsync(TimeSpan.FromSeconds(30));
            Assert.InRange(page.Rendered.Sharpest, 0, MusicMatch.Click);
        }

        JsonElement statistics = await page.StatisticsAsync();
        Assert.InRange(statistics.GetProperty("drift").GetDouble(), ppm - 60, ppm + 60);
        Assert.InRange(
            statistics.GetProperty("delay").GetDouble() - statistics.GetProperty("target").GetDouble(), -WithinMs, WithinMs);
    }

    /// <summary>The newest block, and the player's delay in ms, which has to be near its target.</summary>
    private static async Task<(int Block, double DelayMs)> NowAsync(PlayedPage page)
    {
        JsonElement statistics = await page.StatisticsAsync();
        await page.Rendered.TakeAsync();
        double delay = statistics.GetProperty("delay").GetDouble();
        Assert.InRange(delay - statistics.GetProperty("target").GetDouble(), -WithinMs, WithinMs);
        return ((page.Rendered.Frames / MusicMatch.Block) - 1, delay);
    }

    private static int NearestTo(MusicMatch match, int block) =>
        Array.FindLastIndex(match.Lags, Math.Min(block, match.Lags.Length - 1), static lag => lag is not null);

    private static TimeSpan LongestGap(MusicMatch match)
    {
        (int longest, int gap) = (0, 0);
        foreach (long? lag in match.Lags.Skip(match.FirstBlock))
        {
            gap = lag is null ? gap + 1 : 0;
            longest = Math.Max(longest, gap);
        }

        return Duration(longest);
    }

    private static TimeSpan Duration(int blocks) => TimeSpan.FromSeconds((double)blocks * MusicMatch.Block / Music.Rate);
}
