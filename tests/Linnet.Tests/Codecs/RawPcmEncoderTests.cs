using System.Buffers.Binary;
using Linnet.Audio;
using Linnet.Codecs.Pcm;
using Linnet.Tests.Audio;
using Linnet.Wire.PyAudio;

namespace Linnet.Tests.Codecs;

public class RawPcmEncoderTests
{
    [Theory]
    [InlineData(1024)]
    [InlineData(661)]
    [InlineData(1)]
    public void Sixteen_bits_pass_bit_for_bit_in_a_packet_of_any_length(int frames)
    {
        using var encoder = new RawPcmEncoder(PyAudioSound.Format, PyAudioSound.FramesPerMessage);
        float[] pcm = [.. Signals.Noise(frames * 2, amplitude: 1).Select(x => MathF.Floor(x * 32_768) / 32_768)];
        byte[] packet = new byte[encoder.MaxPacketLength];

        int length = encoder.Encode(pcm, packet);

        Assert.Equal((1024, 4096, frames * 4), (encoder.FramesPerPacket, encoder.MaxPacketLength, length));
        Assert.Equal(pcm.Select(x => (short)(x * 32_768)), Samples(packet.AsSpan(0, length)));
    }

    [Fact]
    public void One_channel_becomes_two_identical_ones_with_the_same_dither()
    {
        using var encoder = new RawPcmEncoder(PyAudioSound.Format, 1024, new TpdfDither(), isMono: true);
        float[] pcm = Signals.Noise(1024, amplitude: 0.001f);
        byte[] packet = new byte[encoder.MaxPacketLength];

        int length = encoder.Encode(pcm, packet);
        short[] samples = Samples(packet);

        Assert.Equal(4096, length);
        Assert.Equal((new AudioFormat(44_100, 1), 2), (encoder.Format, encoder.Payload.Channels));
        Assert.Equal(samples.Where((_, i) => i % 2 == 0), samples.Where((_, i) => i % 2 == 1));
        Assert.All(pcm.Zip(samples.Where((_, i) => i % 2 == 0)), pair => Assert.InRange((pair.First * 32_768) - pair.Second, -1.5, 1.5));
        Assert.Contains(pcm.Zip(samples.Where((_, i) => i % 2 == 0)), pair => Math.Round(pair.First * 32_768) != pair.Second);
    }

    [Fact]
    public void Encoding_allocates_nothing()
    {
        using var encoder = new RawPcmEncoder(PyAudioSound.Format, 1024, new TpdfDither(), isMono: true);
        float[] pcm = new float[1024];
        byte[] packet = new byte[encoder.MaxPacketLength];

        Assert.Equal(0, Allocations.Of(() => encoder.Encode(pcm, packet)));
    }

    [Fact]
    public void A_format_or_a_packet_that_cannot_be_is_refused()
    {
        var wide = new RawPcmFormat(SampleEncoding.S16LE, new AudioFormat(44_100, 1000));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RawPcmEncoder(wide, 1024));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RawPcmEncoder(PyAudioSound.Format, 0));
    }

    private static short[] Samples(ReadOnlySpan<byte> sound)
    {
        short[] samples = new short[sound.Length / 2];
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = BinaryPrimitives.ReadInt16LittleEndian(sound[(2 * i)..]);
        }

        return samples;
    }
}
