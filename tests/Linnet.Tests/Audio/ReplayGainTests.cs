using Linnet.Audio;

namespace Linnet.Tests.Audio;

public class ReplayGainTests
{
    [Theory]
    [InlineData("REPLAYGAIN_TRACK_GAIN", "-7.03 dB", -7.03f)]
    [InlineData("replaygain_track_gain", "+1.5db", 1.5f)]
    [InlineData("ReplayGain_Track_Gain", " 2,25 dB ", 2.25f)]
    [InlineData("REPLAYGAIN_TRACK_GAIN", "-3", -3f)]
    [InlineData("R128_TRACK_GAIN", "-1536", -1f)]
    [InlineData("R128_TRACK_GAIN", "0", 5f)]
    public void A_gain_is_read_as_taggers_write_it(string name, string value, float decibels) =>
        Assert.Equal(decibels, ReplayGain.None.With(name, value).TrackGain!.Value, 0.001f);

    [Theory]
    [InlineData("REPLAYGAIN_TRACK_GAIN", "")]
    [InlineData("REPLAYGAIN_TRACK_GAIN", "loud")]
    [InlineData("REPLAYGAIN_TRACK_GAIN", "dB")]
    [InlineData("REPLAYGAIN_TRACK_GAIN", "NaN")]
    [InlineData("REPLAYGAIN_TRACK_GAIN", "-Infinity dB")]
    [InlineData("REPLAYGAIN_TRACK_GAIN", "1e38 dB")]
    [InlineData("REPLAYGAIN_TRACK_GAIN", "61 dB")]
    [InlineData("REPLAYGAIN_TRACK_PEAK", "-0.5")]
    [InlineData("REPLAYGAIN_TRACK_PEAK", "17")]
    [InlineData("R128_TRACK_GAIN", "-7.03 dB")]
    [InlineData("R128_TRACK_GAIN", "40000")]
    [InlineData("TITLE", "-7 dB")]
    public void Nonsense_is_ignored(string name, string value) => Assert.Equal(ReplayGain.None, ReplayGain.None.With(name, value));

    [Fact]
    public void A_very_long_value_is_ignored() =>
        Assert.Equal(ReplayGain.None, ReplayGain.None.With("REPLAYGAIN_TRACK_GAIN", new string('1', 100_000)));

    [Theory]
    [InlineData(-6.0206f, 0.9f, 0.5f)]
    [InlineData(6.0206f, 0.25f, 2f)]
    [InlineData(6.0206f, 0.8f, 1.25f)]
    [InlineData(6.0206f, null, 1f)]
    [InlineData(-6.0206f, null, 0.5f)]
    [InlineData(-1f, 2f, 0.5f)]
    [InlineData(50f, 0f, Gain.Max)]
    public void No_gain_raises_the_peak_above_full_scale(float decibels, float? peak, float factor) =>
        Assert.Equal(factor, new ReplayGain(decibels, peak).Factor, 0.001f);

    [Fact]
    public void The_album_gain_applies_if_the_track_has_none()
    {
        var album = new ReplayGain(AlbumGain: -6.0206f, AlbumPeak: 1);

        Assert.Equal(0.5f, album.Factor, 0.001f);
        Assert.Equal(0.25f, new ReplayGain(TrackGain: -12.0412f).Or(album).Factor, 0.001f);
        Assert.Equal(1, ReplayGain.None.Factor);
    }
}
