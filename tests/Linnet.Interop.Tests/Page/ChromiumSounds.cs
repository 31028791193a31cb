using Linnet.Interop.Tests.Page.Drivers;

namespace Linnet.Interop.Tests.Page;

/// <summary>Pages of Chromium that play the same server at the same time, each in another way.</summary>
public sealed class ChromiumSounds : IAsyncLifetime
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(7);

    private SoundServer? _server;
    private ChromiumBrowser? _browser;

    internal Task<PlayedPage> WebCodecs { get; private set; } = null!;

    internal Task<PlayedPage> Insecure { get; private set; } = null!;

    internal Task<PlayedPage> Element { get; private set; } = null!;

    internal Task<PlayedPage> Lossless { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await SoundServer.StartAsync();
        _browser = await ChromiumBrowser.StartAsync();
        string address = _server.Address;
        WebCodecs = HearAsync(page => PlayedPage.PlayAsync(page, address));
        Insecure = HearAsync(page => PlayedPage.PlayAsync(page, _server.InsecureAddress));
        Element = HearAsync(page => PlayedPage.PlayAsync(page, address, "audio"));
        const string Exact = """{"station":"noise","rendition":"flac","drift":false,"profile":"robust"}""";
        Lossless = HearAsync(page => PlayedPage.PlayEmbeddedAsync(page, address, Exact));
        await Task.WhenAny(Task.WhenAll(WebCodecs, Insecure, Element, Lossless));
    }

    public async ValueTask DisposeAsync()
    {
        await (_browser?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private async Task<PlayedPage> HearAsync(Func<ChromiumPage, Task<PlayedPage>> play)
    {
        PlayedPage page = await play(await _browser!.NewPageAsync());
        await page.Rendered.UntilAsync(Duration);
        return page;
    }
}
