using Linnet.Interop.Tests.Soaks;

namespace Linnet.Interop.Tests.Page;

/// <summary>What Firefox and WebKitGTK render when a listener opens the page and presses play.</summary>
[Collection(nameof(Alone))]
[Trait("Length", "Long")]
public sealed class OtherSoundTests(OtherSounds sounds) : IClassFixture<OtherSounds>
{
    private const int Seconds = 60;

    [Fact]
    public async Task Firefox_plays_what_the_station_sends() => await AssertAsync(await sounds.Firefox);

    [Fact]
    public async Task WebKit_plays_what_the_station_sends() => await AssertAsync(await sounds.WebKit);

    private static async Task AssertAsync(PlayedPage page)
    {
        Assert.Equal("webcodecs", (await page.StatisticsAsync()).GetProperty("path").GetString());
        page.AssertMusic(Seconds);
    }
}
