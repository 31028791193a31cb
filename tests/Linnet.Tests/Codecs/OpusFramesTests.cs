using Linnet.Codecs.Opus;
using Linnet.Tests.Wire;

namespace Linnet.Tests.Codecs;

/// <summary>The frames within a packet. Sizes are those of RFC 6716 §3.2 and appendix B.</summary>
public class OpusFramesTests
{
    [Theory]
    [InlineData("F8", false, "0", 1)]
    [InlineData("F8 AA BB", false, "2", 3)]
    [InlineData("F9 AA BB", false, "1 1", 3)]
    [InlineData("F9", false, "0 0", 1)]
    [InlineData("FA 01 AA BB CC", false, "1 2", 5)]
    [InlineData("FB 02 AA BB", false, "1 1", 4)]
    [InlineData("FB 83 01 00 AA BB", false, "1 0 1", 6)]
    [InlineData("FB 42 03 AA BB 00 00 00", false, "1 1", 8)]
    [InlineData("FB C2 01 01 AA BB 00", false, "1 1", 7)]
    [InlineData("F8 01 AA EE EE", true, "1", 3)]
    [InlineData("F9 01 AA BB EE", true, "1 1", 4)]
    [InlineData("FA 01 02 AA BB CC EE", true, "1 2", 6)]
    [InlineData("FB 02 01 AA BB EE", true, "1 1", 5)]
    [InlineData("FB C2 01 01 02 AA BB CC 00 EE", true, "1 2", 9)]
    public void A_packet_has_its_frames(string hex, bool isDelimited, string lengths, int length)
    {
        byte[] packet = Bytes(hex);
        Range[] frames = new Range[OpusFrames.Most];

        Assert.True(OpusFrames.TryParse(packet, isDelimited, frames, out int count, out int whole));
        Assert.Equal(lengths, string.Join(' ', frames.Take(count).Select(frame => packet[frame].Length)));
        Assert.Equal(length, whole);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("F9 AA", false)] // two equal frames of half a byte
    [InlineData("FA 02 AA", false)]
    [InlineData("FA FC", false)]
    [InlineData("FB", false)]
    [InlineData("FB 00 AA", false)] // no frames
    [InlineData("FB 07 01 02 03 04 05 06 07", false)] // 140 ms
    [InlineData("FB 42 03 AA", false)] // more padding than bytes
    [InlineData("FB 42 FF", false)]
    [InlineData("FB 02 AA", false)]
    [InlineData("F8", true)]
    [InlineData("F8 02 AA", true)]
    [InlineData("FA 01 AA", true)]
    public void An_invalid_packet_has_none(string hex, bool isDelimited) =>
        Assert.False(OpusFrames.TryParse(Bytes(hex), isDelimited, new Range[OpusFrames.Most], out _, out _));

    [Fact]
    public void A_frame_of_more_than_1275_bytes_is_invalid()
    {
        byte[] packet = new byte[1277];
        Assert.False(OpusFrames.TryParse(packet, false, new Range[OpusFrames.Most], out _, out _));
        Assert.True(OpusFrames.TryParse(packet.AsSpan(1), false, new Range[OpusFrames.Most], out _, out _));
    }

    [Fact]
    public void Nothing_that_a_peer_sends_throws()
    {
        var noise = new Noise(6717);
        byte[][] samples = [Bytes("FB C2 01 01 02 AA BB CC 00 EE"), Bytes("FA 01 02 AA BB CC EE"), Bytes("FB 42 FF 03 AA BB 00 00 00")];
        Range[] frames = new Range[OpusFrames.Most];
        int valid = 0;
        for (int i = 0; i < 100_000; i++)
        {
            byte[] packet = noise.Mutation(samples);
            if (OpusFrames.TryParse(packet, i % 2 == 0, frames, out int count, out int length))
            {
                valid++;
                Assert.InRange(length, 1, packet.Length);
                Assert.InRange(count, 1, OpusFrames.Most);
                Assert.All(frames.Take(count), frame => Assert.InRange(packet[frame].Length, 0, OpusFrames.LongestFrame));
            }
        }

        Assert.InRange(valid, 10_000, 90_000);
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
