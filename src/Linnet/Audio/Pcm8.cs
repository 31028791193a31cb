namespace Linnet.Audio;

/// <summary>Unsigned 8-bit samples. They are rare, so a plain loop is enough.</summary>
internal static class Pcm8
{
    private const float Scale = 128;

    internal static void ToFloat(ReadOnlySpan<byte> source, Span<float> pcm)
    {
        for (int i = 0; i < pcm.Length; i++)
        {
            pcm[i] = (source[i] - 128) / Scale;
        }
    }

    internal static void FromFloat(ReadOnlySpan<float> pcm, Span<byte> destination)
    {
        for (int i = 0; i < pcm.Length; i++)
        {
            destination[i] = (byte)(128 + PcmRound.ToInteger(pcm[i] * Scale, -128, 127));
        }
    }
}
