using Linnet.Interop.Tests.Page.Drivers;

namespace Linnet.Interop.Tests.Page;

/// <summary>Pages of Chromium that play one after the other, each in another way.</summary>
public sealed class ChromiumSounds : IAsyncLifetime
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(6);

    private SoundServer? _server;
    private ChromiumBrowser? _browser;

    internal Task<PlayedPage> WebCodecs { get; private set; } = null!;

    internal Task<PlayedPage> Insecure { get; private set; } = null!;

    internal Task<PlayedPage> Element { get; private set; } = null!;

    internal Task<PlayedPage> Lossless { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        SoundServer server = _server = await SoundServer.StartAsync();
        _browser = await ChromiumBrowser.StartAsync();
        string address = server.Address;

        // One after the other: a page draws and decodes without a GPU here, and two cores are enough for one page only.
        await EndAsync(WebCodecs = HearAsync(page => PlayedPage.PlayAsync(page, address)));
        await EndAsync(Insecure = HearAsync(page => PlayedPage.PlayAsync(page, server.InsecureAddress)));
        await EndAsync(Element = HearAsync(page => PlayedPage.PlayAsync(page, address, "audio")));
        const string Exact = """{"station":"noise","rendition":"flac","drift":false,"profile":"robust"}""";
        await EndAsync(Lossless = HearAsync(page => PlayedPage.PlayEmbeddedAsync(page, address, Exact)));
    }

    public async ValueTask DisposeAsync()
    {
        await (_browser?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    /// <summary>Waits for the end; the test that looks at the page reports its failure.</summary>
    private static async Task EndAsync(Task sound) => await Task.WhenAny(sound);

    private async Task<PlayedPage> HearAsync(Func<ChromiumPage, Task<PlayedPage>> play)
    {
        PlayedPage page = await play(await _browser!.NewPageAsync());
        await page.Rendered.UntilAsync(Duration);
        await page.LeaveAsync();
        return page;
    }
}
