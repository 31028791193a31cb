using System.Numerics;

namespace Linnet.Codecs.Flac;

/// <summary>Decodes the subframes of FLAC frames: the samples of one channel.</summary>
/// <typeparam name="T">Holds a sample: <see cref="int"/>, or <see cref="long"/> for 33 bits.</typeparam>
/// <remarks>Source: RFC 9639 §9.2. The bits are untrusted: wrong ones give <see langword="false"/>, never an exception.</remarks>
internal static class FlacSubframe<T>
    where T : struct, IBinaryInteger<T>
{
    /// <summary>Zeros that must precede the samples in memory, so that every prediction uses the same number of earlier samples.</summary>
    internal const int Lead = FlacPredictor.MaxOrder;

    private const int Constant = 0, Verbatim = 1, Fixed = 8, MaxFixed = 4, Linear = 32;

    /// <summary>Decodes the next subframe.</summary>
    /// <param name="bits">The rest of the frame.</param>
    /// <param name="memory"><see cref="Lead"/> zeros, then room for the samples.</param>
    /// <param name="depth">Bits per sample, up to 33.</param>
    /// <returns>Whether it is whole, and every sample has no more than <paramref name="depth"/> bits.</returns>
    internal static bool TryDecode(ref FlacBits bits, Span<T> memory, int depth)
    {
        // 0 | type 6 | whether the lowest bits of all samples are zero, 1 | if so their number less one, unary
        int head = (int)bits.Read(8);
        int type = head >> 1;
        int wasted = (head & 1) == 0 ? 0 : bits.ReadUnary() + 1;
        depth -= wasted;
        Span<T> samples = memory[Lead..];
        if (bits.IsOver || head >= 0x80 || depth < 1 || !TryDecode(ref bits, memory, type, depth))
        {
            return false;
        }

        for (int i = 0; wasted > 0 && i < samples.Length; i++)
        {
            samples[i] <<= wasted;
        }

        return true;
    }

    private static bool TryDecode(ref FlacBits bits, Span<T> memory, int type, int depth)
    {
        Span<T> samples = memory[Lead..];
        switch (type)
        {
            case Constant:
                samples.Fill(T.CreateTruncating(bits.ReadSigned(depth)));
                return !bits.IsOver;
            case Verbatim:
                ReadPlain(ref bits, samples, depth);
                return !bits.IsOver;
            case >= Fixed and <= Fixed + MaxFixed:
                return TryPredict(ref bits, memory, type - Fixed, depth, isFixed: true);
            case >= Linear:
                return TryPredict(ref bits, memory, type - Linear + 1, depth, isFixed: false);
            default:
                return false;
        }
    }

    private static void ReadPlain(ref FlacBits bits, Span<T> samples, int depth)
    {
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = T.CreateTruncating(bits.ReadSigned(depth));
        }
    }

    private static bool TryPredict(ref FlacBits bits, Span<T> memory, int order, int depth, bool isFixed)
    {
        // the first samples | coefficients | the differences from what they predict
        Span<T> samples = memory[Lead..];
        if (order >= samples.Length)
        {
            return false;
        }

        ReadPlain(ref bits, samples[..order], depth);
        FlacPredictor predictor = default;
        if (isFixed)
        {
            predictor.SetFixed(order);
        }
        else if (!predictor.TryRead(ref bits, order))
        {
            return false;
        }

        return TryReadResidual(ref bits, samples, order) && predictor.TryAdd(memory, Lead + order, depth);
    }

    private static bool TryReadResidual(ref FlacBits bits, Span<T> samples, int order)
    {
        // method 2 | 2^n partitions, n 4 | for each of them: width 4 or 5, numbers | or all ones, width of plain numbers 5, numbers
        int method = (int)bits.Read(2);
        int partitions = 1 << (int)bits.Read(4);
        int length = samples.Length / partitions;
        if (bits.IsOver || method > 1 || length * partitions != samples.Length || length < order)
        {
            return false;
        }

        int width = 4 + method;
        int start = order;
        for (int end = length; end <= samples.Length; end += length)
        {
            int low = (int)bits.Read(width);
            Span<T> partition = samples[start..end];
            start = end;
            if (low < (1 << width) - 1)
            {
                if (!bits.TryReadRice(partition, low))
                {
                    return false;
                }
            }
            else
            {
                ReadPlain(ref bits, partition, (int)bits.Read(5));
            }
        }

        return !bits.IsOver;
    }
}
