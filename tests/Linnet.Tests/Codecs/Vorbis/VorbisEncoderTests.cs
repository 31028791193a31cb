using System.Buffers;
using Linnet.Audio;
using Linnet.Codecs.Vorbis;
using Linnet.Tests.Audio;
using Linnet.Wire.Ogg;

namespace Linnet.Tests.Codecs.Vorbis;

public class VorbisEncoderTests
{
    [Theory]
    [InlineData(44_100, 2, 128_000)]
    [InlineData(48_000, 1, 64_000)]
    [InlineData(22_050, 2, 64_000)]
    public void Decoded_sound_lies_where_the_packets_say(int rate, int channels, int bitRate)
    {
        using var encoder = new VorbisEncoder(new AudioFormat(rate, channels), bitRate);
        float[] sound = Beats(rate, channels, seconds: 3);

        Encoded encoded = Encoded.By(encoder, sound);

        Assert.Equal(0, encoded.Frames[0]);
        Assert.Equal(sound.Length / channels, encoded.Frames.Sum());
        Assert.InRange(encoded.Frames.Max(), 1, encoder.FramesPerPacket);
        float[] decoded = Encoded.Decode(FileOf(encoder, encoded));
        Assert.Equal(sound.Length, decoded.Length);
        double here = Signals.Correlation(sound, decoded);
        Assert.True(here > 0.99, $"correlation {here}");
        Assert.True(here > Signals.Correlation(sound.AsSpan(channels), decoded.AsSpan(0, sound.Length - channels)));
        Assert.True(here > Signals.Correlation(sound.AsSpan(0, sound.Length - channels), decoded.AsSpan(channels)));
    }

    [Fact]
    public void What_libvorbis_has_no_mode_for_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new VorbisEncoder(new AudioFormat(44_100, 6), 128_000));
        Assert.Throws<ArgumentException>(() => new VorbisEncoder(new AudioFormat(44_100, 2), 5_000_000));
        Assert.Throws<ArgumentException>(() => new VorbisEncoder(new AudioFormat(384_000, 2), 128_000));
    }

    private static byte[] FileOf(VorbisEncoder encoder, Encoded encoded)
    {
        var file = new ArrayBufferWriter<byte>();
        var pages = new OggPageWriter(1);
        foreach (ReadOnlyMemory<byte> header in encoder.Headers)
        {
            pages.Write(header.Span, 0, file);
        }

        long granule = 0;
        for (int i = 0; i < encoded.Packets.Count; i++)
        {
            pages.Add(encoded.Packets[i], granule += encoded.Frames[i], file);
        }

        pages.Flush(file, isLast: true);
        return file.WrittenSpan.ToArray();
    }

    private static float[] Beats(int rate, int channels, double seconds)
    {
        float[] pcm = new float[(int)(rate * seconds) * channels];
        for (int i = 0; i < pcm.Length; i++)
        {
            double t = i / channels / (double)rate;
            double tone = Math.Sin(2 * Math.PI * (300 + (100 * (i % channels)) + (300 * t)) * t);
            double beat = Math.Sin(2 * Math.PI * 1200 * t) * Math.Exp(-30 * (t % 0.3));
            pcm[i] = (float)((0.3 * tone) + (0.4 * beat));
        }

        return pcm;
    }
}
