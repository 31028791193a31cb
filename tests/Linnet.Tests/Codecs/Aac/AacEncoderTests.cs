using Linnet.Audio;
using Linnet.Codecs;
using Linnet.Codecs.Aac;
using Linnet.Codecs.Ffmpeg;
using Linnet.Sources.Files;
using Linnet.Tests.Audio;
using Linnet.Tests.Sources.Files;
using Linnet.Wire.Mpeg;

namespace Linnet.Tests.Codecs.Aac;

/// <summary>The encoder with the ffmpeg of this machine.</summary>
public class AacEncoderTests
{
    [Theory]
    [InlineData(48_000, 2, 128_000)]
    [InlineData(44_100, 2, 96_000)]
    [InlineData(96_000, 2, 320_000)]
    [InlineData(24_000, 1, 64_000)]
    [InlineData(8_000, 1, 48_000)]
    [InlineData(7_350, 2, 88_200)]
    public void Decoded_sound_is_at_its_declared_position(int rate, int channels, int bitRate)
    {
        using AacEncoder encoder = Create(rate, channels, bitRate);
        float[] sound = Music(rate, channels, seconds: 3);

        Encoded encoded = Encoded.By(encoder, sound);
        float[] decoded = Decode(encoded, encoder.Format);

        // The first packet is Delay frames before the first of sound.
        Assert.True(decoded.Length >= (encoder.Delay * channels) + sound.Length);
        double here = At(0);
        Assert.True(here > 0.99, $"correlation {here}");
        Assert.True(here > At(-1) && here > At(1), $"{At(-1)} {here} {At(1)}");
        Assert.All(encoded.Frames, static frames => Assert.Equal(1024, frames));
        double seconds = encoded.Packets.Count * 1024 / (double)rate;
        Assert.InRange(encoded.Bytes.Length * 8 / seconds, bitRate * 0.4, bitRate * 1.1);

        double At(int lag)
        {
            int start = (encoder.Delay + lag) * channels;
            return Signals.Correlation(sound, decoded.AsSpan(start, sound.Length));
        }
    }

    [Fact]
    public void An_impulse_comes_out_where_it_was()
    {
        using AacEncoder encoder = Create(48_000, 1, 128_000);
        float[] sound = new float[20_000];
        sound[9_000] = 0.9f;

        float[] decoded = Decode(Encoded.By(encoder, sound), encoder.Format);

        Assert.Equal(9_000 + encoder.Delay, Signals.IndexOfPeak(decoded));
    }

    [Fact]
    public async Task Packets_come_back_before_a_rendition_needs_them()
    {
        using AacEncoder encoder = Create(48_000, 2, 128_000);
        byte[] packet = new byte[encoder.MaxPacketLength];
        for (int i = 0; i < 12; i++)
        {
            Assert.Equal(0, encoder.Encode(new float[2048], packet));
        }

        // No input follows, so what comes is not held back: 10 blocks are 213 ms, less than the 300 ms that a station encodes ahead.
        int taken = 0;
        await Until.TrueAsync(() => (taken += encoder.TryTake(packet, out _, out _) ? 1 : 0) >= 2);
    }

    [Fact]
    public async Task A_killed_ffmpeg_is_an_error_after_its_last_packet_and_leaves_nothing_behind()
    {
        using AacEncoder encoder = Create(11_025, 1, 31_234);
        byte[] packet = new byte[encoder.MaxPacketLength];
        FfmpegChild child = await StartAsync(encoder, 31_234);

        child.Kill();

        Exception? problem = null;
        await Until.TrueAsync(() => (problem = Record.Exception(() => encoder.TryTake(packet, out _, out _))) is not null);
        Assert.Equal("The AAC encoder stopped: ffmpeg exited with code 137.", Assert.IsType<IOException>(problem).Message);
        encoder.Dispose();
        Assert.False(child.Exists);
    }

    [Fact]
    public async Task Without_a_last_block_ffmpeg_ends_with_the_encoder()
    {
        using AacEncoder encoder = Create(11_025, 1, 31_235);
        FfmpegChild child = await StartAsync(encoder, 31_235);

        // It waits for the threads, too.
        encoder.Dispose();

        Assert.False(child.Exists);
    }

