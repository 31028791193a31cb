using Linnet.Audio;
using Linnet.Codecs;
using Linnet.Codecs.Pcm;
using Linnet.Tests.Audio;

namespace Linnet.Tests.Codecs;

public class LinearPcmTests
{
    [Theory]
    [InlineData(48_000, 2, 16, 5, 240)]
    [InlineData(44_100, 2, 16, 5, 220)]     // 220.5: the packet time is a hint
    [InlineData(48_000, 2, 24, 5, 200)]     // 240 frames would be 1440 bytes
    [InlineData(96_000, 8, 24, 5, 50)]
    [InlineData(8_000, 1, 16, 20, 160)]
    [InlineData(384_000, 8, 24, 200, 50)]
    public void A_packet_holds_its_packet_time_or_at_most_1200_bytes(int rate, int channels, int bits, int packetMs, int frames)
    {
        using var encoder = new LinearPcmEncoder(new AudioFormat(rate, channels), bits, TimeSpan.FromMilliseconds(packetMs));

        Assert.Equal(frames, encoder.FramesPerPacket);
        Assert.Equal(frames * channels * bits / 8, encoder.MaxPacketLength);
        Assert.InRange(encoder.MaxPacketLength, 1, 1200);
        Assert.Equal(0, encoder.Delay);
        Assert.Equal(new PayloadFormat($"L{bits}", rate, channels), encoder.Payload);
    }

    [Theory]
    [InlineData(16, 1)]
    [InlineData(16, 2)]
    [InlineData(24, 6)]
    public void Integers_pass_bit_for_bit(int bits, int channels)
    {
        var format = new AudioFormat(48_000, channels);
        using var encoder = new LinearPcmEncoder(format, bits, TimeSpan.FromMilliseconds(5));
        using var decoder = new LinearPcmDecoder(format, bits);
        float scale = 1 << (bits - 1);
        float[] pcm = [.. Signals.Noise(encoder.FramesPerPacket * channels, amplitude: 1).Select(x => MathF.Floor(x * scale) / scale)];
        byte[] packet = new byte[encoder.MaxPacketLength];
        float[] decoded = new float[decoder.MaxFramesPerPacket * channels];

        int length = encoder.Encode(pcm, packet);

        Assert.True(decoder.TryDecode(packet.AsSpan(0, length), decoded, out int frames));
        Assert.Equal(encoder.FramesPerPacket, frames);
        Assert.Equal(pcm, decoded[..pcm.Length]);
    }

    [Fact]
    public void Twenty_four_bits_are_dithered_to_sixteen_on_request()
    {
        using var encoder = new LinearPcmEncoder(new AudioFormat(48_000, 1), 16, TimeSpan.FromMilliseconds(5), new TpdfDither());
        float[] pcm = [.. Enumerable.Repeat(0.3f / 32768, 240)];
        byte[] packet = new byte[encoder.MaxPacketLength];
        var values = new HashSet<short>();
        double sum = 0;
        for (int i = 0; i < 100; i++)
        {
            encoder.Encode(pcm, packet);
            for (int at = 0; at < packet.Length; at += 2)
            {
                short value = (short)((packet[at] << 8) | packet[at + 1]);
                values.Add(value);
                sum += value;
            }
        }

        Assert.Equal((short[])[-1, 0, 1], values.Order());
        Assert.InRange(sum / (100 * 240), 0.27, 0.33);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(38_404)]
    public void Packets_that_are_not_whole_frames_or_too_long_are_refused(int length)
    {
        using var decoder = new LinearPcmDecoder(new AudioFormat(48_000, 2), 16);

        Assert.False(decoder.TryDecode(new byte[length], new float[decoder.MaxFramesPerPacket * 2], out int frames));
        Assert.Equal(0, frames);
    }

    [Fact]
    public void The_last_block_may_be_shorter()
    {
        using var encoder = new LinearPcmEncoder(new AudioFormat(48_000, 2), 16, TimeSpan.FromMilliseconds(5), new TpdfDither());
        Assert.Equal(4, encoder.Encode(new float[2], new byte[1200]));
    }

    [Fact]
    public void Invalid_arguments_throw()
    {
        var format = new AudioFormat(48_000, 2);
        var packetTime = TimeSpan.FromMilliseconds(5);
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinearPcmEncoder(format, 20, packetTime));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinearPcmEncoder(new AudioFormat(48_000, 9), 16, packetTime));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinearPcmEncoder(format, 16, TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinearPcmEncoder(format, 16, TimeSpan.FromSeconds(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinearPcmDecoder(format, 8));

        using var encoder = new LinearPcmEncoder(format, 16, packetTime);
        Assert.Throws<ArgumentOutOfRangeException>(() => encoder.Encode(new float[482], new byte[1200]));
        Assert.Throws<ArgumentOutOfRangeException>(() => encoder.Encode(new float[479], new byte[1200]));
        Assert.Throws<ArgumentOutOfRangeException>(() => encoder.Encode(new float[480], new byte[959]));
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        var format = new AudioFormat(48_000, 2);
        using var encoder = new LinearPcmEncoder(format, 24, TimeSpan.FromMilliseconds(5), new TpdfDither());
        using var decoder = new LinearPcmDecoder(format, 24);
        float[] pcm = Signals.Noise(encoder.FramesPerPacket * 2);
        byte[] packet = new byte[encoder.MaxPacketLength];
        float[] decoded = new float[decoder.MaxFramesPerPacket * 2];

        Assert.Equal(0, Allocations.Of(() =>
        {
            encoder.Encode(pcm, packet);
            decoder.TryDecode(packet, decoded, out _);
            decoder.Conceal(decoded.AsSpan(0, pcm.Length));
            decoder.TryDecode(packet, decoded, out _);
        }));
    }
}
