using Linnet.Audio;
using Linnet.Codecs;
using Linnet.Codecs.Opus;
using Linnet.Tests.Audio;

namespace Linnet.Tests.Codecs;

/// <summary>The encoder and the decoder; the same tests for each library.</summary>
public abstract class OpusTests
{
    private readonly OpusProvider _provider;

    private protected OpusTests(OpusProvider provider)
    {
        OpusProviders.SkipIfMissing(provider);
        _provider = provider;
    }

    [Theory]
    [InlineData(20, false, 2, 960, 312)]
    [InlineData(10, false, 1, 480, 312)]
    [InlineData(5, true, 2, 240, 120)]
    public void An_encoder_describes_its_output(int packetMs, bool lowDelay, int channels, int frames, int delay)
    {
        using OpusEncoder encoder = Encoder(packetMs, lowDelay, channels);

        Assert.Equal(new AudioFormat(48_000, channels), encoder.Format);
        Assert.Equal(new PayloadFormat("opus", 48_000, 2, $"sprop-stereo={channels - 1}"), encoder.Payload);
        Assert.Equal(frames, encoder.FramesPerPacket);
        Assert.Equal(delay, encoder.Delay);
    }

    [Theory]
    [InlineData(20, false, 2)]
    [InlineData(10, true, 2)]
    [InlineData(5, true, 1)]
    [InlineData(5, false, 1)]
    public void Decoded_sound_is_similar_and_at_its_position(int packetMs, bool lowDelay, int channels)
    {
        using OpusEncoder encoder = Encoder(packetMs, lowDelay, channels);
        float[] pcm = Signals.Sine(440, 48_000, 48_000, channels, amplitude: 0.3);
        float[] noise = Signals.Noise(pcm.Length, amplitude: 0.02f);
        for (int i = 0; i < pcm.Length; i++)
        {
            pcm[i] += noise[i] + (0.1f * MathF.Sin(i / channels * 0.3f));
        }

        float[] decoded = PassThrough(encoder, pcm);

        int skip = 4800 * channels;
        int delay = encoder.Delay * channels;
        Assert.InRange(Signals.Correlation(pcm.AsSpan(skip, pcm.Length - (2 * skip)), decoded.AsSpan(skip + delay)), 0.99, 1.001);
    }

    [Theory]
    [InlineData(20, false, 2)]
    [InlineData(10, false, 1)]
    [InlineData(5, true, 2)]
    public void A_click_is_found_within_one_frame_once_the_delay_is_subtracted(int packetMs, bool lowDelay, int channels)
    {
        using OpusEncoder encoder = Encoder(packetMs, lowDelay, channels);
        foreach (int click in new[] { 12_000, 13_337, 14_399 })
        {
            // Some low noise, so that the codec does not see pure silence.
            float[] pcm = Signals.Noise(48_000 / 2 * channels, amplitude: 0.0005f);
            pcm.AsSpan(click * channels, channels).Fill(0.9f);

            float[] decoded = Signals.Channel(PassThrough(encoder, pcm), 0, channels);

            Assert.InRange(Signals.IndexOfPeak(decoded) - encoder.Delay - click, -1, 1);
        }
    }

    [Fact]
    public void A_loss_is_concealed_without_a_click_and_a_long_one_fades_to_silence()
    {
        using OpusEncoder encoder = Encoder(20, lowDelay: false, 1);
        using var decoder = new OpusDecoder(1, _provider);
        float[] pcm = Signals.Sine(440, 48_000, 960 * 150);
        float[] output = new float[pcm.Length];
        byte[] packet = new byte[encoder.MaxPacketLength];
        float[] decoded = new float[decoder.MaxFramesPerPacket];
        for (int block = 0; block < 150; block++)
        {
            int length = encoder.Encode(pcm.AsSpan(block * 960, 960), packet);
            if (block is 20 or 30 or 31 or (>= 40 and < 140))
            {
                decoder.Conceal(output.AsSpan(block * 960, 960));
            }
            else
            {
                Assert.True(decoder.TryDecode(packet.AsSpan(0, length), decoded, out int frames));
                decoded.AsSpan(0, frames).CopyTo(output.AsSpan(block * 960));
            }
        }

        Assert.InRange(Signals.GreatestStep(output.AsSpan(4800)), 0, 2 * Signals.GreatestStep(pcm));
        Assert.InRange(Signals.Rms(output.AsSpan(20 * 960, 960)), 0.2, 0.4);
        Assert.All(output[(60 * 960)..(140 * 960)], sample => Assert.Equal(0, sample));

        // the codec's own continuation was not audible, so the sound fades in from silence.
        Assert.InRange(Signals.GreatestStep(output.AsSpan((140 * 960) - 1, 20)), 0, 0.0005);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(37)]
    [InlineData(120)]
    [InlineData(500)]
    [InlineData(5760)]
    public void Any_number_of_frames_can_be_concealed(int frames)
    {
        using OpusEncoder encoder = Encoder(20, lowDelay: false, 2);
        float[] whole = new float[5760 * 2];
        float[] pieces = new float[5760 * 2];
        foreach ((float[] pcm, int step) in new[] { (whole, 5760), (pieces, frames) })
        {
            using var decoder = new OpusDecoder(2, _provider);
            Feed(encoder, decoder);
            for (int at = 0; at < 5760; at += step)
            {
                decoder.Conceal(pcm.AsSpan(2 * at, 2 * Math.Min(step, 5760 - at)));
            }
        }

        // The grouping of the steps changes how the library fades, but not how smoothly.
        Assert.InRange(Signals.GreatestStep(Signals.Channel(pieces, 0, 2)), 0, 0.1);
        Assert.InRange(Signals.Correlation(pieces.AsSpan(0, 480), whole.AsSpan(0, 480)), 0.9, 1.001);
    }

