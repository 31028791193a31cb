using System.Text.Json;
using Linnet.Interop.Tests.Soaks;

namespace Linnet.Interop.Tests.Page;

/// <summary>
/// What Chromium renders when a listener opens the page and presses play. Without a GPU a busy machine makes it skip a few frames, so a
/// part may differ; <see cref="BrowserMatrixTests"/> wants each block.
/// </summary>
[Collection(nameof(Alone))]
public sealed class ChromiumSoundTests(ChromiumSounds sounds) : IClassFixture<ChromiumSounds>
{
    private const int Seconds = 60;

    [Fact]
    public Task In_a_secure_context_it_plays_what_the_station_sends_by_WebCodecs() => AssertAsync(sounds.WebCodecs, "webcodecs", "opus");

    [Fact]
    public Task Without_HTTPS_it_plays_what_the_station_sends_as_PCM() => AssertAsync(sounds.Insecure, "pcm", "l16");

    [Fact]
    public Task In_an_audio_element_it_plays_what_the_station_sends() => AssertAsync(sounds.Element, "audio");

    [Fact]
    public async Task Lossless_sound_is_exact_to_the_bit_where_it_is_decoded_and_where_it_is_heard()
    {
        await LosslessMatch.AssertAsync(await sounds.Lossless, TimeSpan.FromSeconds(4));
    }

    private static async Task AssertAsync(Task<PlayedPage> sound, string path, string? rendition = null)
    {
        PlayedPage page = await sound;
        JsonElement statistics = await page.StatisticsAsync();
        Assert.Equal(path, statistics.GetProperty("path").GetString());
        Assert.Equal(rendition, statistics.TryGetProperty("rendition", out JsonElement name) ? name.GetString() : null);
        var match = new MusicMatch(page.Rendered.Channel(0), 0, Seconds);
        Assert.True(match.Likeness > 0.98 && match.Quietest > -26 && match.Loudest < 20, match.ToString());
    }
}
