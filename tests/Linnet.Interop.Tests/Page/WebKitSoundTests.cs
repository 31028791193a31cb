using Linnet.Interop.Tests.Devices;
using Linnet.Interop.Tests.Page.Drivers;
using Linnet.Interop.Tests.Soaks;

namespace Linnet.Interop.Tests.Page;

/// <summary>What WebKitGTK renders when a listener opens the page and presses play.</summary>
[Collection(nameof(Alone))]
public sealed class WebKitSoundTests(PulseServer pulse) : IClassFixture<PulseServer>
{
    [Fact]
    public async Task It_plays_what_the_station_sends()
    {
        await using SoundServer server = await SoundServer.StartAsync();
        await using WebKitBrowser browser = await WebKitBrowser.StartAsync(pulse);

        PlayedPage page = await PlayedPage.PlayAsync(browser, server.Address);
        await page.Rendered.UntilAsync(TimeSpan.FromSeconds(7));

        page.AssertMusic(seconds: 60);
    }
}
