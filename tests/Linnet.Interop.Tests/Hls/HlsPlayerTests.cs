using System.Runtime.InteropServices;
using Linnet.Interop.Tests.Page;

namespace Linnet.Interop.Tests.Hls;

/// <summary>What other programs play over HLS. <see cref="HlsSoakTests"/> listens for longer, and in more browsers.</summary>
public sealed class HlsPlayerTests(HlsPlays plays) : IClassFixture<HlsPlays>
{
    private const int Seconds = 60;

    [Fact]
    public async Task Ffmpeg_decodes_flac_bit_for_bit_across_segments()
    {
        short[] heard = MemoryMarshal.Cast<byte, short>(await plays.Flac).ToArray();
        Assert.Equal(HlsPlays.Duration.TotalSeconds * Noise.Rate, heard.Length / 2);

        long from = Enumerable.Range(0, Seconds * Noise.Rate).First(position => IsNoise(heard.AsSpan(0, 32), position));
        Assert.True(IsNoise(heard, from), "Some frames are not what was sent.");
    }

    [Fact]
    public async Task Ffmpeg_plays_mp3_without_a_click_between_segments() => AssertWhole(await plays.Mp3);

    [Fact]
    public async Task Ffmpeg_plays_opus_without_a_click_between_segments() => AssertWhole(await plays.Opus);

    /// <summary>It opens all of them, and counts the time from where the first begins.</summary>
    [Fact]
    public async Task Ffmpeg_plays_one_of_the_renditions_that_the_station_offers() => AssertWhole(await plays.Chosen, seconds: 5);

    [Fact]
    public async Task GStreamer_plays_mp3_without_a_click_between_segments() => AssertWhole(await plays.GStreamer);

    [Fact]
    public async Task Hls_js_in_Chromium_plays_the_station() => AssertHeard(await plays.Browser);

    [Fact]
    public async Task Hls_js_in_Chromium_plays_opus() => AssertHeard(await plays.BrowserOpus);

    [Fact]
    public async Task Parsers_of_players_accept_playlists_and_segments()
    {
        string told = await plays.Validated;

        Assert.Matches("/hls.m3u8: .*mp4a.40.34.* Opus", told);
        Assert.Matches("opus.m3u8: Opus, [0-9]+ segments", told);
        Assert.Matches("flac.m3u8: fLaC, [0-9]+ segments", told);
    }

    [Fact]
    public Task Mp3_segments_begin_where_their_number_says_and_the_one_before_ended() => plays.Mp3Times;

    [Fact]
    public Task Opus_segments_begin_where_their_number_says_and_the_one_before_ended() => plays.OpusTimes;

    [Fact]
    public Task Flac_segments_begin_where_their_number_says_and_the_one_before_ended() => plays.FlacTimes;

    private static bool IsNoise(ReadOnlySpan<short> samples, long position)
    {
        for (int i = 0; i < samples.Length; i++)
        {
            if (samples[i] / 32768f != Noise.At(position + (i / 2), i % 2))
            {
                return false;
            }
        }

        return true;
    }

    private static void AssertWhole(float[] heard, int seconds = 12)
    {
        Assert.True(heard.Length > seconds * Music.Rate, $"Only {heard.Length} frames.");
        PlayedPage.AssertMusic(heard, Seconds);
    }

    /// <summary>Without a GPU a busy machine makes Chromium skip a few frames, so a part may differ.</summary>
    private static void AssertHeard(float[] heard)
    {
        var match = new MusicMatch(heard, 0, Seconds);
        Assert.True(match.FirstBlock >= 0 && match.Strangers <= match.Lags.Length / 20 && match.Likeness > 0.98, match.ToString());
    }
}
