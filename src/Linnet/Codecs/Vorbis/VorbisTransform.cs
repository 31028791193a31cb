using System.Numerics;
using System.Runtime.InteropServices;

namespace Linnet.Codecs.Vorbis;

/// <summary>Turns the spectrum of a block into its sound (an inverse MDCT), for one block length; and the window's slope for it.</summary>
/// <remarks>
/// Source: Vorbis I §1.3.2, §4.3.7. The transform is a DCT-IV, computed by a complex FFT of half its length between two rotations.
/// </remarks>
internal sealed class VorbisTransform
{
    // By the logarithm of the length. Streams share them: a chain of short streams would compute them again and again.
    private static readonly Tables?[] Known = new Tables?[14];

    private readonly int _half;
    private readonly Tables _tables;
    private readonly Complex32[] _work;
    private readonly float[] _dct;

    /// <param name="length">Block length in frames: a power of two, 64–8192.</param>
    internal VorbisTransform(int length)
    {
        _half = length / 2;
        _dct = new float[_half];
        _work = new Complex32[length / 4];
        _tables = Known[BitOperations.Log2((uint)length)] ??= Tables.Of(length);
    }

    /// <summary>The rising half of the window, for two neighbors of this length.</summary>
    internal ReadOnlySpan<float> Slope => _tables.Slope;

    /// <summary>Computes the whole block, without the window, from the half as long spectrum.</summary>
    internal void Invert(ReadOnlySpan<float> spectrum, Span<float> block)
    {
        Complex32[] rotations = _tables.Rotations;
        int[] reversed = _tables.Reversed;
        for (int i = 0; i < _work.Length; i++)
        {
            _work[reversed[i]] = new Complex32(spectrum[2 * i], spectrum[_half - 1 - (2 * i)]) * rotations[i];
        }

        Transform();
        for (int i = 0; i < _work.Length; i++)
        {
            Complex32 value = _work[i] * rotations[i];
            _dct[2 * i] = value.Real;
            _dct[_half - 1 - (2 * i)] = -value.Imaginary;
        }

        // The block repeats the DCT mirrored: its second half, the whole negated backwards, and its first half negated.
        int quarter = _half / 2;
        ReadOnlySpan<float> dct = _dct;
        dct[quarter..].CopyTo(block);
        for (int i = 0; i < _half; i++)
        {
            block[quarter + i] = -dct[_half - 1 - i];
        }

        for (int i = 0; i < quarter; i++)
        {
            block[_half + quarter + i] = -dct[i];
        }
    }

    /// <summary>An FFT in place; its input is in bit-reversed order.</summary>
    private void Transform()
    {
        Span<Complex32> values = _work;
        Complex32[] roots = _tables.Roots;
        for (int size = 2; size <= values.Length; size *= 2)
        {
            int half = size / 2;
            int stride = values.Length / size;
            for (int start = 0; start < values.Length; start += size)
            {
                Span<Complex32> low = values.Slice(start, half);
                Span<Complex32> high = values.Slice(start + half, half);
                for (int i = 0; i < low.Length; i++)
                {
                    Complex32 turned = high[i] * roots[i * stride];
                    high[i] = low[i] - turned;
                    low[i] += turned;
                }
            }
        }
    }

    private sealed record Tables(Complex32[] Rotations, Complex32[] Roots, int[] Reversed, float[] Slope)
    {
        public static Tables Of(int length)
        {
            (int half, int points) = (length / 2, length / 4);
            int[] reversed = new int[points];
            int bits = BitOperations.Log2((uint)points);
            for (int i = 0; i < points; i++)
            {
                for (int bit = 0; bit < bits; bit++)
                {
                    reversed[i] |= ((i >> bit) & 1) << (bits - 1 - bit);
                }
            }

            return new Tables(
                [.. Enumerable.Range(0, points).Select(k => Complex32.Unit(-Math.PI * (k + 0.125) / half))],
                [.. Enumerable.Range(0, points / 2).Select(k => Complex32.Unit(-2 * Math.PI * k / points))],
                reversed,
                [.. Enumerable.Range(0, half).Select(i =>
                {
                    double sine = Math.Sin(Math.PI / 2 * (i + 0.5) / half);
                    return (float)Math.Sin(Math.PI / 2 * sine * sine);
                })]);
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Complex32(float Real, float Imaginary)
    {
        public static Complex32 Unit(double angle) => new((float)Math.Cos(angle), (float)Math.Sin(angle));

        public static Complex32 operator *(Complex32 a, Complex32 b) =>
            new((a.Real * b.Real) - (a.Imaginary * b.Imaginary), (a.Real * b.Imaginary) + (a.Imaginary * b.Real));

        public static Complex32 operator +(Complex32 a, Complex32 b) => new(a.Real + b.Real, a.Imaginary + b.Imaginary);

        public static Complex32 operator -(Complex32 a, Complex32 b) => new(a.Real - b.Real, a.Imaginary - b.Imaginary);
    }
}
