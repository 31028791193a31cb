using Linnet.Wire.Mpeg;

namespace Linnet.Tests.Wire.Mpeg;

public class MpegHeaderTests
{
    [Theory]
    [InlineData("FFFB9064", MpegVersion.Mpeg1, 3, 128_000, 44_100, 2, 417, 1152, 32)]
    [InlineData("FFFB9264", MpegVersion.Mpeg1, 3, 128_000, 44_100, 2, 418, 1152, 32)]
    [InlineData("FFFAE4C4", MpegVersion.Mpeg1, 3, 320_000, 48_000, 1, 960, 1152, 17)]
    [InlineData("FFF384C4", MpegVersion.Mpeg2, 3, 64_000, 24_000, 1, 192, 576, 9)]
    [InlineData("FFE318C4", MpegVersion.Mpeg25, 3, 8_000, 8_000, 1, 72, 576, 9)]
    [InlineData("FFFDE804", MpegVersion.Mpeg1, 2, 384_000, 32_000, 2, 1728, 1152, 32)]
    [InlineData("FFE5EA04", MpegVersion.Mpeg25, 2, 160_000, 8_000, 2, 2881, 1152, 17)]
    [InlineData("FFFFE204", MpegVersion.Mpeg1, 1, 448_000, 44_100, 2, 488, 384, 32)]
    internal void A_header_gives_the_length_of_its_frame(
        string hex, MpegVersion version, int layer, int bitRate, int rate, int channels, int length, int frames, int sideInfo)
    {
        Assert.True(MpegHeader.TryParse(Convert.FromHexString(hex), out MpegHeader header));
        Assert.Equal(
            (version, layer, bitRate, rate, channels), (header.Version, header.Layer, header.BitRate, header.SampleRate, header.Channels));
        Assert.Equal((length, frames, sideInfo), (header.FrameLength, header.Frames, header.SideInfoLength));
        Assert.True(header.FrameLength <= MpegHeader.MaxFrameLength);
    }

    [Theory]
    [InlineData("FFFB90", "three bytes")]
    [InlineData("FEFB9064", "no sync")]
    [InlineData("FF1B9064", "eight bits of sync")]
    [InlineData("FFEB9064", "the reserved version")]
    [InlineData("FFF99064", "no layer, so AAC")]
    [InlineData("FFFB0064", "a free bit rate")]
    [InlineData("FFFBF064", "the forbidden bit rate")]
    [InlineData("FFFB9C64", "the reserved sample rate")]
    [InlineData("FFFB9066", "the reserved emphasis")]
    public void An_invalid_header_is_refused(string hex, string why) =>
        Assert.False(MpegHeader.TryParse(Convert.FromHexString(hex), out _), why);

    [Fact]
    public void Every_accepted_header_has_a_usable_frame_length()
    {
        byte[] bytes = [0xFF, 0, 0, 0];
        for (int i = 0; i < 1 << 24; i++)
        {
            (bytes[1], bytes[2], bytes[3]) = ((byte)i, (byte)(i >> 8), (byte)(i >> 16));
            if (MpegHeader.TryParse(bytes, out MpegHeader header))
            {
                Assert.True(header.FrameLength is >= 24 and <= MpegHeader.MaxFrameLength);
            }
        }
    }

    [Theory]
    [InlineData("FFF15080 0BBFFC", "44.1 kHz")]
    [InlineData("FFF94C40 0BBFFD", "48 kHz, MPEG-2")]
    public void An_adts_header_is_found(string hex, string what) =>
        Assert.True(AdtsHeader.IsAt(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal))), what);

    [Fact]
    public void An_adts_header_that_was_written_is_read()
    {
        byte[] header = new byte[AdtsHeader.Length];
        AdtsHeader.Write(header, 44_100, 2, 86);

        // As ffmpeg writes it.
        Assert.Equal(Convert.FromHexString("FFF150800BBFFC"), header);
        foreach (int rate in AdtsHeader.SampleRates)
        {
            foreach (int length in (int[])[0, 1, 500, AdtsHeader.MaxFrameLength - AdtsHeader.Length])
            {
                AdtsHeader.Write(header, rate, 1, length);

                Assert.True(AdtsHeader.TryParse(header, out int start, out int frame, out int packets));
                Assert.Equal((AdtsHeader.Length, length + AdtsHeader.Length, 1), (start, frame, packets));
            }
        }
    }

    [Fact]
    public void The_checksum_and_the_packets_of_an_adts_frame_are_counted()
    {
        Assert.True(AdtsHeader.TryParse(Convert.FromHexString("FFF050800BBFFE"), out int start, out int frame, out int packets));

        Assert.Equal((9, 93, 3), (start, frame, packets));
    }

    [Fact]
    public void What_adts_cannot_say_is_not_written()
    {
        byte[] header = new byte[AdtsHeader.Length];

        Assert.Throws<ArgumentOutOfRangeException>(() => AdtsHeader.Write(header, 44_101, 2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => AdtsHeader.Write(header, 44_100, 3, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => AdtsHeader.Write(header, 44_100, 2, AdtsHeader.MaxFrameLength));
    }

    [Theory]
    [InlineData("FFF15080 0BBF", "six bytes")]
    [InlineData("FFFB5080 0BBFFC", "MP3")]
    [InlineData("FFF17880 0BBFFC", "a reserved sample rate")]
    [InlineData("FFF15080 00BFFC", "shorter than itself")]
    [InlineData("FFF05080 00FFFC", "no room for its sum")]
    public void An_invalid_adts_header_is_refused(string hex, string why) =>
        Assert.False(AdtsHeader.IsAt(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal))), why);
}
