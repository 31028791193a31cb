using Linnet.Interop.Tests.Radio;
using Microsoft.Playwright;

namespace Linnet.Interop.Tests.Tls;

/// <summary>A browser over HTTPS.</summary>
public class TlsBrowserTests
{
    private const int Tabs = 6;
    private const float HangLimitMs = 60_000;

    [Fact]
    public async Task Six_playing_tabs_share_one_connection_of_HTTP_2_and_a_seventh_page_opens()
    {
        using var folder = new TempFolder();
        await using TlsServing server = await TlsServing.StartAsync(folder, "jazz=tone", "--live");
        using IPlaywright playwright = await Playwright.CreateAsync();
        await using IBrowser browser = await Chromium.LaunchAsync(playwright);
        await using IBrowserContext context = await browser.NewContextAsync(new BrowserNewContextOptions { IgnoreHTTPSErrors = true });
        var pages = new List<IPage>();
        for (int i = 0; i < Tabs; i++)
        {
            IPage page = await context.NewPageAsync();
            await page.GotoAsync(server.Https);
            await page.EvaluateAsync("() => (window.heard = new Audio('/jazz.mp3')).play()");
            pages.Add(page);
        }

        foreach (IPage page in pages)
        {
            await page.WaitForFunctionAsync(
                "() => window.heard.currentTime > 3 && !window.heard.error", null,
                new PageWaitForFunctionOptions { Timeout = HangLimitMs, PollingInterval = 100 });
        }

        IPage another = await context.NewPageAsync();
        await another.GotoAsync(server.Https);

        await another.GetByText($"{Tabs} listeners").WaitForAsync();
        Assert.Equal("h2", await another.EvaluateAsync<string>("() => performance.getEntriesByType('navigation')[0].nextHopProtocol"));
    }
}