    [Fact]
    public void An_encoder_that_got_no_block_starts_nothing_and_completes()
    {
        using var encoder = new AacEncoder(new AudioFormat(48_000, 2), 31_236, searchPath: "");
        encoder.Complete();

        Assert.False(encoder.TryTake(new byte[encoder.MaxPacketLength], out int length, out int frames));
        Assert.Equal((0, 0), (length, frames));
    }

    [Theory]
    [InlineData(192_000, 96_000)]
    [InlineData(48_000, 48_000)]
    [InlineData(47_999, 44_100)]
    [InlineData(7_999, 7_350)]
    [InlineData(4_000, 7_350)]
    public void The_sample_rate_is_the_highest_up_to_the_source_rate(int source, int expected) =>
        Assert.Equal(expected, AacRates.SampleRateFor(source));

    [Theory]
    [InlineData(48_000, 2, 320_000, 320_000)]
    [InlineData(24_000, 1, 320_000, 144_000)]
    [InlineData(8_000, 2, 128_000, 96_000)]
    [InlineData(8_000, 1, 16_000, 16_000)]
    public void The_bit_rate_fits_the_longest_packets(int sampleRate, int channels, int bitRate, int expected) =>
        Assert.Equal(expected, AacRates.BitRateFor(sampleRate, channels, bitRate));

    [Fact]
    public void A_format_that_AAC_does_not_support_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new AacEncoder(new AudioFormat(47_999, 2), 128_000));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AacEncoder(new AudioFormat(48_000, 3), 128_000));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AacEncoder(new AudioFormat(8_000, 1), 64_000));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AacEncoder(new AudioFormat(48_000, 1), 0));
    }

    private static AacEncoder Create(int rate, int channels, int bitRate)
    {
        Assert.SkipUnless(FfmpegProcess.IsInstalled, "needs ffmpeg");
        return new AacEncoder(new AudioFormat(rate, channels), bitRate);
    }

    /// <summary>Encodes until the first packet is there, and finds the process that made it.</summary>
    private static async Task<FfmpegChild> StartAsync(AacEncoder encoder, int bitRate)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux shows processes as files.");
        byte[] packet = new byte[encoder.MaxPacketLength];
        for (int i = 0; i < 20; i++)
        {
            encoder.Encode(new float[1024], packet);
        }

        await Until.TrueAsync(() => encoder.TryTake(packet, out _, out _));
        return FfmpegChild.Find(bitRate)!;
    }

    /// <summary>Decodes the packets in ADTS, with ffmpeg.</summary>
    private static float[] Decode(Encoded encoded, AudioFormat format)
    {
        var file = new List<byte>();
        byte[] header = new byte[AdtsHeader.Length];
        foreach (byte[] packet in encoded.Packets)
        {
            AdtsHeader.Write(header, format.SampleRate, format.Channels, packet.Length);
            file.AddRange(header);
            file.AddRange(packet);
        }

        using var folder = new TempFolder();
        using FfmpegSource source = FfmpegSource.Open(
            folder.Write("sound.aac", file.ToArray()), null, TimeProvider.System, Environment.GetEnvironmentVariable("PATH"),
            TestContext.Current.CancellationToken);
        Assert.Equal(format, source.Format);
        return source.ReadAll();
    }

    /// <summary>A chord that glides, within the band that every bit rate keeps, and a beat.</summary>
    private static float[] Music(int rate, int channels, double seconds)
    {
        float[] pcm = new float[(int)(rate * seconds) * channels];
        for (int i = 0; i < pcm.Length; i++)
        {
            double t = i / channels / (double)rate;
            double sweep = Math.Sin(2 * Math.PI * (200 + (50 * (i % channels)) + (200 * t)) * t);
            double beat = Math.Sin(2 * Math.PI * 1100 * t) * (0.6 + (0.4 * Math.Sin(2 * Math.PI * 3 * t)));
            pcm[i] = (float)((0.3 * sweep) + (0.2 * beat));
        }

        return pcm;
    }
}
