using System.Runtime.Intrinsics;

namespace Linnet.Audio;

/// <summary>Rounds scaled floats to integers: to nearest, ties to even, clamped, NaN to 0. Scalar and vector code agree.</summary>
internal static class PcmRound
{
    internal static int ToInteger(float scaled, int min, int max) => Math.Clamp((int)MathF.Round(scaled), min, max);

    internal static Vector128<int> ToIntegers(Vector128<float> scaled, Vector128<int> min, Vector128<int> max) =>
        Vector128.Min(Vector128.Max(Vector128.ConvertToInt32(Vector128.Round(scaled)), min), max);
}
