using System.Buffers.Binary;
using Linnet.Audio;

namespace Linnet.Tests.Audio;

public class PcmConvertTests
{
    private static readonly SampleEncoding[] All =
        [.. SampleEncoding.All, SampleEncoding.S8, SampleEncoding.S32BE, SampleEncoding.F32BE, SampleEncoding.F64BE];

    public static TheoryData<SampleEncoding> Encodings => [.. All];

    public static TheoryData<SampleEncoding> IntegerEncodings =>
        [.. All.Where(encoding => encoding.BitDepth > 0 && encoding.Name is not ("mulaw" or "alaw"))];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_16_bit_integer_survives_a_round_trip(bool bigEndian)
    {
        byte[] bytes = new byte[2 * 65_536];
        for (int i = 0; i < 65_536; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2 * i), (ushort)i);
        }

        AssertRoundTrip(bigEndian ? SampleEncoding.S16BE : SampleEncoding.S16LE, bytes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_24_bit_integer_survives_a_round_trip(bool bigEndian)
    {
        SampleEncoding encoding = bigEndian ? SampleEncoding.S24BE : SampleEncoding.S24LE;
        byte[] bytes = new byte[3 * 65_536];
        for (int top = 0; top < 256; top++)
        {
            for (int i = 0; i < 65_536; i++)
            {
                bytes[3 * i] = (byte)top;
                BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan((3 * i) + 1), (ushort)i);
            }

            AssertRoundTrip(encoding, bytes);
        }
    }

    [Fact]
    public void Every_8_bit_integer_and_the_upper_24_bits_of_32_survive_a_round_trip()
    {
        AssertRoundTrip(SampleEncoding.U8, [.. Enumerable.Range(0, 256).Select(value => (byte)value)]);

        byte[] bytes = new byte[4 * 100_000];
        new Random(1).NextBytes(bytes);
        for (int i = 0; i < bytes.Length; i += 4)
        {
            bytes[i] = 0;
        }

        AssertRoundTrip(SampleEncoding.S32LE, bytes);
    }

    [Fact]
    public void Stored_bytes_have_the_values_that_the_formats_define()
    {
        AssertReads(SampleEncoding.U8, [0, 128, 129, 255], [-1, 0, 1 / 128f, 127 / 128f]);
        AssertReads(SampleEncoding.S16LE, [0x00, 0x80, 0x01, 0x00], [-1, 1 / 32768f]);
        AssertReads(SampleEncoding.S16BE, [0x80, 0x00, 0x00, 0x01, 0x7F, 0xFF], [-1, 1 / 32768f, 32767 / 32768f]);
        AssertReads(SampleEncoding.S24LE, [0x00, 0x00, 0x80, 0x01, 0x00, 0x00], [-1, 1 / 8388608f]);
        AssertReads(SampleEncoding.S24BE, [0x80, 0x00, 0x00, 0xFF, 0xFF, 0xFF], [-1, -1 / 8388608f]);
        AssertReads(SampleEncoding.S32LE, [0x00, 0x00, 0x00, 0x80, 0x00, 0x01, 0x00, 0x00], [-1, 256 / 2147483648f]);
        AssertReads(SampleEncoding.F32LE, [0x00, 0x00, 0x80, 0xBF, 0x00, 0x00, 0x00, 0x40], [-1, 2]);
        AssertReads(SampleEncoding.F64LE, [0, 0, 0, 0, 0, 0, 0xF0, 0xBF, 0, 0, 0, 0, 0, 0, 0, 0x40], [-1, 2]);
        AssertReads(SampleEncoding.F64LE, [0, 0, 0, 0, 0, 0, 0xF8, 0x7F, 0, 0, 0, 0, 0, 0, 0, 0x7F], [0, 0]);
        AssertReads(SampleEncoding.S8, [0x80, 0, 1, 0x7F], [-1, 0, 1 / 128f, 127 / 128f]);
        AssertReads(SampleEncoding.S32BE, [0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00], [-1, 256 / 2147483648f]);
        AssertReads(SampleEncoding.F32BE, [0xBF, 0x80, 0, 0, 0x40, 0, 0, 0, 0x7F, 0x80, 0, 0], [-1, 2, 0]);
        AssertReads(SampleEncoding.F64BE, [0xBF, 0xF0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0], [-1, 2]);
        AssertReads(SampleEncoding.MuLaw, [0x00, 0x80, 0xFF], [-32124 / 32768f, 32124 / 32768f, 0]);
        AssertReads(SampleEncoding.ALaw, [0x2A, 0xAA, 0xD5], [-32256 / 32768f, 32256 / 32768f, 8 / 32768f]);
    }

    [Theory]
    [MemberData(nameof(IntegerEncodings))]
    public void Floats_beyond_full_scale_are_clamped_and_nan_is_silence(SampleEncoding encoding)
    {
        float largest = encoding.BitDepth == 32 ? 1 : 1 - MathF.Pow(2, 1 - encoding.BitDepth);
        foreach ((float stored, float read) in new[]
        {
            (1f, largest), (1.5f, largest), (1e9f, largest), (float.PositiveInfinity, largest),
            (-1f, -1f), (-1.5f, -1f), (-1e9f, -1f), (float.NegativeInfinity, -1f), (float.NaN, 0f),
        })
        {
            // Nineteen, to cover both the vectors and the remainder.
            float[] pcm = [.. Enumerable.Repeat(stored, 19)];
            byte[] bytes = new byte[19 * encoding.BytesPerSample];
            PcmConvert.FromFloat(encoding, pcm, bytes);
            PcmConvert.ToFloat(encoding, bytes, pcm);

            Assert.All(pcm, sample => Assert.Equal(read, sample));
        }
    }

    [Fact]
    public void G711_bytes_survive_a_round_trip_and_other_values_round_to_the_nearest()
    {
        // µ-law has two zeros; the positive one is written.
        AssertRoundTrip(
            SampleEncoding.MuLaw, [.. Enumerable.Range(0, 256).Where(static code => code != 0x7F).Select(static code => (byte)code)]);
        AssertRoundTrip(SampleEncoding.ALaw, [.. Enumerable.Range(0, 256).Select(static code => (byte)code)]);

        foreach (SampleEncoding encoding in (SampleEncoding[])[SampleEncoding.MuLaw, SampleEncoding.ALaw])
        {
            float[] values = new float[256];
            PcmConvert.ToFloat(encoding, [.. Enumerable.Range(0, 256).Select(static code => (byte)code)], values);
            for (float sample = -1.5f; sample < 1.5f; sample += 0.0007f)
            {
                byte[] code = new byte[1];
                PcmConvert.FromFloat(encoding, [sample], code);
                Assert.Equal(values.Min(value => Math.Abs(value - sample)), Math.Abs(values[code[0]] - sample), 1e-7f);
            }
        }
    }

    [Fact]
    public void Floats_that_are_not_finite_are_read_as_silence()
    {
        float[] pcm = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0.5f];
        byte[] bytes = new byte[16];
        PcmConvert.FromFloat(SampleEncoding.F32LE, pcm, bytes);
        PcmConvert.ToFloat(SampleEncoding.F32LE, bytes, pcm);

        Assert.Equal([0, 0, 0, 0.5f], pcm);
    }

    [Theory]
    [MemberData(nameof(IntegerEncodings))]
    public void Rounding_is_to_the_nearest_step_at_every_index(SampleEncoding encoding)
    {
        float step = MathF.Pow(2, 1 - encoding.BitDepth);
        (float Steps, int Nearest)[] cases = [(0.4f, 0), (0.6f, 1), (-0.4f, 0), (-0.6f, -1), (0.5f, 0), (1.5f, 2), (-0.5f, 0), (-1.5f, -2)];
        foreach ((float steps, int nearest) in cases)
        {
            float[] pcm = [.. Enumerable.Repeat(steps * step, 19)];
            byte[] bytes = new byte[19 * encoding.BytesPerSample];
            PcmConvert.FromFloat(encoding, pcm, bytes);
            PcmConvert.ToFloat(encoding, bytes, pcm);

            Assert.All(pcm, sample => Assert.Equal(nearest * step, sample));
        }
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Any_length_writes_exactly_its_bytes_and_samples(SampleEncoding encoding)
    {
        float[] pcm = [.. Enumerable.Range(0, 40).Select(i => (i - 20) / 32f)];
        for (int length = 0; length <= pcm.Length; length++)
        {
            byte[] bytes = [.. Enumerable.Repeat((byte)0xA5, 400)];
            float[] back = [.. Enumerable.Repeat(7f, 50)];
            int written = PcmConvert.FromFloat(encoding, pcm.AsSpan(0, length), bytes);
            int read = PcmConvert.ToFloat(encoding, bytes.AsSpan(0, written), back);

            Assert.Equal(length * encoding.BytesPerSample, written);
            Assert.Equal(length, read);
            float error = encoding.Name is "mulaw" or "alaw" ? 0.02f : 0;
            Assert.All(Enumerable.Range(0, length), i => Assert.InRange(back[i] - pcm[i], -error, error));
            Assert.All(bytes[written..], value => Assert.Equal(0xA5, value));
            Assert.All(back[length..], value => Assert.Equal(7f, value));
        }
    }

    [Fact]
    public void Invalid_arguments_throw()
    {
        Assert.Throws<ArgumentException>(() => PcmConvert.ToFloat(SampleEncoding.S24BE, new byte[4], new float[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => PcmConvert.ToFloat(SampleEncoding.S16LE, new byte[4], new float[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => PcmConvert.FromFloat(SampleEncoding.S16LE, new float[2], new byte[3]));
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Nothing_is_allocated(SampleEncoding encoding)
    {
        float[] pcm = new float[480];
        byte[] bytes = new byte[480 * encoding.BytesPerSample];

        Assert.Equal(0, Allocations.Of(() =>
        {
            PcmConvert.FromFloat(encoding, pcm, bytes);
            PcmConvert.ToFloat(encoding, bytes, pcm);
        }));
    }

    private static void AssertRoundTrip(SampleEncoding encoding, byte[] bytes)
    {
        float[] pcm = new float[bytes.Length / encoding.BytesPerSample];
        byte[] back = new byte[bytes.Length];

        Assert.Equal(pcm.Length, PcmConvert.ToFloat(encoding, bytes, pcm));
        Assert.Equal(back.Length, PcmConvert.FromFloat(encoding, pcm, back));
        Assert.True(bytes.AsSpan().SequenceEqual(back));
    }

    private static void AssertReads(SampleEncoding encoding, byte[] bytes, float[] expected)
    {
        float[] pcm = new float[expected.Length];
        PcmConvert.ToFloat(encoding, bytes, pcm);

        Assert.Equal(expected, pcm);
    }
}