    [Fact]
    public void Sound_after_a_concealment_of_odd_length_starts_without_a_click()
    {
        using OpusEncoder encoder = Encoder(20, lowDelay: false, 1);
        for (int lost = 901; lost < 960; lost += 7)
        {
            using var decoder = new OpusDecoder(1, _provider);
            float[] pcm = Signals.Sine(200, 48_000, 960 * 12);
            byte[] packet = new byte[encoder.MaxPacketLength];
            float[] decoded = new float[decoder.MaxFramesPerPacket];
            var output = new List<float>();
            for (int block = 0; block < 12; block++)
            {
                int length = encoder.Encode(pcm.AsSpan(block * 960, 960), packet);
                if (block == 8)
                {
                    decoder.Conceal(decoded.AsSpan(0, lost));
                    output.AddRange(decoded[..lost]);
                }
                else
                {
                    decoder.TryDecode(packet.AsSpan(0, length), decoded, out int frames);
                    output.AddRange(decoded[..frames]);
                }
            }

            Assert.InRange(Signals.GreatestStep(output.ToArray().AsSpan(2000)), 0, 3 * Signals.GreatestStep(pcm));
        }
    }

    [Fact]
    public void Mono_and_stereo_decoders_accept_each_others_packets()
    {
        foreach ((int encoded, int heard) in new[] { (1, 2), (2, 1) })
        {
            using OpusEncoder encoder = Encoder(20, lowDelay: false, encoded);
            using var decoder = new OpusDecoder(heard, _provider);
            byte[] packet = new byte[encoder.MaxPacketLength];
            int length = encoder.Encode(Signals.Sine(440, 48_000, 960, encoded), packet);

            Assert.True(decoder.TryDecode(packet.AsSpan(0, length), new float[5760 * heard], out int frames));
            Assert.Equal(960, frames);
        }
    }

    [Fact]
    public void Invalid_arguments_throw()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new OpusEncoder(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => new OpusDecoder(0));
        ArgumentException problems = Assert.Throws<ArgumentException>(
            () => new OpusEncoder(2, new OpusEncoderOptions { BitRate = 1, Complexity = 11, PacketTime = TimeSpan.FromMilliseconds(7) }));
        Assert.Contains("510000", problems.Message, StringComparison.Ordinal);
        Assert.Contains("between 0 and 10", problems.Message, StringComparison.Ordinal);
        Assert.Contains("5, 10 or 20", problems.Message, StringComparison.Ordinal);

        using var encoder = new OpusEncoder(1, provider: _provider);
        Assert.Throws<ArgumentOutOfRangeException>(() => encoder.Encode(new float[959], new byte[1275]));
        Assert.Throws<ArgumentOutOfRangeException>(() => encoder.Encode(new float[960], new byte[1274]));
    }

    /// <summary>Bytes allocated by ten packets that are encoded and decoded, and ten concealments.</summary>
    private protected long Allocated()
    {
        using OpusEncoder encoder = Encoder(20, lowDelay: false, 2);
        using var decoder = new OpusDecoder(2, _provider);
        float[] pcm = Signals.Sine(440, 48_000, 960, 2);
        byte[] packet = new byte[encoder.MaxPacketLength];
        float[] decoded = new float[decoder.MaxFramesPerPacket * 2];
        return Allocations.Of(() =>
        {
            int length = encoder.Encode(pcm, packet);
            decoder.TryDecode(packet.AsSpan(0, length), decoded, out _);
            decoder.Conceal(decoded.AsSpan(0, 2 * 700));
        });
    }

    private OpusEncoder Encoder(int packetMs, bool lowDelay, int channels) =>
        new(channels, new OpusEncoderOptions { PacketTime = TimeSpan.FromMilliseconds(packetMs), LowDelay = lowDelay }, _provider);

    private static void Feed(OpusEncoder encoder, OpusDecoder decoder)
    {
        byte[] packet = new byte[encoder.MaxPacketLength];
        float[] decoded = new float[decoder.MaxFramesPerPacket * decoder.Format.Channels];
        float[] pcm = Signals.Sine(250, 48_000, 960 * 10, encoder.Format.Channels, amplitude: 0.3);
        foreach (float[] block in pcm.Chunk(960 * encoder.Format.Channels))
        {
            int length = encoder.Encode(block, packet);
            Assert.True(decoder.TryDecode(packet.AsSpan(0, length), decoded, out _));
        }
    }

    private float[] PassThrough(OpusEncoder encoder, float[] pcm)
    {
        using var decoder = new OpusDecoder(encoder.Format.Channels, _provider);
        int block = encoder.FramesPerPacket * encoder.Format.Channels;
        byte[] packet = new byte[encoder.MaxPacketLength];
        float[] decoded = new float[decoder.MaxFramesPerPacket * encoder.Format.Channels];
        var output = new List<float>(pcm.Length);
        for (int i = 0; i + block <= pcm.Length; i += block)
        {
            int length = encoder.Encode(pcm.AsSpan(i, block), packet);
            Assert.True(decoder.TryDecode(packet.AsSpan(0, length), decoded, out int frames));
            output.AddRange(decoded[..(frames * encoder.Format.Channels)]);
        }

        return [.. output];
    }
}

/// <summary>With libopus.</summary>
public sealed class NativeOpusTests() : OpusTests(OpusProvider.Native)
{
    [Fact]
    public void Nothing_is_allocated() => Assert.Equal(0, Allocated());
}

/// <summary>With Concentus.</summary>
public sealed class ManagedOpusTests() : OpusTests(OpusProvider.Managed)
{
    [Fact]
    public void What_a_packet_allocates_is_bounded() => Assert.InRange(Allocated() / 10, 0, 300_000);
}
