namespace Linnet.Clock;

/// <summary>Converts positions between sample rates with an exact fraction, so that no error accumulates.</summary>
internal static class RateConversion
{
    /// <summary>
    /// The first position at <paramref name="toRate"/> that is not before <paramref name="position"/> at <paramref name="fromRate"/>.
    /// </summary>
    public static long Ceiling(long position, int fromRate, int toRate) => -Floor(-position, fromRate, toRate);

    /// <summary>
    /// The last position at <paramref name="toRate"/> that is not after <paramref name="position"/> at <paramref name="fromRate"/>.
    /// </summary>
    public static long Floor(long position, int fromRate, int toRate)
    {
        if (fromRate == toRate)
        {
            return position;
        }

        Int128 product = (Int128)position * toRate;
        Int128 quotient = product / fromRate;
        return (long)(product < 0 && quotient * fromRate != product ? quotient - 1 : quotient);
    }
}
