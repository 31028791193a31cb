using System.Buffers.Binary;
using System.Text;

namespace Linnet.Interop.Tests;

/// <summary>Sound of 16 bits in a WAV file.</summary>
internal sealed record WavSound(int SampleRate, int Channels, short[] Samples)
{
    /// <summary>A sweep with a little noise, different in each channel: nothing in it looks like anything else in it.</summary>
    internal static WavSound Sweep(int sampleRate, int channels, double seconds)
    {
        var random = new Random(5);
        var samples = new short[(int)(sampleRate * seconds) * channels];
        for (int i = 0; i < samples.Length; i++)
        {
            double t = i / channels / (double)sampleRate;
            double sweep = Math.Sin(2 * Math.PI * ((200 + (97 * (i % channels))) + (300 * t)) * t);
            samples[i] = (short)((sweep * 12_000) + random.Next(-300, 300));
        }

        return new WavSound(sampleRate, channels, samples);
    }

    /// <summary>One channel as floats of full scale 1.</summary>
    internal float[] Channel(int channel) =>
        [.. Enumerable.Range(0, Samples.Length / Channels).Select(i => Samples[(i * Channels) + channel] / 32_768f)];

    internal void Save(string path)
    {
        using var writer = new BinaryWriter(File.Create(path));
        writer.Write("RIFF"u8);
        writer.Write(36 + (2 * Samples.Length));
        writer.Write("WAVEfmt "u8);
        writer.Write(16);
        writer.Write((short)1);
        writer.Write((short)Channels);
        writer.Write(SampleRate);
        writer.Write(SampleRate * Channels * 2);
        writer.Write((short)(Channels * 2));
        writer.Write((short)16);
        writer.Write("data"u8);
        writer.Write(2 * Samples.Length);
        foreach (short sample in Samples)
        {
            writer.Write(sample);
        }
    }

    /// <summary>Reads 16-bit PCM, 24-bit PCM without its lowest byte, or float32 rounded.</summary>
    internal static WavSound Load(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int rate = 0;
        int channels = 0;
        int bits = 0;
        for (int at = 12; at + 8 <= bytes.Length;)
        {
            string id = Encoding.ASCII.GetString(bytes, at, 4);
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + 4));
            ReadOnlySpan<byte> chunk = bytes.AsSpan(at + 8, Math.Min(length, bytes.Length - at - 8));
            if (id == "fmt ")
            {
                channels = BinaryPrimitives.ReadInt16LittleEndian(chunk[2..]);
                rate = BinaryPrimitives.ReadInt32LittleEndian(chunk[4..]);
                bits = BinaryPrimitives.ReadInt16LittleEndian(chunk[14..]);
            }
            else if (id == "data")
            {
                return new WavSound(rate, channels, ReadSamples(chunk, bits));
            }

            at += 8 + length + (length & 1);
        }

        throw new InvalidDataException($"{path} has no samples.");
    }

    private static short[] ReadSamples(ReadOnlySpan<byte> data, int bits)
    {
        var samples = new short[data.Length / (bits / 8)];
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = bits switch
            {
                16 => BinaryPrimitives.ReadInt16LittleEndian(data[(2 * i)..]),
                24 => BinaryPrimitives.ReadInt16LittleEndian(data[((3 * i) + 1)..]),
                _ => (short)Math.Clamp(BinaryPrimitives.ReadSingleLittleEndian(data[(4 * i)..]) * 32_768, short.MinValue, short.MaxValue),
            };
        }

        return samples;
    }
}
