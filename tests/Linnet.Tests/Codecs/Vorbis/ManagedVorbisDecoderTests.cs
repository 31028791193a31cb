using System.Buffers;
using Linnet.Audio;
using Linnet.Codecs.Streams;
using Linnet.Codecs.Vorbis;
using Linnet.Tests.Codecs.Mpeg;
using Linnet.Tests.Sources.Files;
using Linnet.Wire.Ogg;

namespace Linnet.Tests.Codecs.Vorbis;

/// <summary>Vorbis decoded without a C library, compared with libvorbis.</summary>
public sealed class ManagedVorbisDecoderTests
{
    [Theory]
    [InlineData(44_100, 1, 64_000)]
    [InlineData(44_100, 2, 48_000)]
    [InlineData(44_100, 2, 128_000)]
    [InlineData(44_100, 2, 450_000)]
    [InlineData(8_000, 1, 16_000)]
    [InlineData(22_050, 2, 48_000)]
    [InlineData(32_000, 2, 96_000)]
    [InlineData(96_000, 2, 192_000)]
    [InlineData(48_000, 3, 256_000)]
    [InlineData(48_000, 4, 256_000)]
    [InlineData(48_000, 5, 320_000)]
    [InlineData(48_000, 6, 320_000)]
    [InlineData(48_000, 7, 400_000)]
    [InlineData(48_000, 8, 400_000)]
    public void A_stream_sounds_the_same(int rate, int channels, int bitRate)
    {
        using var encoder = new VorbisEncoder(new AudioFormat(rate, channels), bitRate);
        Stream stream = Stream.Of(encoder, BothWays.Lively(rate, rate / 2, channels));

        AssertSame(stream, stream.Packets);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(6)]
    public void A_silent_channel_stays_silent(int channels)
    {
        float[] pcm = BothWays.Lively(44_100, 20_000, channels);
        for (int i = 1; i < pcm.Length; i += channels)
        {
            pcm[i] = 0;
        }

        using var encoder = new VorbisEncoder(new AudioFormat(44_100, channels), 64_000 * channels);
        Stream stream = Stream.Of(encoder, pcm);

        AssertSame(stream, stream.Packets);
    }

