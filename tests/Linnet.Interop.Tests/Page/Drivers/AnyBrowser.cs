using Linnet.Interop.Tests.Devices;

namespace Linnet.Interop.Tests.Page.Drivers;

/// <summary>One of the three browsers, with a page.</summary>
internal sealed class AnyBrowser : IAsyncDisposable
{
    private readonly IAsyncDisposable _browser;

    private AnyBrowser(IAsyncDisposable browser, ITestPage page)
    {
        _browser = browser;
        Page = page;
    }

    public ITestPage Page { get; }

    /// <summary>Starts one.</summary>
    /// <param name="name"><c>chromium</c>, <c>firefox</c> or <c>webkit</c>.</param>
    /// <param name="pulse">Where it plays, except Chromium, which needs no device.</param>
    public static async Task<AnyBrowser> StartAsync(string name, PulseServer pulse)
    {
        switch (name)
        {
            case "firefox":
                // Every name is this machine.
                FirefoxBrowser firefox = await FirefoxBrowser.StartAsync(
                    pulse, """user_pref("network.dns.forceResolve", "127.0.0.1");""");
                return new AnyBrowser(firefox, firefox);
            case "webkit":
                WebKitBrowser webKit = await WebKitBrowser.StartAsync(pulse);
                return new AnyBrowser(webKit, webKit);
            default:
                ChromiumBrowser chromium = await ChromiumBrowser.StartAsync();
                return new AnyBrowser(chromium, await chromium.NewPageAsync());
        }
    }

    public ValueTask DisposeAsync() => _browser.DisposeAsync();
}
