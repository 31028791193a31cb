namespace Linnet.Audio;

/// <summary>Amplitude in decibels of full scale: 1 is 0 dBFS, a half is −6.</summary>
public static class Decibels
{
    /// <summary>What silence is called, since its logarithm is no number: −120 dBFS.</summary>
    public const float Floor = -120;

    /// <summary>The decibels of an amplitude, not below <see cref="Floor"/>.</summary>
    public static float FromAmplitude(float amplitude)
    {
        float decibels = 20 * MathF.Log10(MathF.Abs(amplitude));
        return decibels > Floor ? decibels : Floor;
    }

    /// <summary>The amplitude of so many decibels.</summary>
    public static float ToAmplitude(float decibels) => MathF.Pow(10, decibels / 20);
}
