using System.Buffers;
using Linnet.Wire.Tags;

namespace Linnet.Tests.Wire.Tags;

public class Id3TimestampTests
{
    [Fact]
    public void The_tag_of_a_segment_is_written_byte_for_byte()
    {
        string owner = Convert.ToHexString("com.apple.streaming.transportStreamTimestamp"u8);

        byte[] tag = Write(0x1_2345_6789);

        Assert.Equal("494433" + "040000" + "0000003F" + "50524956" + "00000035" + "0000" + owner + "00" + "0000000123456789",
            Convert.ToHexString(tag));
        Assert.Equal(Id3Timestamp.Length, tag.Length);
    }

    [Theory]
    [InlineData((1L << 33) - 1, "00000001FFFFFFFF")]
    [InlineData(1L << 33, "0000000000000000")]
    [InlineData((5L << 33) + 90_000, "0000000000015F90")]
    [InlineData(-1, "00000001FFFFFFFF")]
    public void The_time_wraps_after_33_bits(long time, string written) =>
        Assert.EndsWith(written, Convert.ToHexString(Write(time)), StringComparison.Ordinal);

    [Fact]
    public void Tag_readers_find_the_frame()
    {
        ReadOnlySpan<byte> rest = Id3Tag.FramesOf(Write(1), out int version);

        Assert.True(Id3Tag.TryTakeFrame(ref rest, version, out ReadOnlySpan<byte> id, out ReadOnlySpan<byte> body));
        Assert.Equal(("PRIV", 53, 0), (System.Text.Encoding.ASCII.GetString(id), body.Length, rest.Length));
    }

    private static byte[] Write(long time)
    {
        var output = new ArrayBufferWriter<byte>();
        Id3Timestamp.Write(time, output);
        return output.WrittenSpan.ToArray();
    }
}
