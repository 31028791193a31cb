using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Linnet.Codecs.Flac;

/// <summary>Predicts each sample of a FLAC subframe from the ones before it.</summary>
/// <remarks>Source: RFC 9639 §9.2.5 (fixed predictors), §9.2.6 (linear predictors).</remarks>
internal struct FlacPredictor
{
    /// <summary>The most earlier samples that a prediction uses.</summary>
    internal const int MaxOrder = 32;

    /// <summary>Products that are summed together; missing coefficients are 0.</summary>
    private const int Step = 4;

    private Coefficients _coefficients; // for the oldest sample first
    private int _taps;
    private int _shift;

    /// <summary>Uses a fixed predictor, of order 0 to 4.</summary>
    internal void SetFixed(int order)
    {
        ReadOnlySpan<long> coefficients = order switch
        {
            0 => [],
            1 => [1],
            2 => [-1, 2],
            3 => [1, -3, 3],
            _ => [-1, 4, -6, 4],
        };
        coefficients.CopyTo(Begin(order));
    }

    /// <summary>Reads the coefficients of a linear predictor.</summary>
    internal bool TryRead(ref FlacBits bits, int order)
    {
        // width of a coefficient less one 4 | shift 5, signed | coefficients, that of the newest sample first
        int width = (int)bits.Read(4) + 1;
        _shift = (int)bits.ReadSigned(5);
        Span<long> coefficients = Begin(order);
        for (int i = order - 1; i >= 0; i--)
        {
            coefficients[i] = bits.ReadSigned(width);
        }

        return !bits.IsOver && width < 16 && _shift >= 0;
    }

    /// <summary>Adds the prediction to each number.</summary>
    /// <param name="memory">Samples, and at least <see cref="MaxOrder"/> of anything before the first of them.</param>
    /// <param name="start">The first number.</param>
    /// <param name="depth">Bits per sample.</param>
    /// <returns>Whether no result has more bits than that.</returns>
    internal readonly bool TryAdd<T>(Span<T> memory, int start, int depth)
        where T : struct, IBinaryInteger<T>
    {
        // As long as samples have their width, a sum cannot overflow: 33 bits × 15 bits × 32 products make 53 bits.
        // The newest samples stay in registers: each prediction waits for the one before it.
        ReadOnlySpan<long> coefficients = _coefficients;
        int older = Math.Max(0, _taps - Step);
        ReadOnlySpan<long> newest = coefficients.Slice(older, Step);
        (long c4, long c3, long c2, long c1) = (newest[0], newest[1], newest[2], newest[3]);
        ReadOnlySpan<T> last = memory.Slice(start - Step, Step);
        (long x4, long x3, long x2, long x1) = (Wide(last[0]), Wide(last[1]), Wide(last[2]), Wide(last[3]));
        long half = 1L << (depth - 1);
        ulong beyond = 0;
        for (int i = start; i < memory.Length; i++)
        {
            long sum = 0;
            for (int j = 0; j < older; j += Step)
            {
                ReadOnlySpan<T> x = memory.Slice(i - Step - older + j, Step);
                ReadOnlySpan<long> c = coefficients.Slice(j, Step);
                sum += (Wide(x[0]) * c[0]) + (Wide(x[1]) * c[1]) + (Wide(x[2]) * c[2]) + (Wide(x[3]) * c[3]);
            }

            sum = sum + (x4 * c4) + (x3 * c3) + (x2 * c2) + (x1 * c1);
            long sample = Wide(memory[i]) + (sum >> _shift);
            beyond |= (ulong)(sample + half) >> depth;
            memory[i] = T.CreateTruncating(sample);
            (x4, x3, x2, x1) = (x3, x2, x1, sample);
        }

        return beyond == 0;

        static long Wide(T sample) => long.CreateTruncating(sample);
    }

    /// <summary>Room for the coefficients, at the end of a whole number of steps.</summary>
    [UnscopedRef]
    private Span<long> Begin(int order)
    {
        _taps = (order + Step - 1) / Step * Step;
        return ((Span<long>)_coefficients).Slice(_taps - order, order);
    }

    [InlineArray(MaxOrder)]
    private struct Coefficients
    {
        private long _first;
    }
}
