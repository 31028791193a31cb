using System.Collections.Concurrent;
using Linnet.Interop.Tests.Devices;
using Linnet.Interop.Tests.Page.Drivers;

namespace Linnet.Interop.Tests.Page;

/// <summary>Firefox and WebKitGTK, which play the same server at the same time.</summary>
public sealed class OtherSounds : IAsyncLifetime
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(7);

    private readonly PulseServer _pulse = new();
    private readonly ConcurrentBag<AnyBrowser> _browsers = [];
    private SoundServer? _server;

    internal Task<PlayedPage> Firefox { get; private set; } = null!;

    internal Task<PlayedPage> WebKit { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await _pulse.InitializeAsync();
        _server = await SoundServer.StartAsync();
        Firefox = HearAsync("firefox");
        WebKit = HearAsync("webkit");
        await Task.WhenAny(Task.WhenAll(Firefox, WebKit));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (AnyBrowser browser in _browsers)
        {
            await browser.DisposeAsync();
        }

        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _pulse.DisposeAsync();
    }

    private async Task<PlayedPage> HearAsync(string name)
    {
        AnyBrowser browser = await AnyBrowser.StartAsync(name, _pulse);
        _browsers.Add(browser);
        PlayedPage page = await PlayedPage.PlayAsync(browser.Page, _server!.Address);
        await page.Rendered.UntilAsync(Duration);
        return page;
    }
}
