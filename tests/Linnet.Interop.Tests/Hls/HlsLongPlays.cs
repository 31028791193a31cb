using System.Collections.Concurrent;
using Linnet.Interop.Tests.Devices;
using Linnet.Interop.Tests.Page;
using Linnet.Interop.Tests.Page.Drivers;

namespace Linnet.Interop.Tests.Hls;

/// <summary>Players that all play one server for ten minutes.</summary>
public sealed class HlsLongPlays : IAsyncLifetime
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Duration = 10 * Minute;

    private readonly PulseServer _pulse = new();
    private readonly ConcurrentBag<AnyBrowser> _browsers = [];
    private readonly Dictionary<string, Task> _plays = [];
    private HlsServer? _server;

    /// <summary>The end of one of them: it fails unless all was heard.</summary>
    public Task EndAsync(string player) => _plays[player];

    public async ValueTask InitializeAsync()
    {
        await _pulse.InitializeAsync();
        _server = await HlsServer.StartAsync();
        string mp3 = _server.Address + "music/hls/mp3.m3u8";
        _plays["ffmpeg"] = AssertWholeAsync(HlsPlayers.FfmpegAsync(mp3, Duration));
        _plays["ffmpeg opus"] = AssertWholeAsync(HlsPlayers.FfmpegAsync(_server.Address + "music/hls/opus.m3u8", Duration));
        _plays["gstreamer"] = AssertWholeAsync(HlsPlayers.GStreamerAsync(mp3, Duration));
        foreach (string browser in (string[])["chromium", "firefox", "webkit"])
        {
            _plays[browser] = BrowseAsync(browser);
        }

        // The test that looks at a player reports its failure.
        await Task.WhenAny(Task.WhenAll(_plays.Values));
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

    private async Task BrowseAsync(string name)
    {
        Npm.SkipIfMissing();
        AnyBrowser browser = await AnyBrowser.StartAsync(name, _pulse);
        _browsers.Add(browser);
        HlsPage page = await HlsPage.PlayAsync(browser.Page, _server!, "music/hls.m3u8");
        var match = new MinuteMatch();
        for (TimeSpan played = TimeSpan.Zero; played < Duration; played += Minute)
        {
            await page.Rendered.UntilAsync(Minute);
            match.Add(page.Rendered.Channel(0));
            page.Rendered.KeepLast(TimeSpan.Zero);
            await page.AssertPlayedAsync(played);
        }
    }

    private static async Task AssertWholeAsync(Task<float[]> playing)
    {
        float[] heard = await playing;
        Assert.True(heard.Length > (Duration.TotalSeconds - 1) * Music.Rate, $"Only {heard.Length} frames.");
        var match = new MinuteMatch();
        foreach (float[] minute in heard.Chunk((int)Minute.TotalSeconds * Music.Rate))
        {
            match.Add(minute);
        }

        Assert.True(match.Sharpest < MusicMatch.Click, $"There are clicks: {match.Sharpest:F2}");
    }

    /// <summary>Follows <see cref="Music"/> minute by minute, as one recording of all would need much memory.</summary>
    private sealed class MinuteMatch
    {
        // How old the station may be when a player begins, and how far a player may skip.
        private const int Before = 120;
        private const int Skip = 10;

        private long _from;

        /// <summary>The sharpest corner against that of the music.</summary>
        public double Sharpest { get; private set; }

        /// <summary>Fails unless the next minute is the music, except for a hundredth: a busy machine makes browsers skip frames.</summary>
        public void Add(float[] minute)
        {
            var match = new MusicMatch(minute, _from, Before + (minute.Length / Music.Rate));
            bool isMusic = match.LastBlock >= 0 && match.Strangers <= match.Lags.Length / 100 && match.Likeness > 0.98;
            Assert.True(isMusic, match.ToString());
            Sharpest = Math.Max(Sharpest, match.Sharpest);
            _from = Math.Max(0, match.Lags[match.LastBlock]!.Value + minute.Length - (Skip * Music.Rate));
        }
    }
}