    [Fact]
    public void The_end_of_a_file_is_cut_off_at_the_same_frame()
    {
        float[] pcm = BothWays.Lively(44_100, 30_001, 2);
        byte[] file = SoundFiles.Vorbis(new AudioFormat(44_100, 2), pcm, "a");

        float[] managed = BothWays.Decode(new OggStreamDecoder(isFile: true, isManaged: true), file);

        Assert.Equal(pcm.Length, managed.Length);
        BothWays.AssertSame(BothWays.Decode(new OggStreamDecoder(isFile: true, isManaged: false), file), managed);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(6)]
    public void Lost_packets_cost_only_their_own_frames(int channels)
    {
        using var encoder = new VorbisEncoder(new AudioFormat(44_100, channels), 64_000 * channels);
        Stream stream = Stream.Of(encoder, BothWays.Lively(44_100, 44_100, channels));
        for (int seed = 0; seed < 10; seed++)
        {
            var random = new Random(seed);
            AssertSame(stream, [.. stream.Packets.Where(_ => random.Next(4) != 0)]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(6)]
    public void A_packet_that_was_cut_short_gives_what_it_has(int channels)
    {
        using var encoder = new VorbisEncoder(new AudioFormat(44_100, channels), 64_000 * channels);
        Stream stream = Stream.Of(encoder, BothWays.Lively(44_100, 22_050, channels));
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            AssertSame(stream, [.. stream.Packets.Select(packet => packet[..random.Next(1, packet.Length + 1)])]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(6)]
    public void Damaged_packets_give_the_same_number_of_frames_and_never_fail(int channels)
    {
        using var encoder = new VorbisEncoder(new AudioFormat(44_100, channels), 64_000 * channels);
        Stream stream = Stream.Of(encoder, BothWays.Lively(44_100, 22_050, channels));
        for (int seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            byte[][] packets = [.. stream.Packets.Select(packet => Damaged(packet, random))];

            (_, int[] native) = stream.Decode(stream.Native()!, packets);
            (float[] pcm, int[] managed) = stream.Decode(stream.Managed()!, packets);

            Assert.Equal(native, managed);
            Assert.DoesNotContain(pcm, static sample => !float.IsFinite(sample));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(6)]
    public void A_damaged_setup_never_fails(int channels)
    {
        using var encoder = new VorbisEncoder(new AudioFormat(44_100, channels), 64_000 * channels);
        Stream stream = Stream.Of(encoder, BothWays.Lively(44_100, 5_000, channels));
        int accepted = 0;
        for (int seed = 0; seed < 2_000; seed++)
        {
            var random = new Random(seed);
            Stream other = stream with { Setup = Damaged(stream.Setup, random) };
            if (VorbisSetup.IsReasonable(other.Setup) && other.Managed() is { } decoder)
            {
                accepted++;
                (float[] pcm, _) = other.Decode(decoder, other.Packets);
                Assert.DoesNotContain(pcm, static sample => !float.IsFinite(sample));
            }
        }

        Assert.InRange(accepted, 1, 2_000);
    }

    [Fact]
    public void A_word_for_many_classes_costs_no_more_than_those_that_there_are()
    {
        // Eight channels that are not silent, each with one word of 65,535 classes for two partitions of a block of 64. Work for each
        // class would take a minute for these packets.
        byte[] packet = new byte[40];
        packet.AsSpan().Fill(0xFF);
        packet[0] = 0xFE;
        byte[] first = [1, .. "vorbis"u8, 0, 0, 0, 0, 8, 0x80, 0xBB, 0, 0, .. new byte[12], 0x66, 1];
        Assert.True(VorbisHead.TryParse(first, out VorbisHead head));
        byte[] setup = [.. VorbisSetups.WithClassBook(65_535), .. new byte[300]];
        Assert.True(VorbisSetup.IsReasonable(setup));

        var stream = new Stream(head, first, setup, [.. Enumerable.Repeat(packet, 20_000)]);
        (_, int[] frames) = stream.Decode(stream.Managed()!, stream.Packets);

        Assert.Equal(19_999 * 32, frames.Sum());
    }

    private static void AssertSame(Stream stream, IReadOnlyList<byte[]> packets)
    {
        (float[] native, int[] nativeFrames) = stream.Decode(stream.Native()!, packets);
        (float[] managed, int[] managedFrames) = stream.Decode(stream.Managed()!, packets);
        Assert.Equal(nativeFrames, managedFrames);
        BothWays.AssertSame(native, managed);
    }

    private static byte[] Damaged(byte[] packet, Random random)
    {
        byte[] damaged = random.Next(4) == 0 ? packet[..random.Next(1, packet.Length + 1)] : [.. packet];
        for (int changes = random.Next(4); changes > 0; changes--)
        {
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
        }

        return damaged;
    }

    /// <summary>An encoded stream.</summary>
    private sealed record Stream(VorbisHead Head, byte[] First, byte[] Setup, IReadOnlyList<byte[]> Packets)
    {
        public static Stream Of(VorbisEncoder encoder, float[] pcm)
        {
            Assert.True(VorbisHead.TryParse(encoder.Headers[0].Span, out VorbisHead head));
            return new Stream(head, encoder.Headers[0].ToArray(), encoder.Headers[2].ToArray(), Encoded.By(encoder, pcm).Packets);
        }

        public ManagedVorbisDecoder? Managed() => ManagedVorbisDecoder.TryCreate(Head, Setup);

        public LibVorbisPackets? Native() =>
            LibVorbisPackets.TryCreate(Head.Format.Channels, [First, new VorbisComment("test").ToVorbisHeader(), Setup]);

        public (float[] Pcm, int[] Frames) Decode(IVorbisDecoder decoder, IReadOnlyList<byte[]> packets)
        {
            using (decoder)
            {
                var all = new ArrayBufferWriter<float>();
                float[] pcm = new float[IVorbisDecoder.MaxFrames * Head.Format.Channels];
                int[] frames = new int[packets.Count];
                for (int i = 0; i < packets.Count; i++)
                {
                    frames[i] = decoder.Decode(packets[i], pcm);
                    all.Write(pcm.AsSpan(0, Math.Max(0, frames[i]) * Head.Format.Channels));
                }

                return (all.WrittenSpan.ToArray(), frames);
            }
        }
    }
}
