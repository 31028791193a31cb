namespace Linnet.Transports.Impairments;

/// <summary>
/// Random numbers that depend only on the seed, their purpose and their index. They can be read in any order and repeatedly.
/// </summary>
/// <remarks>The mixing function is SplitMix64's.</remarks>
/// <param name="seed">The seed.</param>
/// <param name="purpose">What the numbers are for. Different purposes are independent.</param>
internal readonly struct SeededLots(int seed, int purpose)
{
    private readonly ulong _key = Mix(((ulong)(uint)seed << 32) | (uint)purpose);

    /// <summary>A uniformly distributed number from 0 (inclusive) to 1.</summary>
    internal double Even(long index) => (Bits(index) >> 11) * (1.0 / (1UL << 53));

    /// <summary>An exponentially distributed number with mean 1.</summary>
    internal double Exponential(long index) => -Math.Log(1 - Even(index));

    /// <summary>64 random bits.</summary>
    internal ulong Bits(long index) => Mix(_key + (unchecked((ulong)index) * 0x9E37_79B9_7F4A_7C15));

    private static ulong Mix(ulong value)
    {
        value += 0x9E37_79B9_7F4A_7C15;
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }
}
