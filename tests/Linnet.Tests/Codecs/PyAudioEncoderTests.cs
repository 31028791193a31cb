using System.Buffers.Binary;
using Linnet.Audio;
using Linnet.Codecs.Pcm;
using Linnet.Tests.Audio;
using Linnet.Wire.PyAudio;

namespace Linnet.Tests.Codecs;

public class PyAudioEncoderTests
{
    [Fact]
    public void A_packet_is_a_message_of_1024_frames()
    {
        using var encoder = new PyAudioEncoder(channels: 2);
        byte[] packet = new byte[encoder.MaxPacketLength];

        int length = encoder.Encode(new float[1024 * 2], packet);

        Assert.Equal((1024, 4122, 4122), (encoder.FramesPerPacket, encoder.MaxPacketLength, length));
        Assert.Equal("12100000000000008004950710000000000000420010", Convert.ToHexString(packet, 0, 22), ignoreCase: true);
        Assert.Equal(4096, PyAudioEncoder.SoundOf(packet, 1024).Length);
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(661)]
    [InlineData(63)]    // 252 bytes: the short form
    [InlineData(1)]
    public void Sixteen_bits_pass_bit_for_bit_in_a_message_of_any_length(int frames)
    {
        using var encoder = new PyAudioEncoder(channels: 2);
        float[] pcm = [.. Signals.Noise(frames * 2, amplitude: 1).Select(x => MathF.Floor(x * 32_768) / 32_768)];
        byte[] packet = new byte[encoder.MaxPacketLength];

        int length = encoder.Encode(pcm, packet);

        Assert.Equal(PyAudioReadResult.Done, PyAudioMessage.Read(packet.AsSpan(0, length), out PyAudioMessage message));
        Assert.Equal(length, message.Length);
        Assert.Equal(pcm.Select(x => (short)(x * 32_768)), Samples(message.Sound));
        Assert.True(PyAudioEncoder.SoundOf(packet, frames).Span.SequenceEqual(message.Sound));
    }

    [Fact]
    public void One_channel_becomes_two_identical_ones_with_the_same_dither()
    {
        using var encoder = new PyAudioEncoder(channels: 1, new TpdfDither());
        float[] pcm = Signals.Noise(1024, amplitude: 0.001f);
        byte[] packet = new byte[encoder.MaxPacketLength];

        encoder.Encode(pcm, packet);
        short[] samples = Samples(PyAudioEncoder.SoundOf(packet, 1024).Span);

        Assert.Equal(new AudioFormat(44_100, 1), encoder.Format);
        Assert.Equal(samples.Where((_, i) => i % 2 == 0), samples.Where((_, i) => i % 2 == 1));
        Assert.All(pcm.Zip(samples.Where((_, i) => i % 2 == 0)), pair => Assert.InRange((pair.First * 32_768) - pair.Second, -1.5, 1.5));
        Assert.Contains(pcm.Zip(samples.Where((_, i) => i % 2 == 0)), pair => Math.Round(pair.First * 32_768) != pair.Second);
    }

    [Fact]
    public void Encoding_allocates_nothing()
    {
        using var encoder = new PyAudioEncoder(channels: 1, new TpdfDither());
        float[] pcm = new float[1024];
        byte[] packet = new byte[encoder.MaxPacketLength];

        Assert.Equal(0, Allocations.Of(() => encoder.Encode(pcm, packet)));
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
