using Linnet.Audio;
using Linnet.Codecs.Flac;
using Linnet.Codecs.Streams;
using Linnet.Tests.Fakes;
using Linnet.Tests.Sources.Files;
using Linnet.Wire.Flac;

namespace Linnet.Tests.Codecs.Flac;

/// <summary>Our own FLAC decoder, beside libFLAC.</summary>
public sealed class FlacFrameDecoderTests
{
    private const int Damages = 1000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(8)]
    public void Every_kind_of_frame_gives_every_bit_as_with_libFLAC(int channels)
    {
        var maker = new FlacFrameMaker(channels);
        for (int i = 0; i < 87; i++)
        {
            FlacStreamInfo info = maker.Info(channels, depth: 4 + (i % 29));
            using IFlacFrameDecoder own = FlacFrameDecoders.Create(info, usesLibrary: false);
            using IFlacFrameDecoder library = FlacFrameDecoders.Create(info, usesLibrary: true);
            Assert.IsType<LibFlacFrameDecoder>(library);
            for (int frames = 16 + (i % 50); frames < 1200; frames = frames * 3 / 16 * 16)
            {
                byte[] frame = maker.Frame(info, frames, out float[] pcm);
                Assert.True(FlacFrameHeader.TryParse(frame, info, out FlacFrameHeader header));

                float[] decoded = own.Decode(frame, header, out bool isDamaged).ToArray();

                Assert.Equal((info, i, false), (info, i, isDamaged));
                Assert.Equal(pcm, decoded);
                Assert.Equal(pcm, library.Decode(frame, header, out isDamaged).ToArray());
                Assert.False(isDamaged);
            }
        }
    }

    [Theory]
    [InlineData(44_100, 2, 16)]
    [InlineData(48_000, 2, 24)]
    [InlineData(96_000, 6, 24)]
    [InlineData(8_000, 1, 16)]
    public void A_file_of_our_encoder_gives_every_sample(int rate, int channels, int bits)
    {
        float[] noise = SoundFiles.Noise(20_000, channels);
        float[] sound = [.. noise, .. noise.Take(9_999 * channels).Select(static sample => MathF.Sign(sample) * 0.5f)];
        byte[] file = SoundFiles.Flac(new AudioFormat(rate, channels), sound, "x", bits);

        foreach (bool usesLibrary in (bool[])[false, true])
        {
            var decoded = new HeardSound();
            using var decoder = new FlacStreamDecoder(isFile: false, usesLibrary);
            decoder.Write(file, decoded);
            decoder.Complete(decoded);
            Assert.Null(decoder.Problem);
            Assert.Equal(sound, decoded.Pcm);
        }
    }

    [Theory]
    [InlineData(1, 16)]
    [InlineData(2, 16)]
    [InlineData(2, 24)]
    [InlineData(2, 32)]
    [InlineData(3, 8)]
    public void Damaged_frames_are_refused_like_libFLAC_does_or_sound_the_same(int channels, int depth)
    {
        var maker = new FlacFrameMaker(depth);
        var random = new Random(channels);
        FlacStreamInfo info = maker.Info(channels, depth);
        using IFlacFrameDecoder own = FlacFrameDecoders.Create(info, usesLibrary: false);
        using IFlacFrameDecoder library = FlacFrameDecoders.Create(info, usesLibrary: true);
        int refused = 0;
        for (int i = 0; i < Damages; i++)
        {
            byte[] frame = maker.Frame(info, random.Next(1, 20) * 16, out _);
            for (int faults = random.Next(1, 4); faults > 0; faults--)
            {
                int at = random.Next(8, random.Next(2) == 0 ? frame.Length - 2 : Math.Min(frame.Length - 2, 24));
                frame[at] = random.Next(3) switch { 0 => (byte)(frame[at] ^ (1 << random.Next(8))), 1 => 0xFF, _ => 0 };
            }

            frame = FlacFrameMaker.Seal(random.Next(10) == 0 ? [.. frame.AsSpan(0, random.Next(10, frame.Length))] : frame);
            Assert.True(FlacFrameHeader.TryParse(frame, info, out FlacFrameHeader header));

            float[] mine = own.Decode(frame, header, out bool isDamaged).ToArray();
            float[] theirs = library.Decode(frame, header, out bool isDamagedThere).ToArray();

            refused += isDamaged ? 1 : 0;
            Assert.True(isDamaged || !isDamagedThere, Convert.ToHexString(frame));
            Assert.Equal(isDamaged ? new float[mine.Length] : theirs, mine);
        }

        Assert.InRange(refused, Damages / 10, Damages - 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_frame_sounds_the_same_after_a_damaged_one_and_after_a_gap(bool usesLibrary)
    {
        List<byte[]> frames = Frames(100_000, out FlacStreamInfo info);
        using IFlacFrameDecoder decoder = FlacFrameDecoders.Create(info, usesLibrary);
        using IFlacFrameDecoder other = FlacFrameDecoders.Create(info, usesLibrary);
        for (int i = 0; i + 3 < frames.Count; i += 3)
        {
            byte[] damaged = [.. frames[i]];
            damaged.AsSpan(20, 40).Fill(0xFF);
            damaged = FlacFrameMaker.Seal(damaged, Header(damaged).Length);
            decoder.Decode(damaged, Header(damaged), out bool isDamaged);
            Assert.True(isDamaged);

            AssertSame(frames[i + 1]);
            AssertSame(frames[i + 3]);
        }

        FlacFrameHeader Header(byte[] frame) => FlacFrameHeader.TryParse(frame, info, out FlacFrameHeader header) ? header : default;

        void AssertSame(byte[] frame)
        {
            float[] expected = other.Decode(frame, Header(frame), out _).ToArray();
            Assert.Contains(expected, static sample => sample != 0);
            Assert.Equal(expected, decoder.Decode(frame, Header(frame), out bool isDamaged).ToArray());
            Assert.False(isDamaged);
        }
    }

    [Fact]
    public void Impossible_values_are_refused()
    {
        FlacStreamInfo info = new FlacFrameMaker(1).Info(1, 16);
        using IFlacFrameDecoder own = FlacFrameDecoders.Create(info, usesLibrary: false);
        byte[] head = [0xFF, 0xF8, 0x70, 0, 0, 0, 15, 0];
        Assert.False(IsDamaged([0x00, 0x12, 0x34]));                // a constant
        Assert.True(IsDamaged([0x00, 0x12]));                       // cut off
        Assert.True(IsDamaged([0x00, 0x12, 0x34, 0]));              // longer than its content
        Assert.True(IsDamaged([0x80, 0x12, 0x34]));                 // first bit set
        Assert.True(IsDamaged([0x04, 0x12, 0x34]));                 // a reserved type
        Assert.True(IsDamaged([0x1A, .. new byte[60]]));            // a fixed predictor of order 5
        Assert.True(IsDamaged([0x01, 0, 0, 1, 0x12, 0x34]));        // all 16 bits wasted
        Assert.True(IsDamaged([0x5E, .. new byte[200]]));           // order 16 of 16 samples
        Assert.True(IsDamaged([0x10, 0x80, 0, 0]));                 // a residual method that does not exist
        Assert.True(IsDamaged([0x10, 0x14, 0, 0]));                 // 32 partitions of 16 samples
        Assert.True(IsDamaged([0x12, 0, 0, 0x10, 0]));              // 16 partitions, the first of which has the first sample
        Assert.True(IsDamaged([0x40, 0, 0, 0xF0, .. new byte[9]])); // coefficients of 16 bits

        string zero = new('0', 30);
        string rest = string.Concat(Enumerable.Repeat("1" + zero, 15));

        // A number of 32 bits is possible, one of 34 is not, even if its lower 32 bits are.
        Assert.False(IsDamaged([0x10, .. Bits("010000" + "11110" + "1" + zero + rest)]));
        Assert.True(IsDamaged([0x10, .. Bits("010000" + "11110" + "000000001" + zero + rest)]));

        bool IsDamaged(byte[] body)
        {
            byte[] frame = FlacFrameMaker.Seal([.. head, .. body, 0, 0]);
            Assert.True(FlacFrameHeader.TryParse(frame, info, out FlacFrameHeader header));
            own.Decode(frame, header, out bool isDamaged);
            return isDamaged;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_frame_with_a_wrong_checksum_is_silence(bool usesLibrary)
    {
        List<byte[]> frames = Frames(20_000, out FlacStreamInfo info);
        using IFlacFrameDecoder decoder = FlacFrameDecoders.Create(info, usesLibrary);
        Assert.True(FlacFrameHeader.TryParse(frames[1], info, out FlacFrameHeader header));
        byte[] wrong = [.. frames[1]];
        wrong[^1] ^= 1;

        Assert.All(decoder.Decode(wrong, header, out bool isDamaged).ToArray(), static sample => Assert.Equal(0, sample));
        Assert.True(isDamaged);
    }

    [Fact]
    public void Decoding_allocates_nothing()
    {
        List<byte[]> frames = Frames(20_000, out FlacStreamInfo info);
        using IFlacFrameDecoder own = FlacFrameDecoders.Create(info, usesLibrary: false);
        Assert.True(FlacFrameHeader.TryParse(frames[1], info, out FlacFrameHeader header));

        Assert.Equal(0, Allocations.Of(() => own.Decode(frames[1], header, out _)));
    }

    private static byte[] Bits(string bits) =>
        [.. bits.Chunk(8).Select(static chunk => Convert.ToByte(new string(chunk).PadRight(8, '0'), 2))];

    private static List<byte[]> Frames(int length, out FlacStreamInfo info)
    {
        ReadOnlySpan<byte> file = SoundFiles.Flac(new AudioFormat(44_100, 2), SoundFiles.Noise(length, 2), "x");
        var reader = new FlacReader();
        var frames = new List<byte[]>();
        while (reader.TryRead(ref file, out FlacItem item) || reader.TryReadLast(out item))
        {
            if (item.Kind is FlacItemKind.Frame)
            {
                frames.Add(item.Data.ToArray());
            }
        }

        info = reader.Info!;
        return frames;
    }
}
