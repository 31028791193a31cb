using Linnet.Codecs.Opus;
using Linnet.Native;
using Linnet.Tests.Audio;
using Linnet.Tests.Wire;

namespace Linnet.Tests.Codecs;

/// <summary>libopus and Concentus side by side: the same packets, the same sound.</summary>
public class OpusComparisonTests
{
    private const int Seconds = 3;

    // Concentus computes with integers. libopus built for fixed point differs as much from libopus built for floating point.
    private const double Alike = -80;

    // In the hybrid modes, libopus since RFC 8251 §9 copies the band below 9.6 kHz where Concentus makes noise.
    private const double AlikeInHybridModes = -70;

    // The noise in a pause is made up by the decoder.
    private const double AlikeInPauses = -60;

    public OpusComparisonTests() => OpusProviders.SkipIfMissing(OpusProvider.Native);

    [Theory]
    [InlineData(1, 5, true)]
    [InlineData(2, 5, true)]
    [InlineData(1, 20, false)]
    [InlineData(2, 20, false)]
    [InlineData(2, 10, false)]
    public void Music_sounds_the_same(int channels, int packetMs, bool lowDelay)
    {
        foreach (OpusProvider encoder in (OpusProvider[])[OpusProvider.Native, OpusProvider.Managed])
        {
            byte[][] packets = Music(encoder, channels, packetMs, lowDelay);

            Assert.InRange(Difference(packets, channels), -200, Alike);
        }
    }

    [Theory]
    [InlineData(120)]
    [InlineData(240)]
    [InlineData(480)]
    [InlineData(1920)]
    [InlineData(2880)]
    [InlineData(5760)]
    public void Packets_of_every_length_sound_the_same(int frames)
    {
        // Longer packets are made of several frames of 20 ms.
        byte[][] single = Music(OpusProvider.Native, 2, 20, lowDelay: false);
        byte[][] packets = frames < 960 ? NativeMusic(frames) : [.. single.Chunk(frames / 960).Select(Joined)];

        Assert.InRange(Difference(packets, 2), -200, Alike);
    }

    [Theory]
    [InlineData(480, 8_000, Alike)]
    [InlineData(960, 8_000, Alike)]
    [InlineData(2880, 8_000, Alike)]
    [InlineData(480, 24_000, AlikeInHybridModes)]
    [InlineData(960, 24_000, AlikeInHybridModes)]
    [InlineData(1920, 24_000, AlikeInHybridModes)]
    [InlineData(960, 32_000, AlikeInHybridModes)]
    public void A_voice_sounds_the_same(int frames, int bitRate, double most)
    {
        foreach (int channels in (int[])[1, 2])
        {
            foreach (bool fec in (bool[])[false, true])
            {
                byte[][] packets = OpusVoice.Encode(channels, frames, Seconds * 48_000, fec, isDiscontinuous: false, bitRate);
                Assert.InRange(Difference(packets, channels), -200, most);
            }
        }
    }

    [Theory]
    [InlineData(480, 1)]
    [InlineData(960, 2)]
    [InlineData(1920, 1)]
    [InlineData(2880, 2)]
    public void A_voice_with_pauses_that_are_not_sent_sounds_the_same(int frames, int channels)
    {
        byte[][] packets = OpusVoice.Encode(channels, frames, 6 * 48_000, fec: false, isDiscontinuous: true, 8_000);

        Assert.Contains(packets, packet => packet.Length <= 2);
        Assert.InRange(Difference(packets, channels), -200, AlikeInPauses);
    }

