using System.Buffers;
using Linnet.Audio;
using Linnet.Codecs.Streams;
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
    public void Decoded_sound_is_at_the_position_of_its_packets(int rate, int channels, int bitRate)
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

    [Theory]
    [InlineData(44_100, 2, 5_000_000)]
    [InlineData(44_100, 2, 1_000)]
    [InlineData(11_025, 1, 320_000)]
    [InlineData(96_000, 2, 64_000)]
    [InlineData(48_000, 6, 128_000)]
    public void A_bit_rate_that_libvorbis_lacks_becomes_its_usual_one(int rate, int channels, int bitRate)
    {
        using var encoder = new VorbisEncoder(new AudioFormat(rate, channels), bitRate);

        Encoded encoded = Encoded.By(encoder, Beats(rate, channels, seconds: 1));

        Assert.Equal(rate, encoded.Frames.Sum());
        Assert.InRange(encoded.Bytes.Length * 8, 8_000, 1_000_000);
    }

    [Theory]
    [InlineData(48_000, 8)]
    [InlineData(192_000, 8)]
    [InlineData(192_000, 2)]
    public void Noise_in_many_channels_stays_within_the_maximum_packet_length(int rate, int channels)
    {
        using var encoder = new VorbisEncoder(new AudioFormat(rate, channels), 5_000_000);
        var random = new Random(3);
        float[] noise = [.. Enumerable.Range(0, rate / 2 * channels).Select(_ => (random.NextSingle() * 2) - 1)];

        Encoded encoded = Encoded.By(encoder, noise);

        Assert.Equal(rate / 2, encoded.Frames.Sum());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(8)]
    public void Every_channel_keeps_its_place(int channels)
    {
        using var encoder = new VorbisEncoder(new AudioFormat(48_000, channels), 64_000 * channels);
        float[] sound = new float[24_000 * channels];
        for (int i = 0; i < sound.Length; i++)
        {
            sound[i] = (float)(0.4 * Math.Sin(2 * Math.PI * (200 * (1 + (i % channels))) * (i / channels) / 48_000.0));
        }

        Encoded encoded = Encoded.By(encoder, sound);

        var sink = new Decoded();
        Assert.True(StreamDecoders.TryCreate("audio/ogg", out IStreamDecoder? decoder, out _));
        using (decoder)
        {
            decoder.Write(FileOf(encoder, encoded), sink);
            decoder.Complete(sink);
            Assert.Null(decoder.Problem);
        }

        Assert.Equal(sound.Length, sink.Pcm.Count);
        for (int channel = 0; channel < channels; channel++)
        {
            // The low-frequency channel need not have high frequencies.
            double likeness =
                Signals.Correlation(Signals.Channel(sound, channel, channels), Signals.Channel(sink.Pcm.ToArray(), channel, channels));
            Assert.True(likeness > 0.95 || (channel == 3 && channels >= 6), $"channel {channel}: {likeness}");
        }
    }

    [Fact]
    public void A_rate_that_libvorbis_does_not_support_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new VorbisEncoder(new AudioFormat(384_000, 2), 128_000));

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

    private sealed class Decoded : IStreamSink
    {
        public List<float> Pcm { get; } = [];

        public void OnFormat(StreamFormat format)
        {
        }

        public void OnPacket(ReadOnlySpan<byte> packet, ReadOnlySpan<float> pcm) => Pcm.AddRange(pcm);

        public void OnTrack(TrackInfo track)
        {
        }
    }
}
