using Linnet.Audio;
using Linnet.Wire.Flac;
using Linnet.Wire.Mp4;
using Linnet.Wire.Ogg;

namespace Linnet.Tests.Wire.Mp4;

public class Mp4AudioTrackTests
{
    [Fact]
    public void Opus_is_configured_as_in_Ogg_but_big_endian()
    {
        Mp4AudioTrack track = Mp4AudioTrack.Opus(new OpusHead(2, 312, 44_100, -256));

        Assert.Equal("00000013" + "644F7073" + "00" + "02" + "0138" + "0000AC44" + "FF00" + "00", Hex(track));
        Assert.Equal(("Opus", 48_000, 2, 16, "Opus"),
            (track.SampleEntry, track.TimeScale, track.Channels, track.SampleSize, track.Codecs));
    }

    [Fact]
    public void Surround_Opus_keeps_its_mapping_of_channels()
    {
        byte[] first = [.. "OpusHead"u8, 1, 6, 0, 0, 0, 0, 0, 0, 0, 0, 1, 4, 2, 0, 4, 1, 2, 3, 5];
        Assert.True(OpusHead.TryParse(first, out OpusHead? head));

        Assert.EndsWith("01" + "04" + "02" + "000401020305", Hex(Mp4AudioTrack.Opus(head)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(960, -4)]
    [InlineData(240, -16)]
    [InlineData(480, -8)]
    [InlineData(2880, -2)]
    [InlineData(5760, -1)]
    public void An_Opus_decoder_starts_80_ms_before_the_packet_to_play(int framesPerPacket, int packets) =>
        Assert.Equal(packets, Mp4AudioTrack.Opus(new OpusHead(2, 0), framesPerPacket).RollDistance);

    [Fact]
    public void FLAC_is_configured_by_its_stream_info_marked_as_the_last_block()
    {
        byte[] block = new FlacStreamInfo(new AudioFormat(96_000, 6), 24, 4096, 4096).ToBlock(isLast: false);

        Mp4AudioTrack track = Mp4AudioTrack.Flac(block);

        Assert.Equal("00000032" + "64664C61" + "00000000" + "80000022" + Convert.ToHexString(block.AsSpan(4)), Hex(track));
        Assert.Equal(("fLaC", 96_000, 6, 24, "fLaC", 0),
            (track.SampleEntry, track.TimeScale, track.Channels, track.SampleSize, track.Codecs, (int)track.RollDistance));
        Assert.Equal(Hex(track), Hex(Mp4AudioTrack.Flac((byte[])[0x80, .. block.AsSpan(1), 1, 2, 3])));
    }

    [Fact]
    public void FLAC_without_valid_stream_info_is_refused()
    {
        byte[] block = new FlacStreamInfo(new AudioFormat(44_100, 2), 16, 4096, 4096).ToBlock(isLast: false);

        Assert.Throws<ArgumentException>(() => Mp4AudioTrack.Flac(block.AsMemory(0, block.Length - 1)));
        Assert.Throws<ArgumentException>(() => Mp4AudioTrack.Flac(block.AsMemory(4)));
        Assert.Throws<ArgumentException>(() => Mp4AudioTrack.Flac((byte[])[4, .. block.AsSpan(1)]));
        Assert.Throws<ArgumentException>(() => Mp4AudioTrack.Flac(default));
    }

    // The configuration has 5 bits for AAC-LC (2), 4 for the number of the rate and 4 for the channels.
    [Theory]
    [InlineData(44_100, 2, "1210")]
    [InlineData(48_000, 1, "1188")]
    [InlineData(96_000, 6, "1030")]
    [InlineData(7_350, 2, "1610")]
    public void AAC_is_configured_by_descriptors(int rate, int channels, string configuration)
    {
        Mp4AudioTrack track = Mp4AudioTrack.Aac(rate, channels);

        Assert.Equal(
            "00000027" + "65736473" + "00000000" + "0319" + "000000" + "0411" + "4015" + "0000000000000000000000" + "0502" + configuration
                + "060102",
            Hex(track));
        Assert.Equal(("mp4a", rate, channels, 16, "mp4a.40.2"),
            (track.SampleEntry, track.TimeScale, track.Channels, track.SampleSize, track.Codecs));
    }

    [Theory]
    [InlineData(44_101, 2)]
    [InlineData(192_000, 2)]
    [InlineData(44_100, 0)]
    [InlineData(44_100, 7)]
    public void AAC_that_has_no_number_for_its_rate_or_channels_is_refused(int rate, int channels) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Mp4AudioTrack.Aac(rate, channels));

    private static string Hex(Mp4AudioTrack track) => Convert.ToHexString(track.Configuration.Span);
}