    [Fact]
    public void Surround_sounds_the_same()
    {
        // 5.1: two stereo streams and two mono ones.
        byte[][][] streams =
        [
            Music(OpusProvider.Native, 2, 20, false), Music(OpusProvider.Managed, 2, 20, false),
            Music(OpusProvider.Native, 1, 20, false), Music(OpusProvider.Managed, 1, 20, false),
        ];
        byte[] mapping = [0, 4, 1, 2, 3, 255];
        using var native = new OpusSurroundDecoder(4, 2, mapping, OpusProvider.Native);
        using var managed = new OpusSurroundDecoder(4, 2, mapping, OpusProvider.Managed);
        float[] a = new float[OpusPacket.LongestFrames * 6];
        float[] b = new float[OpusPacket.LongestFrames * 6];
        var difference = new List<float>();
        for (int i = 0; i < streams[0].Length; i++)
        {
            byte[] packet = [.. streams.SkipLast(1).SelectMany(s => Delimited(s[i])), .. streams[^1][i]];
            Array.Fill(b, 1);
            Assert.True(native.TryDecode(packet, a, out int frames));
            Assert.True(managed.TryDecode(packet, b, out int same));
            Assert.Equal((960, 960), (frames, same));
            difference.AddRange(a.Take(960 * 6).Zip(b, static (x, y) => x - y));

            Assert.False(managed.TryDecode(packet.AsSpan(0, packet.Length / 2), b, out _));
        }

        Assert.InRange(Decibels([.. difference]), -200, Alike);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, 3)]
    [InlineData(1, 0, 1)]
    [InlineData(1, 0)]
    public void Surround_of_channels_that_do_not_exist_is_refused_by_both(int streams, int coupled, params int[] mapping)
    {
        byte[] map = [.. mapping.Select(static channel => (byte)channel)];
        Assert.Throws<InvalidOperationException>(() => OpusProvider.Managed.CreateSurroundDecoder(streams, coupled, map));
        if (map.Length > 0)
        {
            Assert.Throws<InvalidOperationException>(() => OpusProvider.Native.CreateSurroundDecoder(streams, coupled, map));
        }
    }

    [Theory]
    [InlineData(20, false)]
    [InlineData(5, true)]
    public void Both_encoders_are_equally_good(int packetMs, bool lowDelay)
    {
        double native = Noise(OpusProvider.Native, OpusProvider.Managed);
        double managed = Noise(OpusProvider.Managed, OpusProvider.Native);

        Assert.InRange(managed, native - 3, native + 1);

        // The coding noise, in dB.
        double Noise(OpusProvider encoder, OpusProvider decoder)
        {
            float[] decoded = Decode(Music(encoder, 2, packetMs, lowDelay), 2, decoder);
            int delay = (lowDelay ? 120 : 312) * 2;
            float[] sound = Sound(2);
            return Decibels([.. sound.Skip(9600).Take(96_000).Zip(decoded.Skip(9600 + delay), static (x, y) => x - y)]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Both_agree_about_what_is_a_packet(int channels)
    {
        byte[][] samples =
        [
            .. Music(OpusProvider.Native, channels, 20, false).Skip(5).Take(4),
            .. Music(OpusProvider.Managed, channels, 5, true).Skip(5).Take(4),
            .. OpusVoice.Encode(channels, 960, 24_000, fec: true, false).Skip(5).Take(4),
            .. OpusVoice.Encode(channels, 2880, 48_000, fec: true, false, 8_000).Skip(5).Take(4),
            .. OpusVoice.Encode(channels, 960, 96_000, fec: false, isDiscontinuous: true, 8_000).Where(static p => p.Length < 3).Take(2),
        ];
        using var native = new OpusDecoder(channels, OpusProvider.Native);
        using var managed = new OpusDecoder(channels, OpusProvider.Managed);
        float[] a = new float[native.MaxFramesPerPacket * channels];
        float[] b = new float[native.MaxFramesPerPacket * channels];
        var noise = new Noise(8251);
        int good = 0;
        for (int i = 0; i < 4_000; i++)
        {
            byte[] packet = noise.Mutation(samples);
            if (i % 5 == 0 && packet.Length > 0)
            {
                packet = packet[..noise.Next(packet.Length)];
            }

            if (i % 7 == 0)
            {
                Assert.Equal(
                    native.TryRecover(packet, a.AsSpan(0, 960 * channels)), managed.TryRecover(packet, b.AsSpan(0, 960 * channels)));
            }

            bool isPacket = native.TryDecode(packet, a, out int frames);
            Assert.Equal((isPacket, frames), (managed.TryDecode(packet, b, out int same), same));
            Assert.False(b.AsSpan(0, same * channels).ContainsAnyExceptInRange(-1f, 1f));
            if (isPacket)
            {
                good++;
            }
            else
            {
                native.Conceal(a.AsSpan(0, 500 * channels));
                managed.Conceal(b.AsSpan(0, 500 * channels));
            }
        }

        Assert.InRange(good, 1_000, 3_900);

        // Whatever came before, good packets are decoded well.
        byte[][] clean = Music(OpusProvider.Native, channels, 20, false);
        Assert.InRange(Decibels(Last(managed).Zip(Last(native), static (x, y) => x - y).ToArray()), -200, Alike);

        IEnumerable<float> Last(OpusDecoder decoder)
        {
            foreach (byte[] packet in clean)
            {
                Assert.True(decoder.TryDecode(packet, a, out _));
            }

            return [.. a.Take(960 * channels)];
        }
    }

    [Fact]
    public void A_packet_of_more_frames_than_there_is_room_for_is_refused_by_both()
    {
        byte[] packet = Joined(Music(OpusProvider.Native, 1, 20, false)[..2]);
        float[] pcm = new float[1920];
        foreach (OpusProvider provider in (OpusProvider[])[OpusProvider.Native, OpusProvider.Managed])
        {
            using IOpusDecoding decoder = provider.CreateDecoder(1);
            Assert.True(decoder.Decode(packet, pcm, 960) < 0);
            Assert.Equal(1920, decoder.Decode(packet, pcm, 1920));
        }
    }

    [Fact]
    public void A_failure_of_concentus_ends_only_its_packet()
    {
        byte[][] packets = Music(OpusProvider.Native, 1, 20, false);
        using IOpusDecoding decoder = OpusProvider.Managed.CreateDecoder(1);
        float[] pcm = new float[960];

        // It writes beyond the end.
        Assert.True(decoder.Decode(packets[0], pcm.AsSpan(0, 10), 960) < 0);
        Assert.All(packets, packet => Assert.Equal(960, decoder.Decode(packet, pcm, 960)));
        Assert.InRange(Signals.Rms(pcm), 0.02, 1);
    }

    private static double Difference(byte[][] packets, int channels)
    {
        float[] native = Decode(packets, channels, OpusProvider.Native);
        float[] managed = Decode(packets, channels, OpusProvider.Managed);
        Assert.Equal(native.Length, managed.Length);
        Assert.True(Signals.Rms(native) > 0.02);
        return Decibels([.. native.Zip(managed, static (x, y) => x - y)]);
    }

    private static double Decibels(float[] error) => 20 * Math.Log10(Signals.Rms(error) + 1e-10);

    private static float[] Decode(byte[][] packets, int channels, OpusProvider provider)
    {
        using var decoder = new OpusDecoder(channels, provider);
        float[] pcm = new float[decoder.MaxFramesPerPacket * channels];
        var all = new List<float>();
        foreach (byte[] packet in packets)
        {
            Assert.True(decoder.TryDecode(packet, pcm, out int frames));
            all.AddRange(pcm.AsSpan(0, frames * channels));
        }

        return [.. all];
    }

    private static float[] Sound(int channels)
    {
        float[] noise = Signals.Noise(Seconds * 48_000 * channels, seed: 3, amplitude: 0.03f);
        return [.. noise.Select((n, i) =>
        {
            double t = i / channels / 48_000.0;
            double chord = new[] { 220.0, 277.2, 1320, 4400 }.Sum(f => Math.Sin((2 * Math.PI * f * t) + (0.5 * Math.Sin(30 * t))));
            return n + (float)(0.1 * chord);
        })];
    }

    private static byte[][] Music(OpusProvider provider, int channels, int packetMs, bool lowDelay)
    {
        using var encoder = new OpusEncoder(
            channels,
            new OpusEncoderOptions
            {
                BitRate = 64_000 * channels,
                PacketTime = TimeSpan.FromMilliseconds(packetMs),
                LowDelay = lowDelay,
            },
            provider);
        return [.. Encoded.By(encoder, Sound(channels)).Packets];
    }

    private static unsafe byte[][] NativeMusic(int frames)
    {
        using OpusEncoderHandle encoder = LibOpus.CreateEncoder(48_000, 2, LibOpus.ApplicationAudio, out _);
        LibOpus.Set(encoder, LibOpus.SetBitRate, 128_000);
        float[] sound = Sound(2);
        byte[] packet = new byte[1500];
        var packets = new List<byte[]>();
        foreach (float[] block in sound.Chunk(2 * frames).Where(block => block.Length == 2 * frames))
        {
            fixed (float* samples = block)
            {
                fixed (byte* bytes = packet)
                {
                    packets.Add(packet[..LibOpus.Encode(encoder, samples, frames, bytes, packet.Length)]);
                }
            }
        }

        return [.. packets];
    }

    /// <summary>One packet of all the frames of packets with one frame each (RFC 6716 §3.2.5).</summary>
    private static byte[] Joined(byte[][] packets) =>
    [
        (byte)(packets[0][0] | 3), (byte)(0x80 | packets.Length),
        .. packets.SkipLast(1).SelectMany(static packet => Length(packet.Length - 1)),
        .. packets.SelectMany(static packet => packet.Skip(1)),
    ];

    /// <summary>The packet of one frame, with its length (RFC 6716, appendix B).</summary>
    private static byte[] Delimited(byte[] packet) => [packet[0], .. Length(packet.Length - 1), .. packet.Skip(1)];

    private static byte[] Length(int bytes) =>
        bytes < 252 ? [(byte)bytes] : [(byte)(252 + (bytes & 3)), (byte)((bytes - 252 - (bytes & 3)) / 4)];
}
