using Linnet.Audio;
using Linnet.Codecs;
using Linnet.Tests.Audio;

namespace Linnet.Tests.Codecs;

public class AudioDecodersTests
{
    [Theory]
    [InlineData("L16", 44_100, 2, "", 2)]
    [InlineData("l24", 96_000, 8, "", 8)]
    [InlineData("PCMU", 8_000, 1, "", 1)]
    [InlineData("pcma", 8_000, 1, "", 1)]
    [InlineData("opus", 48_000, 2, "sprop-stereo=1", 2)]
    [InlineData("OPUS", 48_000, 2, "sprop-stereo=0", 1)]
    [InlineData("opus", 48_000, 2, "minptime=10; sprop-stereo = 0 ;useinbandfec=1", 1)]
    [InlineData("opus", 48_000, 2, "", 2)]
    [InlineData("opus", 48_000, 1, "", 1)]
    public void A_decoder_is_created_for_each_supported_format(string name, int rate, int channels, string parameters, int heard)
    {
        Assert.True(AudioDecoders.TryCreate(
            new PayloadFormat(name, rate, channels, parameters), out IAudioDecoder? decoder, out string? problem), problem);

        using (decoder)
        {
            Assert.Equal(new AudioFormat(rate, heard), decoder.Format);
        }
    }

    [Theory]
    [InlineData("MPA", 90_000, 1, "MPA")]
    [InlineData("", 0, 0, "something unknown")]
    [InlineData("\u001b[2J", 8_000, 1, "something unknown")]
    [InlineData("L16", 0, 2, "0 Hz")]
    [InlineData("L16", int.MaxValue, 2, "2147483647 Hz")]
    [InlineData("L16", -48_000, 2, "-48000 Hz")]
    [InlineData("L24", 48_000, 0, "0 channels")]
    [InlineData("L24", 48_000, 9, "9 channels")]
    [InlineData("PCMU", 8_000, int.MaxValue, "2147483647 channels")]
    [InlineData("opus", 44_100, 2, "44100 Hz")]
    [InlineData("opus", 48_000, 6, "6 channels")]
    public void An_unsupported_format_is_refused_with_a_sentence(string name, int rate, int channels, string part)
    {
        Assert.False(AudioDecoders.TryCreate(new PayloadFormat(name, rate, channels), out IAudioDecoder? decoder, out string? problem));

        Assert.Null(decoder);
        Assert.Contains(part, problem, StringComparison.Ordinal);
        Assert.EndsWith(".", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("L16", 48_000, 2, 20_000)]
    [InlineData("L24", 48_000, 6, 20_000)]
    [InlineData("PCMU", 8_000, 1, 20_000)]
    [InlineData("PCMA", 8_000, 1, 20_000)]
    [InlineData("opus", 48_000, 2, 25_000)]
    [InlineData("opus", 48_000, 1, 25_000)]
    public void Noise_never_throws_and_never_writes_more_than_reported(string name, int rate, int channels, int inputs)
    {
        string parameters = channels == 1 ? "sprop-stereo=0" : "";
        Assert.True(AudioDecoders.TryCreate(
            new PayloadFormat(name, rate, channels, parameters), out IAudioDecoder? decoder, out string? problem), problem);
        using IAudioDecoder owned = decoder;
        var random = new Random(42);
        byte[] bytes = new byte[2000];
        int samples = decoder.MaxFramesPerPacket * decoder.Format.Channels;
        float[] pcm = new float[samples + 16];
        for (int input = 0; input < inputs; input++)
        {
            // Mostly short inputs, to keep the test fast; some with the first byte of a one-frame packet, which reaches the most code.
            int length = random.Next(random.Next(10) == 0 ? bytes.Length : 40);
            random.NextBytes(bytes.AsSpan(0, length));
            if (length > 0 && random.Next(2) == 0)
            {
                bytes[0] = (byte)(0xE0 | (bytes[0] & 0x04));
            }

            pcm.AsSpan(samples).Fill(7);
            bool decoded = decoder.TryDecode(bytes.AsSpan(0, length), pcm.AsSpan(0, samples), out int frames);

            Assert.Equal(decoded, frames > 0);
            Assert.InRange(frames, 0, decoder.MaxFramesPerPacket);
            foreach (float sample in pcm.AsSpan(0, frames * decoder.Format.Channels))
            {
                if (!float.IsFinite(sample))
                {
                    Assert.Fail($"Input {input} of {length} bytes gave {sample}.");
                }
            }

            if (!decoded)
            {
                decoder.Conceal(pcm.AsSpan(0, 120 * decoder.Format.Channels));
            }

            Assert.All(pcm[samples..], guard => Assert.Equal(7, guard));
        }
    }

    [Fact]
    public void A_decoder_recovers_from_noise()
    {
        Assert.True(AudioDecoders.TryCreate(new PayloadFormat("L16", 48_000, 1), out IAudioDecoder? decoder, out _));
        using IAudioDecoder owned = decoder;
        float[] pcm = new float[decoder.MaxFramesPerPacket];
        Assert.False(decoder.TryDecode(new byte[3], pcm, out _));
        Assert.True(decoder.TryDecode([0x40, 0x00], pcm, out _));
        Assert.Equal(0.5f, pcm[0]);
        Assert.InRange(Signals.Rms(pcm.AsSpan(0, 1)), 0.5, 0.5);
    }
}
