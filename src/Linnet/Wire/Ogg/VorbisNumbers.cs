using System.Numerics;

namespace Linnet.Wire.Ogg;

/// <summary>The arithmetic of Vorbis' headers.</summary>
/// <remarks>Source: Vorbis I §9.2.</remarks>
internal static class VorbisNumbers
{
    /// <summary>Number of bits for a value, as the format counts: 0 for 0.</summary>
    internal static int BitsFor(int value) => 32 - BitOperations.LeadingZeroCount((uint)value);

    /// <summary>A power; any larger number if it is above <paramref name="limit"/>.</summary>
    internal static long Power(long number, int exponent, int limit)
    {
        long power = 1;
        for (; exponent > 0 && power <= limit && number > 1; exponent--)
        {
            power *= number;
        }

        return power;
    }

    /// <summary>
    /// The largest number whose power of <paramref name="dimensions"/> does not exceed <paramref name="entries"/>; 0 if either is 0.
    /// </summary>
    internal static int Root(int entries, int dimensions)
    {
        if (entries == 0 || dimensions == 0)
        {
            return 0;
        }

        int root = (int)Math.Pow(entries, 1.0 / dimensions);
        while (Power(root + 1, dimensions, entries) <= entries)
        {
            root++;
        }

        while (Power(root, dimensions, entries) > entries)
        {
            root--;
        }

        return root;
    }
}
