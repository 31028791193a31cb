using System.Net.Sockets;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Linnet.Audio;
using Microsoft.Playwright;

namespace Linnet.Interop.Tests.Page;

/// <summary>The page in a browser, as a listener sees and uses it.</summary>
public sealed class PageTests(PageServer server) : IClassFixture<PageServer>, IAsyncLifetime
{
    private IBrowserContext? _context;
    private IPage? _page;

    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    private IPage Page => _page!;

    public async ValueTask InitializeAsync()
    {
        _context = await server.Browser.NewContextAsync();

        // What the browser refused to load or run.
        await _context.AddInitScriptAsync(
            """
            window.refused = [];
            addEventListener('securitypolicyviolation', e => window.refused.push(e.violatedDirective + ' ' + e.blockedURI));
            """);
        _page = await _context.NewPageAsync();
    }

    public async ValueTask DisposeAsync() => await _context!.DisposeAsync();

    [Fact]
    public async Task Titles_and_listeners_change_by_themselves()
    {
        await Page.GotoAsync(server.Address);
        ILocator jazz = Page.Locator("#station-jazz");
        server.Jazz.Switch(new TrackInfo("So What", "Miles Davis"));
        await jazz.GetByText("Miles Davis – So What").WaitForAsync();

        server.Jazz.Switch(new TrackInfo("Naima", "John Coltrane"));
        using var listener = new TcpClient();
        await listener.ConnectAsync(server.EndPoint, HangLimit);
        await listener.GetStream().WriteAsync("GET /jazz.wav HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), HangLimit);

        await jazz.GetByText("John Coltrane – Naima").WaitForAsync();
        await jazz.GetByText("Live · 1 listener").WaitForAsync();
        await jazz.GetByRole(AriaRole.Link).ClickAsync();
        await jazz.GetByText("Before: Miles Davis – So What").WaitForAsync();
    }

    [Fact]
    public async Task A_link_to_one_station_opens_it_ready_to_play()
    {
        await Page.GotoAsync(server.Address + "#jazz");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Play jazz" }).ClickAsync();

        await Page.Locator(".dock[data-state=playing]").WaitForAsync();
        await Page.GetByText($"{server.Address}#jazz", new() { Exact = true }).WaitForAsync();
        Assert.Equal(1, await Page.Locator(".card").CountAsync());

        // A phone cannot use the loopback address of this machine, so the page shows no code for it.
        Assert.Equal(0, await Page.GetByAltText("QR code").CountAsync());
        string decode = "() => Object.assign(new Image(), { src: '/qr.svg?station=jazz' }).decode().then(() => true)";
        Assert.True(await Page.EvaluateAsync<bool>(decode));
        await Page.Locator(".dock").GetByRole(AriaRole.Button, new() { Name = "Stop jazz" }).ClickAsync();
        await Page.Locator(".dock").WaitForAsync(new() { State = WaitForSelectorState.Hidden });
    }

    [Fact]
    public async Task The_cover_of_what_plays_is_shown_on_the_page_and_in_the_controls_of_the_system()
    {
        Assert.True(CoverArt.TryCreate(Pictures.Shown, out CoverArt? art));
        await Page.GotoAsync(server.Address + "#jazz");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Play jazz" }).ClickAsync();
        await Page.Locator(".dock[data-state=playing]").WaitForAsync();

        server.Jazz.Switch(new TrackInfo("Blue in Green", "Bill Evans") { Art = art });

        string address = $"{server.Address}jazz/art/{art.Hash}";
        foreach (string place in (string[])[".card", ".dock"])
        {
            await Page.WaitForFunctionAsync($"() => document.querySelector('{place} .cover img')?.naturalWidth === 1");
            Assert.Equal(address, await Page.Locator($"{place} .cover img").EvaluateAsync<string>("image => image.src"));
        }

        await Page.WaitForFunctionAsync($"() => navigator.mediaSession.metadata?.artwork[0]?.src === '{address}'");
        Assert.Equal("playing", await Page.EvaluateAsync<string>("() => navigator.mediaSession.playbackState"));
        Assert.Empty(await Page.EvaluateAsync<string[]>("() => window.refused"));

        server.Jazz.Switch(new TrackInfo("So What", "Miles Davis"));
        await Page.WaitForFunctionAsync("() => !document.querySelector('.cover img')");
        await Page.WaitForFunctionAsync("() => navigator.mediaSession.metadata?.artwork.length === 0");
    }

    [Fact]
    public async Task All_works_with_the_keyboard_alone()
    {
        await Page.GotoAsync(server.Address);
        await Page.Locator(".search").WaitForAsync();

        await Page.Keyboard.PressAsync("/");
        await Page.Keyboard.TypeAsync("TONE-7");
        await Page.WaitForFunctionAsync("() => document.querySelectorAll('.card').length === 1");
        await Page.Keyboard.PressAsync("Tab");
        await Page.Keyboard.PressAsync("Tab");
        await Page.Keyboard.PressAsync("Enter");
        await Page.WaitForURLAsync("**/#tone-7");
        await Page.Keyboard.PressAsync("Space");
        await Page.Locator(".dock[data-state=playing]").WaitForAsync();
        await Page.Keyboard.PressAsync("Space");
        await Page.Locator(".dock").WaitForAsync(new() { State = WaitForSelectorState.Hidden });
        await Page.Keyboard.PressAsync("Escape");

        await Page.WaitForFunctionAsync("() => location.hash === ''");
    }

    [Fact]
    public async Task Hostile_titles_are_shown_and_not_run()
    {
        var dialogs = new List<string>();
        var errors = new List<string>();
        Page.Dialog += (_, dialog) => dialogs.Add(dialog.Message);
        Page.PageError += (_, error) => errors.Add(error);
        await Page.GotoAsync(server.Address);
        await Page.Locator("#station-evil").GetByText($"{PageServer.Hostile} – {PageServer.Hostile}").WaitForAsync();
        await Page.GetByRole(AriaRole.Button, new() { Name = "Play evil" }).ClickAsync();
        await Page.Locator(".dock[data-state=playing]").WaitForAsync();

        Assert.Empty(await Page.EvaluateAsync<string[]>("() => window.refused"));
        Assert.Empty(dialogs);
        Assert.Empty(errors);
        Assert.Equal(0, await Page.Locator("img[src=x], body script").CountAsync());
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 390)]
    public async Task Axe_finds_no_serious_fault(ColorScheme scheme, int width)
    {
        await Page.EmulateMediaAsync(new() { ColorScheme = scheme });
        await Page.SetViewportSizeAsync(width, 800);
        await Page.GotoAsync(server.Address);
        await Page.Locator("body.live").WaitForAsync();
        await CheckAsync();

        await Page.GotoAsync(server.Address + "#jazz");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Play jazz" }).ClickAsync();
        await Page.Locator(".dock[data-state=playing]").WaitForAsync();
        await Page.GetByRole(AriaRole.Button, new() { Name = "Sound and delay" }).ClickAsync();
        await CheckAsync();
    }

    private async Task CheckAsync()
    {
        AxeResult result = await Page.RunAxe();
        Assert.Empty(result.Violations.Where(static v => v.Impact is "serious" or "critical")
            .Select(static v => $"{v.Id}: {v.Help}: {string.Join("; ", v.Nodes.Select(static n => n.Html))}"));
    }
}
