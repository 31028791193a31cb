using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using Linnet.Interop.Tests.Devices;
using Linnet.Interop.Tests.Page.Drivers;
using Linnet.Interop.Tests.Soaks;

namespace Linnet.Interop.Tests.Page;

/// <summary>Each browser on each path, for half a minute.</summary>
[Collection(nameof(Alone))]
[Trait("Length", "Long")]
public sealed class BrowserMatrixTests(PulseServer pulse) : IClassFixture<PulseServer>
{
    private const int Most = 120;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("chromium", "webcodecs")]
    [InlineData("chromium", "pcm")]
    [InlineData("chromium", "audio")]
    [InlineData("firefox", "webcodecs")]
    [InlineData("firefox", "pcm")]
    [InlineData("firefox", "audio")]
    [InlineData("webkit", "webcodecs")]
    [InlineData("webkit", "pcm")]
    public async Task A_browser_plays_what_the_station_sends(string browser, string path)
    {
        await using SoundServer server = await SoundServer.StartAsync();
        await using AnyBrowser any = await AnyBrowser.StartAsync(browser, pulse);

        PlayedPage page = await PlayedPage.PlayAsync(any.Page, server.Address, path);
        await page.Rendered.UntilAsync(Duration);

        await AssertAsync(page, path);
    }

    [Theory]
    [InlineData("chromium")]
    [InlineData("firefox")]
    [InlineData("webkit")]
    public async Task Without_HTTPS_a_browser_plays_what_the_station_sends(string browser)
    {
        // WebKit resolves no invented name, but does not trust this machine's address in its network either.
        IPAddress? own = browser == "webkit" ? OwnAddress() : IPAddress.Loopback;
        Assert.SkipWhen(own is null, "This machine has no address but 127.0.0.1.");
        await using SoundServer server = await SoundServer.StartAsync(host: own.ToString());
        await using AnyBrowser any = await AnyBrowser.StartAsync(browser, pulse);

        PlayedPage page = await PlayedPage.PlayAsync(any.Page, browser == "webkit" ? server.Address : server.InsecureAddress);
        await page.Rendered.UntilAsync(Duration);

        Assert.Equal("false", await any.Page.EvaluateAsync("isSecureContext"));
        await AssertAsync(page, "pcm");
    }

    /// <summary>WebKit plays a stream in an element that no context can hear, so it is recorded where it is played.</summary>
    [Fact]
    public async Task In_an_audio_element_WebKit_plays_what_the_station_sends()
    {
        await using SoundServer server = await SoundServer.StartAsync();
        await using AnyBrowser any = await AnyBrowser.StartAsync("webkit", pulse);

        PlayedPage page = await PlayedPage.PlayAsync(any.Page, server.Address, "audio");
        await page.UntilAsync("document.querySelector('.dock[data-state=playing]')");
        using MonitorRecording recording = await MonitorRecording.StartAsync(
            pulse, PulseServer.Sink, TestContext.Current.CancellationToken);
        await Task.Delay(Duration, TimeProvider.System, TestContext.Current.CancellationToken);

        ReadOnlySpan<float> samples = MemoryMarshal.Cast<byte, float>(await recording.StopAsync());
        float[] left = new float[(int)Duration.TotalSeconds * PulseServer.SampleRate];
        for (int i = 0; i < left.Length && 2 * i < samples.Length; i++)
        {
            left[i] = samples[2 * i];
        }

        PlayedPage.AssertMusic(left, Most);
    }

    [Theory]
    [InlineData("chromium")]
    [InlineData("firefox")]
    [InlineData("webkit")]
    public async Task Lossless_sound_is_exact_to_the_bit(string browser)
    {
        await using SoundServer server = await SoundServer.StartAsync();
        await using AnyBrowser any = await AnyBrowser.StartAsync(browser, pulse);

        PlayedPage page = await PlayedPage.PlayEmbeddedAsync(
            any.Page, server.Address, """{"station":"noise","rendition":"flac","drift":false,"profile":"robust"}""");
        await page.Rendered.UntilAsync(Duration);

        await LosslessMatch.AssertAsync(page, Duration - TimeSpan.FromSeconds(3));
    }

    private static async Task AssertAsync(PlayedPage page, string path)
    {
        JsonElement statistics = await page.StatisticsAsync();
        Assert.Equal(path, statistics.GetProperty("path").GetString());
        page.AssertMusic(Most);
    }

    private static IPAddress? OwnAddress() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(static one => one.OperationalStatus == OperationalStatus.Up)
        .SelectMany(static one => one.GetIPProperties().UnicastAddresses)
        .Select(static one => one.Address)
        .FirstOrDefault(static one => one.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(one));
}
