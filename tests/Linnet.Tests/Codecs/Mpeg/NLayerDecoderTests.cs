using System.Reflection;
using Linnet.Audio;
using Linnet.Codecs.Mp3;
using Linnet.Codecs.Mpeg;
using Linnet.Codecs.Streams;
using Linnet.Tests.Fakes;
using Linnet.Tests.Sources.Files;
using Linnet.Wire.Mpeg;

namespace Linnet.Tests.Codecs.Mpeg;

/// <summary>MPEG audio decoded by NLayer, compared with libmpg123.</summary>
public sealed class NLayerDecoderTests
{
    [Theory]
    [InlineData(48_000, 2, 320_000)]
    [InlineData(48_000, 1, 64_000)]
    [InlineData(44_100, 2, 128_000)]
    [InlineData(44_100, 1, 48_000)]
    [InlineData(32_000, 2, 64_000)]
    [InlineData(24_000, 2, 64_000)]
    [InlineData(24_000, 1, 160_000)]
    [InlineData(22_050, 2, 56_000)]
    [InlineData(16_000, 1, 24_000)]
    public void An_MP3_sounds_the_same(int rate, int channels, int bitRate)
    {
        byte[] stream = Encode(rate, channels, bitRate);

        AssertSame(stream, isFile: true);
        AssertSame(stream, isFile: false);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_padding_of_a_file_is_cut_off_at_the_same_frame(int channels)
    {
        float[] pcm = BothWays.Lively(44_100, 30_000, channels);
        byte[] file = SoundFiles.Mp3(new AudioFormat(44_100, channels), pcm, "a", static count => count);

        float[] managed = BothWays.Decode(new MpegStreamDecoder(isFile: true, isManaged: true), file);

        Assert.Equal(pcm.Length, managed.Length);
        BothWays.AssertSame(BothWays.Decode(new MpegStreamDecoder(isFile: true, isManaged: false), file), managed);
    }

    // The bytes of the header after the first, then the bits and the value of each subband's allocation: 2 or 3 bits per sample.
    [Theory]
    [InlineData(0xFF, 0xC0, 0x00, "4:1*32")]
    [InlineData(0xFF, 0xC4, 0xC0, "4:1*32")]
    [InlineData(0xFF, 0xC4, 0x50, "4:1*32")]
    [InlineData(0xFF, 0xC8, 0x70, "4:1*32")]
    [InlineData(0xF7, 0xC0, 0x00, "4:1*32")]
    [InlineData(0xF7, 0x84, 0xC0, "4:1*32")]
    [InlineData(0xFD, 0xE0, 0x00, "4:2*3 4:3*8 3:3*12 2:0*7")]
    [InlineData(0xFD, 0xA0, 0xC0, "4:2*3 4:3*8 3:3*12 2:0*7")]
    [InlineData(0xFD, 0xE8, 0x60, "4:2*3 4:3*8 3:3*12 2:0*7")]
    [InlineData(0xFD, 0xE4, 0x00, "4:2*3 4:3*8 3:3*12 2:0*4")]
    [InlineData(0xF5, 0xE0, 0x00, "4:3*4 3:4*7 2:0*19")]
    [InlineData(0xF5, 0xA4, 0xC0, "4:3*4 3:4*7 2:0*19")]
    public void Layers_I_and_II_sound_the_same(byte second, byte third, byte fourth, string allocations)
    {
        var random = new Random(second + third + fourth);
        byte[] header = [0xFF, second, third, fourth];
        Assert.True(MpegHeader.TryParse(header, out MpegHeader parsed));
        int bound = fourth >> 6 == 1 ? 4 + (4 * ((fourth >> 4) & 3)) : 32;
        List<byte> stream = [];
        for (int frame = 0; frame < 40; frame++)
        {
            // Everything but the allocations is noise.
            byte[] bytes = new byte[parsed.FrameLength];
            random.NextBytes(bytes);
            header.CopyTo(bytes, 0);
            Allocate(bytes, allocations, parsed.Channels, bound);
            stream.AddRange(bytes);
        }

        AssertSame([.. stream], isFile: true);
    }

    [Theory]
    [InlineData(32_000)]
    [InlineData(64_000)]
    [InlineData(320_000)]
    public void A_stream_joined_in_the_middle_is_silent_until_its_reservoir_is_there(int bitRate)
    {
        byte[] stream = Encode(44_100, 2, bitRate);

        for (int part = 1; part < 10; part++)
        {
            AssertSame(stream[(stream.Length * part / 11)..], isFile: false);
        }
    }

    [Theory]
    [InlineData(44_100)]
    [InlineData(48_000)]
    [InlineData(32_000)]
    public void Each_window_of_a_short_block_has_its_own_gain(int rate)
    {
        byte[] stream = Encode(rate, 2, 320_000);
        int changed = 0;
        for (int at = 0; at < stream.Length && MpegHeader.TryParse(stream.AsSpan(at), out MpegHeader header); at += header.FrameLength)
        {
            Span<byte> side = stream.AsSpan(at + header.SideInfoStart, header.SideInfoLength);
            for (int part = 0; part < 4; part++)
            {
                // Main data, private bits and shared scale factors; then 59 bits for each channel of each granule.
                int flag = 9 + 3 + 8 + (59 * part) + 12 + 9 + 8 + 4;
                if (BitsOf(side, flag, 1) == 1 && BitsOf(side, flag + 1, 2) == 2)
                {
                    changed++;
                    for (int bit = 0; bit < 9; bit++)
                    {
                        int gain = flag + 1 + 2 + 1 + 10 + bit;
                        int mask = 0x80 >> (gain & 7);
                        side[gain >> 3] = (byte)((side[gain >> 3] & ~mask) | ((0b000_001_010 >> (8 - bit) & 1) == 1 ? mask : 0));
                    }
                }
            }
        }

        Assert.InRange(changed, 5, int.MaxValue);
        AssertSame(stream, isFile: false);
    }

    [Fact]
    public void A_damaged_frame_is_silence_of_its_length_and_the_next_ones_play()
    {
        byte[] stream = Encode(44_100, 2, 128_000);
        float[] whole = BothWays.Decode(new MpegStreamDecoder(isManaged: true), stream);
        for (int seed = 0; seed < 100; seed++)
        {
            byte[] damaged = Damaged(stream, seed, stream.Length / 2);
            float[] pcm = BothWays.Decode(new MpegStreamDecoder(isManaged: true), damaged);

            Assert.Equal(whole.Length, pcm.Length);
            Assert.DoesNotContain(pcm, static sample => !float.IsFinite(sample));
            int late = whole.Length * 3 / 4;
            Assert.InRange(BothWays.Difference(whole.AsSpan(late), pcm.AsSpan(late)), double.NegativeInfinity, -100);
        }
    }

    [Theory]
    [InlineData(64_000, true)]
    [InlineData(64_000, false)]
    [InlineData(128_000, true)]
    [InlineData(128_000, false)]
    public void Frames_whose_reservoir_is_lost_in_a_gap_are_silent_and_not_noise(int bitRate, bool isManaged)
    {
        byte[] stream = Encode(44_100, 2, bitRate);
        float[] whole = BothWays.Decode(new MpegStreamDecoder(isManaged: isManaged), stream);
        float loudest = whole.Max(MathF.Abs);
        int[] frames = [.. FramesOf(stream)];
        for (int i = 5; i < frames.Length - 15; i++)
        {
            // A frame is lost, and other bytes are in its place.
            byte[] damaged = [.. stream.AsSpan(0, frames[i]), .. new byte[50], .. stream.AsSpan(frames[i + 1])];
            float[] pcm = BothWays.Decode(new MpegStreamDecoder(isManaged: isManaged), damaged);

            Assert.Equal(whole.Length - (1152 * 2), pcm.Length);
            Assert.InRange(pcm.Max(MathF.Abs), 0.1f, 1.1f * loudest);
            int tail = (frames.Length - i - 12) * 1152 * 2;
            BothWays.AssertSame(whole[^tail..], pcm[^tail..]);
        }
    }

    [Fact]
    public void Every_table_of_NLayer_is_built_before_the_first_frame()
    {
        using var decoder = new NLayerDecoder();
        FieldInfo? tables = typeof(NLayer.MpegFrameDecoder).Assembly.GetType("NLayer.Decoder.Huffman")!
            .GetField("_llCache", BindingFlags.Static | BindingFlags.NonPublic);

        Assert.DoesNotContain(null, (object?[])tables!.GetValue(null)!);
    }

    [Fact]
    public void MP3_at_8_kHz_is_refused_with_what_would_play_it()
    {
        byte[] header = [0xFF, 0xE3, 0x88, 0xC0];
        Assert.True(MpegHeader.TryParse(header, out MpegHeader parsed));
        Assert.Equal(8_000, parsed.SampleRate);
        byte[] frame = [.. header, .. new byte[parsed.FrameLength - header.Length]];
        using var decoder = new MpegStreamDecoder(isManaged: true);
        decoder.Write([.. frame, .. frame, .. frame], new HeardSound());

        Assert.Equal(StreamFault.Unavailable, decoder.Problem?.Fault);
        Assert.StartsWith("MP3 at 8 kHz needs libmpg123.", decoder.Problem?.Text, StringComparison.Ordinal);
    }

    private static void AssertSame(byte[] stream, bool isFile) => BothWays.AssertSame(
        BothWays.Decode(new MpegStreamDecoder(isFile, isManaged: false), stream),
        BothWays.Decode(new MpegStreamDecoder(isFile, isManaged: true), stream));

    private static byte[] Encode(int rate, int channels, int bitRate)
    {
        using var encoder = new Mp3Encoder(new AudioFormat(rate, channels), new Mp3EncoderOptions { BitRate = bitRate });
        return Encoded.By(encoder, BothWays.Lively(rate, rate, channels)).Bytes;
    }

    /// <summary>Where the frames begin.</summary>
    private static IEnumerable<int> FramesOf(byte[] stream)
    {
        for (int at = 0; at < stream.Length && MpegHeader.TryParse(stream.AsSpan(at), out MpegHeader header); at += header.FrameLength)
        {
            yield return at;
        }
    }

    private static int BitsOf(ReadOnlySpan<byte> bytes, int at, int count)
    {
        int value = 0;
        for (int i = at; i < at + count; i++)
        {
            value = (value << 1) | ((bytes[i >> 3] >> (7 - (i & 7))) & 1);
        }

        return value;
    }

    /// <summary>Writes the allocations of all subbands; from <paramref name="bound"/> on, both channels share one.</summary>
    private static void Allocate(byte[] frame, string allocations, int channels, int bound)
    {
        (int at, int subband) = (32, 0);
        foreach (int[] group in allocations.Split(' ').Select(static g => g.Split(':', '*').Select(int.Parse).ToArray()))
        {
            for (int i = 0; i < group[2]; i++, subband++)
            {
                for (int channel = 0; channel < (subband < bound ? channels : 1); channel++)
                {
                    for (int bit = group[0] - 1; bit >= 0; bit--, at++)
                    {
                        int mask = 0x80 >> (at & 7);
                        frame[at >> 3] = (byte)((frame[at >> 3] & ~mask) | (((group[1] >> bit) & 1) == 1 ? mask : 0));
                    }
                }
            }
        }
    }

    /// <summary>Changes bytes of one frame, but not its header.</summary>
    private static byte[] Damaged(byte[] stream, int seed, int about)
    {
        var random = new Random(seed);
        byte[] damaged = [.. stream];
        int at = about + damaged.AsSpan(about).IndexOf((ReadOnlySpan<byte>)[0xFF, 0xFB]);
        Assert.True(MpegHeader.TryParse(damaged.AsSpan(at), out MpegHeader header));
        for (int changes = random.Next(1, 60); changes > 0; changes--)
        {
            // The side information, mostly.
            int reach = random.Next(4) == 0 ? header.FrameLength : 36;
            damaged[at + random.Next(4, reach)] = (byte)random.Next(256);
        }

        return damaged;
    }
}
