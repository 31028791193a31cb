namespace Linnet.Audio;

/// <summary>Amplitude in decibels of full scale: 1 is 0 dBFS, a half is −6.</summary>
internal static class Decibels
{
    /// <summary>The level reported for silence, whose logarithm is not a number: −120 dBFS.</summary>
    public const float Floor = -120;

    /// <summary>Converts an amplitude to decibels, at least <see cref="Floor"/>.</summary>
    public static float FromAmplitude(float amplitude)
    {
        float decibels = 20 * MathF.Log10(MathF.Abs(amplitude));
        return decibels > Floor ? decibels : Floor;
    }
}
