using Linnet.Audio;
using Linnet.Codecs.Mp3;
using Linnet.Tests.Audio;

namespace Linnet.Tests.Codecs.Mp3;

public class Mp3EncoderTests
{
    [Theory]
    [InlineData(48_000, 2, 128_000, true)]
    [InlineData(44_100, 2, 128_000, true)]
    [InlineData(44_100, 2, 128_000, false)]
    [InlineData(32_000, 1, 64_000, true)]
    [InlineData(24_000, 1, 64_000, true)]
    [InlineData(22_050, 2, 96_000, false)]
    [InlineData(16_000, 1, 32_000, true)]
    public void Decoded_sound_is_at_its_declared_position(int rate, int channels, int bitRate, bool reservoir)
    {
        using var encoder =
            new Mp3Encoder(new AudioFormat(rate, channels), new Mp3EncoderOptions { BitRate = bitRate, BitReservoir = reservoir });
        float[] sound = Music(rate, channels, seconds: 3);

        float[] decoded = Encoded.Decode(Encoded.By(encoder, sound).Bytes);

        // The first packet is Delay frames before the first of sound.
        Assert.True(decoded.Length >= (encoder.Delay * channels) + sound.Length);
        double here = At(0);
        Assert.True(here > 0.99, $"correlation {here}");
        Assert.True(here > At(-1) && here > At(1), $"{At(-1)} {here} {At(1)}");

        double At(int lag)
        {
            int start = (encoder.Delay + lag) * channels;
            return Signals.Correlation(sound, decoded.AsSpan(start, sound.Length));
        }
    }

    [Theory]
    [InlineData(44_100, 128_000)]
    [InlineData(48_000, 320_000)]
    [InlineData(22_050, 8_000)]
    public void A_packet_is_one_frame_and_no_byte_is_lost(int rate, int bitRate)
    {
        using var encoder = new Mp3Encoder(new AudioFormat(rate, 2), new Mp3EncoderOptions { BitRate = bitRate });

        Encoded encoded = Encoded.By(encoder, Music(rate, 2, seconds: 4));

        Assert.All(encoded.Packets, packet => Assert.Equal((0xFF, 0xE0), (packet[0], packet[1] & 0xE0)));
        Assert.All(encoded.Frames, frames => Assert.Equal(encoder.FramesPerPacket, frames));
        double seconds = encoded.Packets.Count * encoder.FramesPerPacket / (double)rate;
        Assert.InRange(encoded.Bytes.Length * 8 / seconds, bitRate * 0.99, bitRate * 1.01);
    }

    [Fact]
    public void Without_a_bit_reservoir_no_frame_needs_another()
    {
        var format = new AudioFormat(44_100, 2);
        using var with = new Mp3Encoder(format);
        using var without = new Mp3Encoder(format, new Mp3EncoderOptions { BitReservoir = false });
        float[] sound = Music(44_100, 2, seconds: 2);

        Assert.Contains(Encoded.By(with, sound).Packets, packet => MainDataBegin(packet) > 0);
        Assert.All(Encoded.By(without, sound).Packets, packet => Assert.Equal(0, MainDataBegin(packet)));

        static int MainDataBegin(byte[] frame) => (frame[4] << 1) | (frame[5] >> 7);
    }

    [Theory]
    [InlineData(96_000, 48_000)]
    [InlineData(48_000, 48_000)]
    [InlineData(47_999, 44_100)]
    [InlineData(37_800, 32_000)]
    [InlineData(31_999, 24_000)]
    [InlineData(11_025, 16_000)]
    public void The_sample_rate_is_the_highest_up_to_the_source_rate(int source, int expected) =>
        Assert.Equal(expected, Mp3Rates.SampleRateFor(source));

    [Theory]
    [InlineData(44_100, 320_000, 320_000)]
    [InlineData(22_050, 320_000, 160_000)]
    [InlineData(22_050, 128_000, 128_000)]
    [InlineData(44_100, 8_000, 32_000)]
    public void The_bit_rate_is_valid_for_the_sample_rate(int sampleRate, int bitRate, int expected) =>
        Assert.Equal(expected, Mp3Rates.BitRateFor(sampleRate, bitRate));

    [Theory]
    [InlineData(100_000, 3)]
    [InlineData(128_500, 3)]
    [InlineData(128_000, 10)]
    public void Options_that_LAME_would_change_are_refused(int bitRate, int quality) =>
        Assert.Single(new Mp3EncoderOptions { BitRate = bitRate, Quality = quality }.Problems());

    [Fact]
    public void A_format_that_MP3_does_not_support_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Mp3Encoder(new AudioFormat(96_000, 2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Mp3Encoder(new AudioFormat(44_100, 3)));
        Assert.Throws<ArgumentException>(() => new Mp3Encoder(new AudioFormat(22_050, 2), new Mp3EncoderOptions { BitRate = 320_000 }));
    }

    /// <summary>Chords that move, and clicks.</summary>
    private static float[] Music(int rate, int channels, double seconds)
    {
        float[] pcm = new float[(int)(rate * seconds) * channels];
        for (int i = 0; i < pcm.Length; i++)
        {
            double t = i / channels / (double)rate;
            double sweep = Math.Sin(2 * Math.PI * (200 + (50 * (i % channels)) + (400 * t)) * t);
            double beat = Math.Sin(2 * Math.PI * 1500 * t) * Math.Exp(-20 * (t % 0.25));
            pcm[i] = (float)((0.3 * sweep) + (0.3 * beat));
        }

        return pcm;
    }
}
