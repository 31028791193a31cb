using Linnet.Audio;
using Linnet.Codecs.Flac;
using Linnet.Tests.Audio;
using Linnet.Wire.Flac;

namespace Linnet.Tests.Codecs.Flac;

public class FlacEncoderTests
{
    [Theory]
    [InlineData(44_100, 1, 16)]
    [InlineData(44_100, 2, 16)]
    [InlineData(48_000, 2, 24)]
    [InlineData(96_000, 6, 24)]
    [InlineData(48_000, 8, 16)]
    [InlineData(8_000, 3, 16)]
    [InlineData(192_000, 2, 24)]
    [InlineData(383_999, 1, 24)]
    public void Sound_survives_a_round_trip_bit_for_bit(int rate, int channels, int bits)
    {
        const int Frames = 20_001;
        using var encoder = new FlacEncoder(new AudioFormat(rate, channels), bits);
        float[] sound = Integers(Frames * channels, bits);

        Encoded encoded = Encoded.By(encoder, sound);

        Assert.Equal(Frames, encoded.Frames.Sum());
        Assert.All(encoded.Frames.SkipLast(1), frames => Assert.Equal(encoder.FramesPerPacket, frames));
        Assert.Equal(sound, Encoded.Decode(FileOf(encoder, encoded)));
    }

    [Fact]
    public void Silence_and_the_loudest_noise_survive_a_round_trip()
    {
        using var encoder = new FlacEncoder(new AudioFormat(44_100, 2), 16);
        float[] sound = [.. new float[30_000], .. Enumerable.Range(0, 30_000).Select(static i => (i & 1) == 0 ? -1f : 32767 / 32768f)];

        Encoded encoded = Encoded.By(encoder, sound);

        Assert.Equal(sound, Encoded.Decode(FileOf(encoder, encoded)));
        Assert.All(encoded.Packets, packet => Assert.InRange(packet.Length, 1, encoder.MaxPacketLength));
    }

    [Theory]
    [InlineData(2_000)]
    [InlineData(8_000)]
    [InlineData(44_100)]
    [InlineData(48_000)]
    [InlineData(96_000)]
    [InlineData(384_000)]
    public void A_packet_lasts_a_tenth_of_a_second_at_most(int rate)
    {
        using var encoder = new FlacEncoder(new AudioFormat(rate, 1), 16);

        Assert.InRange(encoder.FramesPerPacket / (double)rate, 0.001, 0.1);
        Assert.True(encoder.FramesPerBlock * 8 <= encoder.FramesPerPacket);
    }

    [Fact]
    public void A_packet_is_complete_soon_after_its_last_frame()
    {
        using var encoder = new FlacEncoder(new AudioFormat(48_000, 1), 16);
        float[] block = Integers(encoder.FramesPerBlock, 16);
        byte[] packet = new byte[encoder.MaxPacketLength];
        int blocks = 0;
        int length;
        do
        {
            encoder.Encode(block, packet);
            blocks++;
        }
        while (!encoder.TryTake(packet, out length, out _));

        Assert.InRange(blocks * encoder.FramesPerBlock, encoder.FramesPerPacket, encoder.FramesPerPacket + encoder.FramesPerBlock);
    }

    [Fact]
    public void The_header_describes_the_stream()
    {
        using var encoder = new FlacEncoder(new AudioFormat(48_000, 2), 24);

        ReadOnlySpan<byte> block = Assert.Single(encoder.Headers).Span;

        Assert.True(FlacBlockHeader.TryParse(block, out FlacBlockHeader header));
        Assert.Equal(new FlacBlockHeader(FlacBlockType.StreamInfo, IsLast: false, FlacStreamInfo.BlockLength), header);
        Assert.True(FlacStreamInfo.TryParse(block[FlacBlockHeader.Length..], out FlacStreamInfo? info));
        Assert.Equal(new FlacStreamInfo(encoder.Format, 24, 4096, 4096), info);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(20)]
    [InlineData(32)]
    public void Other_bit_depths_are_refused(int bits) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new FlacEncoder(new AudioFormat(48_000, 2), bits));

    private static byte[] FileOf(FlacEncoder encoder, Encoded encoded)
    {
        byte[] info = encoder.Headers[0].ToArray();
        info[0] |= 0x80;
        return [.. FlacBlockHeader.Marker, .. info, .. encoded.Bytes];
    }

    /// <summary>Sound with a shape that uses every bit.</summary>
    private static float[] Integers(int samples, int bits)
    {
        float scale = 1 << (bits - 1);
        float[] noise = Signals.Noise(samples, seed: 7, amplitude: 0.05f);
        return [.. noise.Select((sample, i) => MathF.Round((sample + (0.8f * MathF.Sin(i * 0.01f))) * scale) / scale)];
    }
}
