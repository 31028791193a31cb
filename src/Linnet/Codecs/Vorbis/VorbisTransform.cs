using System.Numerics;
using System.Runtime.InteropServices;

namespace Linnet.Codecs.Vorbis;

/// <summary>Turns the spectrum of a block into its sound (an inverse MDCT), for one block length; and the window's slope for it.</summary>
/// <remarks>
/// Source: Vorbis I §1.3.2, §4.3.7. The transform is a DCT-IV, computed by a complex FFT of half its length between two rotations.
/// </remarks>
internal sealed class VorbisTransform
{
    private readonly int _half;
    private readonly Complex32[] _rotations;
    private readonly Complex32[] _roots;
    private readonly int[] _reversed;
    private readonly Complex32[] _work;
    private readonly float[] _dct;

    /// <param name="length">Block length in frames: a power of two, 64–8192.</param>
    internal VorbisTransform(int length)
    {
        _half = length / 2;
        int points = length / 4;
        _dct = new float[_half];
        _work = new Complex32[points];
        _rotations = [.. Enumerable.Range(0, points).Select(k => Complex32.Unit(-Math.PI * (k + 0.125) / _half))];
        _roots = [.. Enumerable.Range(0, points / 2).Select(k => Complex32.Unit(-2 * Math.PI * k / points))];
        _reversed = new int[points];
        int bits = BitOperations.Log2((uint)points);
        for (int i = 0; i < points; i++)
        {
            for (int bit = 0; bit < bits; bit++)
            {
                _reversed[i] |= ((i >> bit) & 1) << (bits - 1 - bit);
            }
        }

        Slope = [.. Enumerable.Range(0, _half).Select(i =>
        {
            double sine = Math.Sin(Math.PI / 2 * (i + 0.5) / _half);
            return (float)Math.Sin(Math.PI / 2 * sine * sine);
        })];
    }

    /// <summary>The rising half of the window, for two neighbors of this length.</summary>
    internal float[] Slope { get; }

    /// <summary>Computes the whole block, without the window, from the half as long spectrum.</summary>
    internal void Invert(ReadOnlySpan<float> spectrum, Span<float> block)
    {
        for (int i = 0; i < _work.Length; i++)
        {
            _work[_reversed[i]] = new Complex32(spectrum[2 * i], spectrum[_half - 1 - (2 * i)]) * _rotations[i];
        }

        Transform();
        for (int i = 0; i < _work.Length; i++)
        {
            Complex32 value = _work[i] * _rotations[i];
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
                    Complex32 turned = high[i] * _roots[i * stride];
                    high[i] = low[i] - turned;
                    low[i] += turned;
                }
            }
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
