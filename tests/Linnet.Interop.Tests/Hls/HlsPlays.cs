using Linnet.Interop.Tests.Page;
using Linnet.Interop.Tests.Page.Drivers;

namespace Linnet.Interop.Tests.Hls;

/// <summary>Players of one server, all at the same time: a segment takes four seconds for all of them.</summary>
public sealed class HlsPlays : IAsyncLifetime
{
    /// <summary>How much they play: more than three segments.</summary>
    internal static readonly TimeSpan Duration = TimeSpan.FromSeconds(13);

    private Task<ChromiumBrowser>? _browser;

    internal HlsServer Server { get; private set; } = null!;

    internal Task<byte[]> Flac { get; private set; } = null!;

    internal Task<float[]> Mp3 { get; private set; } = null!;

    internal Task<float[]> Opus { get; private set; } = null!;

    internal Task<float[]> Chosen { get; private set; } = null!;

    internal Task<float[]> GStreamer { get; private set; } = null!;

    internal Task<float[]> Browser { get; private set; } = null!;

    internal Task<float[]> BrowserOpus { get; private set; } = null!;

    /// <summary>What the parsers of players say.</summary>
    internal Task<string> Validated { get; private set; } = null!;

    internal Task Mp3Times { get; private set; } = null!;

    internal Task OpusTimes { get; private set; } = null!;

    internal Task FlacTimes { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await HlsServer.StartAsync();
        string address = Server.Address;
        Flac = HlsPlayers.FfmpegAsync(address + "noise/hls/flac.m3u8", Duration, "s16le");
        Mp3 = HlsPlayers.FfmpegAsync(address + "music/hls/mp3.m3u8", Duration);
        Opus = HlsPlayers.FfmpegAsync(address + "music/hls/opus.m3u8", Duration);
        Chosen = HlsPlayers.FfmpegAsync(address + "music/hls.m3u8", Duration);
        GStreamer = HlsPlayers.GStreamerAsync(address + "music/hls/mp3.m3u8", Duration);
        Browser = BrowseAsync("music/hls.m3u8");
        BrowserOpus = BrowseAsync("music/hls/opus.m3u8");
        Mp3Times = HlsTimes.AssertMp3Async(Server, "music/hls/mp3.m3u8", Music.Rate);
        OpusTimes = HlsTimes.AssertMp4Async(Server, "music/hls/opus.m3u8", Music.Rate);
        FlacTimes = HlsTimes.AssertMp4Async(Server, "noise/hls/flac.m3u8", Noise.Rate);
        Validated = ValidateAsync();

        // The test that looks at a player reports its failure.
        await Task.WhenAny(
            Task.WhenAll(Flac, Mp3, Opus, Chosen, GStreamer, Browser, BrowserOpus, Validated, Mp3Times, OpusTimes, FlacTimes));
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is { IsCompletedSuccessfully: true })
        {
            await (await _browser).DisposeAsync();
        }

        await Server.DisposeAsync();
    }

    private async Task<float[]> BrowseAsync(string playlist)
    {
        Npm.SkipIfMissing();
        ChromiumBrowser browser = await (_browser ??= ChromiumBrowser.StartAsync());
        HlsPage page = await HlsPage.PlayAsync(await browser.NewPageAsync(), Server, playlist);
        await page.Rendered.UntilAsync(Duration);
        await page.AssertPlayedAsync(Duration - TimeSpan.FromSeconds(3), mayWait: true);
        return page.Rendered.Channel(0);
    }

    private async Task<string> ValidateAsync()
    {
        Npm.SkipIfMissing();
        string[] playlists = ["music/hls.m3u8", "music/hls/mp3.m3u8", "music/hls/opus.m3u8", "noise/hls/flac.m3u8"];
        return await Tool.RunAsync(
            TimeSpan.FromSeconds(90), "node",
            [Path.Join(AppContext.BaseDirectory, "Hls", "validate.mjs"), Npm.Folder, .. playlists.Select(path => Server.Address + path)]);
    }
}
