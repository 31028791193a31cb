namespace Linnet.Audio;

/// <summary>Adds triangular noise of ±1 step before rounding, so that rounding to fewer bits adds noise instead of distortion.</summary>
/// <remarks>
/// Deterministic: the same seed gives the same noise. One per stream, used by one thread. Allocates nothing.
/// Source: S. P. Lipshitz, R. A. Wannamaker, J. Vanderkooy, "Quantization and Dither" (1992): the sum of two uniform
/// variables makes the error's mean and variance independent of the sound.
/// </remarks>
internal sealed class TpdfDither
{
    private ulong _state;

    /// <summary>Creates a noise generator.</summary>
    /// <param name="seed">Any number.</param>
    public TpdfDither(ulong seed = 0x4C69_6E6E_6574) => _state = seed;

    /// <summary>Adds noise of ±1 step of <paramref name="bits"/>-bit integers.</summary>
    /// <param name="pcm">The sound before rounding.</param>
    /// <param name="dithered">The result, of the same length; may be <paramref name="pcm"/> itself.</param>
    /// <param name="bits">Bits of the integers that the sound will be rounded to, 8–24.</param>
    /// <exception cref="ArgumentException">The lengths differ, or <paramref name="bits"/> is out of range.</exception>
    public void Apply(ReadOnlySpan<float> pcm, Span<float> dithered, int bits)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(dithered.Length, pcm.Length, nameof(dithered));
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 8);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 24);

        float step = 1f / (1 << (bits - 1));
        float scale = step / (1L << 32);
        ulong state = _state;
        for (int i = 0; i < pcm.Length; i++)
        {
            ulong random = Next(ref state);
            dithered[i] = pcm[i] + (((float)(uint)random - (uint)(random >> 32)) * scale);
        }

        _state = state;
    }

    /// <summary>SplitMix64: both halves of each result are good uniform numbers.</summary>
    private static ulong Next(ref ulong state)
    {
        ulong mixed = state += 0x9E37_79B9_7F4A_7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58_476D_1CE4_E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D0_49BB_1331_11EB;
        return mixed ^ (mixed >> 31);
    }
}
