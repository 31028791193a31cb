namespace Linnet.Audio;

/// <summary>8-bit samples, unsigned or signed. They are rare, so a plain loop is enough.</summary>
internal static class Pcm8
{
    private const float Scale = 128;

    internal static void ToFloat(ReadOnlySpan<byte> source, Span<float> pcm, byte silence)
    {
        for (int i = 0; i < pcm.Length; i++)
        {
            pcm[i] = (sbyte)(source[i] - silence) / Scale;
        }
    }

    internal static void FromFloat(ReadOnlySpan<float> pcm, Span<byte> destination, byte silence)
    {
        for (int i = 0; i < pcm.Length; i++)
        {
            destination[i] = (byte)(silence + PcmRound.ToInteger(pcm[i] * Scale, -128, 127));
        }
    }
}
