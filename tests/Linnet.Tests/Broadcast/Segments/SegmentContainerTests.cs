using System.Buffers;
using System.Buffers.Binary;
using Linnet.Broadcast;
using Linnet.Broadcast.Segments;
using Linnet.Codecs;

namespace Linnet.Tests.Broadcast.Segments;

public class SegmentContainerTests
{
    private const int Rate = 48_000;

    [Theory]
    [InlineData(0)]
    [InlineData(-1105)]
    [InlineData(4 * Rate)]
    [InlineData(100_000L * Rate)]
    public void The_same_moment_has_the_same_time_whatever_the_encoders_delay(long position)
    {
        Assert.Equal((position + Rate) * 90_000 / Rate & ((1L << 33) - 1), Mp3Time(position, delay: 1105));
        Assert.Equal(position + Rate, Mp4Time(SegmentType.Opus, "opus", position, delay: 312));
        Assert.Equal(position + Rate, Mp4Time(SegmentType.Aac, "aac", position, delay: 1024));
    }

    private static long Mp3Time(long position, int delay) =>
        BinaryPrimitives.ReadInt64BigEndian(Write(SegmentType.Mp3, "mp3", position, delay).AsSpan(65));

    private static long Mp4Time(SegmentType type, string codec, long position, int delay)
    {
        byte[] bytes = Write(type, codec, position, delay);
        return BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(bytes.AsSpan().IndexOf("tfdt"u8) + 8));
    }

    private static byte[] Write(SegmentType type, string codec, long position, int delay)
    {
        var info = new RenditionInfo("jazz", codec, new PayloadFormat(codec, Rate, 2), 960, 128_000, Rings.Stream) { Delay = delay };
        var output = new ArrayBufferWriter<byte>();
        type.CreateContainer(info).Write(1, [new PacketItem(null, 0, position, 960, false, 0, [1, 2, 3])], output);
        return output.WrittenSpan.ToArray();
    }
}
