using System.Diagnostics;
using System.Runtime.Intrinsics;

namespace Linnet.Audio;

/// <summary>Converts between stored samples and Linnet's float32, full scale ±1.</summary>
/// <remarks>
/// The scale is exactly 2^(bits − 1) both ways, so integers of up to 24 bits survive a round trip bit for bit. Floats are rounded to
/// nearest (ties to even) and clamped; NaN becomes silence. Allocates nothing.
/// </remarks>
internal static class PcmConvert
{
    /// <summary>Converts stored samples to float32.</summary>
    /// <param name="encoding">How the samples are stored.</param>
    /// <param name="source">Whole samples. Floats that are not finite are read as silence.</param>
    /// <param name="pcm">Room for at least that many samples.</param>
    /// <returns>Samples written.</returns>
    /// <exception cref="ArgumentException"><paramref name="source"/> is not whole samples, or <paramref name="pcm"/> is too
    /// short.</exception>
    public static int ToFloat(SampleEncoding encoding, ReadOnlySpan<byte> source, Span<float> pcm)
    {
        ArgumentNullException.ThrowIfNull(encoding);
        int samples = source.Length / encoding.BytesPerSample;
        if (samples * encoding.BytesPerSample != source.Length)
        {
            throw new ArgumentException($"{source.Length} bytes are not whole {encoding} samples.", nameof(source));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(pcm.Length, samples, nameof(pcm));
        pcm = pcm[..samples];
        switch (encoding.Layout)
        {
            case SampleLayout.U8:
                Pcm8.ToFloat(source, pcm, silence: 128);
                break;
            case SampleLayout.S8:
                Pcm8.ToFloat(source, pcm, silence: 0);
                break;
            case SampleLayout.S16LE:
                Pcm16.ToFloat(source, pcm, bigEndian: false);
                break;
            case SampleLayout.S16BE:
                Pcm16.ToFloat(source, pcm, bigEndian: true);
                break;
            case SampleLayout.S24LE:
                Pcm24.ToFloat(source, pcm, bigEndian: false);
                break;
            case SampleLayout.S24BE:
                Pcm24.ToFloat(source, pcm, bigEndian: true);
                break;
            case SampleLayout.S32LE:
                Pcm32.IntegersToFloat(source, pcm, bigEndian: false);
                break;
            case SampleLayout.S32BE:
                Pcm32.IntegersToFloat(source, pcm, bigEndian: true);
                break;
            case SampleLayout.F32LE:
                Pcm32.FloatsToFloat(source, pcm, bigEndian: false);
                break;
            case SampleLayout.F32BE:
                Pcm32.FloatsToFloat(source, pcm, bigEndian: true);
                break;
            case SampleLayout.F64LE:
                Pcm64.ToFloat(source, pcm, bigEndian: false);
                break;
            case SampleLayout.F64BE:
                Pcm64.ToFloat(source, pcm, bigEndian: true);
                break;
            case SampleLayout.MuLaw:
                G711.MuLawToFloat(source, pcm);
                break;
            case SampleLayout.ALaw:
                G711.ALawToFloat(source, pcm);
                break;
            default:
                throw new UnreachableException();
        }

        return samples;
    }

    /// <summary>Converts float32 to stored samples.</summary>
    /// <param name="encoding">How to store the samples.</param>
    /// <param name="pcm">Interleaved float32. Integers are clamped beyond ±1; floats are stored unchanged.</param>
    /// <param name="destination">Room for at least <c>pcm.Length × BytesPerSample</c> bytes.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public static int FromFloat(SampleEncoding encoding, ReadOnlySpan<float> pcm, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(encoding);
        int length = pcm.Length * encoding.BytesPerSample;
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, length, nameof(destination));
        destination = destination[..length];
        switch (encoding.Layout)
        {
            case SampleLayout.U8:
                Pcm8.FromFloat(pcm, destination, silence: 128);
                break;
            case SampleLayout.S8:
                Pcm8.FromFloat(pcm, destination, silence: 0);
                break;
            case SampleLayout.S16LE:
                Pcm16.FromFloat(pcm, destination, bigEndian: false);
                break;
            case SampleLayout.S16BE:
                Pcm16.FromFloat(pcm, destination, bigEndian: true);
                break;
            case SampleLayout.S24LE:
                Pcm24.FromFloat(pcm, destination, bigEndian: false);
                break;
            case SampleLayout.S24BE:
                Pcm24.FromFloat(pcm, destination, bigEndian: true);
                break;
            case SampleLayout.S32LE:
                Pcm32.FloatToIntegers(pcm, destination, bigEndian: false);
                break;
            case SampleLayout.S32BE:
                Pcm32.FloatToIntegers(pcm, destination, bigEndian: true);
                break;
            case SampleLayout.F32LE:
                Pcm32.FloatToFloats(pcm, destination, bigEndian: false);
                break;
            case SampleLayout.F32BE:
                Pcm32.FloatToFloats(pcm, destination, bigEndian: true);
                break;
            case SampleLayout.F64LE:
                Pcm64.FromFloat(pcm, destination, bigEndian: false);
                break;
            case SampleLayout.F64BE:
                Pcm64.FromFloat(pcm, destination, bigEndian: true);
                break;
            case SampleLayout.MuLaw:
                G711.ToMuLaw(pcm, destination);
                break;
            case SampleLayout.ALaw:
                G711.ToALaw(pcm, destination);
                break;
            default:
                throw new UnreachableException();
        }

        return length;
    }

    /// <summary>Converts samples to integers of <paramref name="bitDepth"/> bits (at most 24), one per <c>int</c>; clamped.</summary>
    internal static void ToIntegers(ReadOnlySpan<float> pcm, Span<int> destination, int bitDepth)
    {
        float scale = 1 << (bitDepth - 1);
        int max = (1 << (bitDepth - 1)) - 1;
        int i = 0;
        for (; i + Vector128<float>.Count <= pcm.Length; i += Vector128<float>.Count)
        {
            PcmRound.ToIntegers(Vector128.Create(pcm[i..]) * scale, Vector128.Create(-max - 1), Vector128.Create(max))
                .CopyTo(destination[i..]);
        }

        for (; i < pcm.Length; i++)
        {
            destination[i] = PcmRound.ToInteger(pcm[i] * scale, -max - 1, max);
        }
    }
}
