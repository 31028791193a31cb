using Linnet.Interop.Tests.Page.Drivers;

namespace Linnet.Interop.Tests.Page;

/// <summary>Pages of Chromium that play at the same time, each in another way.</summary>
public sealed class ChromiumSounds : IAsyncLifetime
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan DriftDuration = TimeSpan.FromSeconds(20);

    private readonly List<SoundServer> _servers = [];
    private ChromiumBrowser? _browser;

    internal Task<PlayedPage> WebCodecs { get; private set; } = null!;

    internal Task<PlayedPage> Insecure { get; private set; } = null!;

    internal Task<PlayedPage> Element { get; private set; } = null!;

    internal Task<PlayedPage> Lossless { get; private set; } = null!;

    /// <summary>A station whose clock is 200 ppm fast.</summary>
    internal Task<PlayedPage> Fast { get; private set; } = null!;

    /// <summary>A station whose clock is 200 ppm slow.</summary>
    internal Task<PlayedPage> Slow { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        SoundServer server = await StartAsync(time: null);
        SoundServer fast = await StartAsync(new SkewedTime(200));
        SoundServer slow = await StartAsync(new SkewedTime(-200));
        _browser = await ChromiumBrowser.StartAsync();
        string address = server.Address;
        WebCodecs = HearAsync(page => PlayedPage.PlayAsync(page, address));
        Insecure = HearAsync(page => PlayedPage.PlayAsync(page, server.InsecureAddress));
        Element = HearAsync(page => PlayedPage.PlayAsync(page, address, "audio"));
        const string Exact = """{"station":"noise","rendition":"flac","drift":false,"profile":"robust"}""";
        Lossless = HearAsync(page => PlayedPage.PlayEmbeddedAsync(page, address, Exact));
        await Task.WhenAny(Task.WhenAll(WebCodecs, Insecure, Element, Lossless));

        // Later, so that a small machine has the time for all.
        Fast = HearAsync(page => PlayedPage.PlayAsync(page, fast.Address), DriftDuration);
        Slow = HearAsync(page => PlayedPage.PlayAsync(page, slow.Address), DriftDuration);
        await Task.WhenAny(Task.WhenAll(Fast, Slow));
    }

    public async ValueTask DisposeAsync()
    {
        await (_browser?.DisposeAsync() ?? ValueTask.CompletedTask);
        foreach (SoundServer server in _servers)
        {
            await server.DisposeAsync();
        }
    }

    private async Task<SoundServer> StartAsync(TimeProvider? time)
    {
        SoundServer server = await SoundServer.StartAsync(time);
        _servers.Add(server);
        return server;
    }

    private async Task<PlayedPage> HearAsync(Func<ChromiumPage, Task<PlayedPage>> play, TimeSpan? duration = null)
    {
        PlayedPage page = await play(await _browser!.NewPageAsync());
        await page.Rendered.UntilAsync(duration ?? Duration);
        return page;
    }
}
