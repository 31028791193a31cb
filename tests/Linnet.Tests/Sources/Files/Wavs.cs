using System.Buffers.Binary;
using Linnet.Audio;
using Linnet.Sources;
using Linnet.Wire.Wav;

namespace Linnet.Tests.Sources.Files;

/// <summary>Makes WAV files and reads sources.</summary>
internal static class Wavs
{
    /// <summary>A complete WAV of integers, each in the width of <paramref name="encoding"/>.</summary>
    internal static byte[] Of(SampleEncoding encoding, int rate, int channels, ReadOnlySpan<int> samples)
    {
        var data = new byte[samples.Length * encoding.BytesPerSample];
        Span<byte> wide = stackalloc byte[4];
        for (int i = 0; i < samples.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(wide, encoding == SampleEncoding.U8 ? samples[i] + 128 : samples[i]);
            wide[..encoding.BytesPerSample].CopyTo(data.AsSpan(i * encoding.BytesPerSample));
        }

        return Of(new RawPcmFormat(encoding, new AudioFormat(rate, channels)), data);
    }

    /// <summary>A complete WAV with the given sample bytes.</summary>
    internal static byte[] Of(RawPcmFormat pcm, ReadOnlySpan<byte> data)
    {
        var header = new WavHeader(pcm, data.Length);
        var file = new byte[header.Length + data.Length + (data.Length & 1)];
        header.Write(file);
        data.CopyTo(file.AsSpan(header.Length));
        return file;
    }

    /// <summary>A 16-bit WAV that counts: sample n is <paramref name="first"/> + n, so missing or repeated samples show.</summary>
    internal static byte[] Counting(int first, int frames, int rate = 8000, int channels = 1)
    {
        int[] samples = [.. Enumerable.Range(0, frames * channels).Select(i => (short)(first + i))];
        return Of(SampleEncoding.S16LE, rate, channels, samples);
    }

    /// <summary>Everything a source gives, at most <paramref name="maxFrames"/>, read in blocks of odd sizes.</summary>
    internal static float[] ReadAll(
        this IAudioSource source, int maxFrames = 10_000_000, int piece = 311, List<(long Position, TrackInfo Track)>? tracks = null)
    {
        var all = new List<float>();
        var buffer = new float[piece * source.Format.Channels];
        long position = 0;
        while (position < maxFrames)
        {
            int frames = (int)Math.Min(piece, maxFrames - position);
            SourceRead read = source.Read(buffer.AsSpan(0, frames * source.Format.Channels), TestContext.Current.CancellationToken);
            if (read.Track is not null)
            {
                tracks?.Add((position, read.Track));
            }

            if (read.Frames == 0)
            {
                break;
            }

            Assert.InRange(read.Frames, 1, frames);
            all.AddRange(buffer.AsSpan(0, read.Frames * source.Format.Channels));
            position += read.Frames;
        }

        return [.. all];
    }

    /// <summary>Converts floats to the 16-bit integers they represent. Fails if one is not such an integer.</summary>
    internal static int[] Integers(ReadOnlySpan<float> pcm, int bits = 16)
    {
        var integers = new int[pcm.Length];
        for (int i = 0; i < pcm.Length; i++)
        {
            double scaled = pcm[i] * Math.Pow(2, bits - 1);
            integers[i] = (int)scaled;
            Assert.Equal(scaled, integers[i]);
        }

        return integers;
    }
}
