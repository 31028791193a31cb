using Linnet.Interop.Tests.Radio;
using Microsoft.Playwright;

namespace Linnet.Interop.Tests.Page.Drivers;

/// <summary>Debian's Chromium, driven by Playwright.</summary>
internal sealed class ChromiumBrowser : IAsyncDisposable
{
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private ChromiumBrowser(IPlaywright playwright, IBrowser browser)
    {
        _playwright = playwright;
        _browser = browser;
    }

    /// <summary>Starts one that plays only after a click, and in which <c>linnet.test</c> is this machine.</summary>
    /// <param name="program">The browser, or a script that starts it.</param>
    public static async Task<ChromiumBrowser> StartAsync(string program = Chromium.Program)
    {
        IPlaywright playwright = await Playwright.CreateAsync();
        try
        {
            return new ChromiumBrowser(
                playwright,
                await Chromium.LaunchAsync(
                    playwright, program, ["--autoplay-policy=user-gesture-required", "--host-resolver-rules=MAP linnet.test 127.0.0.1"]));
        }
        catch
        {
            playwright.Dispose();
            throw;
        }
    }

    /// <summary>Opens a window that shares nothing with the others.</summary>
    public async Task<ChromiumPage> NewPageAsync() => new(await (await _browser.NewContextAsync()).NewPageAsync());

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}

/// <summary>A page of Chromium.</summary>
internal sealed class ChromiumPage(IPage page) : ITestPage
{
    public Task OpenAsync(string url) => page.GotoAsync(url);

    public Task<string> EvaluateAsync(string expression) =>
        page.EvaluateAsync<string>($"async () => JSON.stringify((await ({expression})) ?? null)");

    public Task ClickAsync(string selector) => page.ClickAsync(selector);

    /// <summary>Sends a command of the DevTools' protocol.</summary>
    public async Task SendAsync(string method, Dictionary<string, object> arguments)
    {
        ICDPSession session = await page.Context.NewCDPSessionAsync(page);
        await session.SendAsync(method, arguments);
        await session.DetachAsync();
    }
}
