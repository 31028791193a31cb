using System.Buffers.Binary;

namespace Linnet.Interop.Tests;

/// <summary>A WAV file as integers, read and written without code of the project.</summary>
/// <param name="SampleRate">Frames per second.</param>
/// <param name="Channels">Samples per frame.</param>
/// <param name="Bits">16 or 24, or 32 for a file of float32.</param>
/// <param name="Samples">Interleaved.</param>
internal sealed record WavSound(int SampleRate, int Channels, int Bits, int[] Samples)
{
    public int Frames => Samples.Length / Channels;

    /// <summary>Noise that uses every bit; no sequence occurs twice.</summary>
    public static WavSound Noise(int rate, int channels, int bits, double seconds, int seed = 1)
    {
        var random = new Random(seed);
        int[] samples = new int[(int)(rate * seconds) * channels];
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = random.Next(-(1 << (bits - 1)), 1 << (bits - 1));
        }

        return new WavSound(rate, channels, bits, samples);
    }

    /// <summary>A sweep with a little noise, different in each channel: no part of it resembles another.</summary>
    /// <param name="rate">Frames per second.</param>
    /// <param name="channels">Samples per frame.</param>
    /// <param name="seconds">Duration in seconds.</param>
    /// <param name="speed">Half the rise in Hz per second; low for a sweep that must stay below the cutoff of encoders.</param>
    public static WavSound Sweep(int rate, int channels, double seconds, double speed = 300)
    {
        var random = new Random(5);
        int[] samples = new int[(int)(rate * seconds) * channels];
        for (int i = 0; i < samples.Length; i++)
        {
            double t = i / channels / (double)rate;
            double sweep = Math.Sin(2 * Math.PI * ((200 + (97 * (i % channels))) + (speed * t)) * t);
            samples[i] = (int)((sweep * 12_000) + random.Next(-300, 300));
        }

        return new WavSound(rate, channels, 16, samples);
    }

    /// <summary>One channel as floats, full scale ±1.</summary>
    public float[] Channel(int channel) =>
        [.. Enumerable.Range(0, Frames).Select(i => Samples[(i * Channels) + channel] / (float)(1L << (Bits - 1)))];

    /// <summary>The upper 16 bits of each sample.</summary>
    public WavSound To16() => this with { Bits = 16, Samples = [.. Samples.Select(s => s >> (Bits - 16))] };

    public void Save(string path)
    {
        int size = Bits / 8;
        byte[] sound = new byte[Samples.Length * size];
        for (int i = 0; i < Samples.Length; i++)
        {
            for (int b = 0; b < size; b++)
            {
                sound[(i * size) + b] = (byte)(Samples[i] >> (8 * b));
            }
        }

        File.WriteAllBytes(path, PcmWav.Of(SampleRate, Channels, Bits, sound));
    }

    public static WavSound Load(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        Assert.True(bytes.Length >= 44 && bytes.AsSpan(0, 4).SequenceEqual("RIFF"u8), $"{path} is not a WAV of any length");
        (int rate, int channels, int bits) = (0, 0, 0);
        for (int at = 12; at + 8 <= bytes.Length;)
        {
            ReadOnlySpan<byte> chunk = bytes.AsSpan(at);
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (chunk.StartsWith("fmt "u8))
            {
                channels = BinaryPrimitives.ReadInt16LittleEndian(chunk[10..]);
                rate = BinaryPrimitives.ReadInt32LittleEndian(chunk[12..]);
                bits = BinaryPrimitives.ReadInt16LittleEndian(chunk[22..]);
            }
            else if (chunk.StartsWith("data"u8))
            {
                // A length of 0 or all ones: written as a stream.
                int available = bytes.Length - at - 8;
                int count = length is 0 or > int.MaxValue ? available : Math.Min((int)length, available);
                return new WavSound(rate, channels, bits, Integers(chunk.Slice(8, count), bits));
            }

            at += 8 + (int)length + (int)(length % 2);
        }

        throw new InvalidDataException($"{path} has no data chunk");
    }

    /// <summary>
    /// The frame at which <paramref name="part"/> starts, exact to the last bit and sample; fails if there is none.
    /// </summary>
    public int FindRun(WavSound part)
    {
        Assert.Equal((SampleRate, Channels), (part.SampleRate, part.Channels));
        int shift = Bits - part.Bits;
        Assert.True(part.Frames > 100, $"only {part.Frames} frames");
        for (int frame = 0; frame + part.Frames <= Frames; frame++)
        {
            if (Samples[frame * Channels] == part.Samples[0] << shift && IsRunAt(part, frame, shift, part.Samples.Length))
            {
                return frame;
            }
        }

        Assert.Fail(Describe(part, shift));
        return -1;
    }

    private bool IsRunAt(WavSound part, int frame, int shift, int samples)
    {
        for (int i = 0; i < samples; i++)
        {
            if (Samples[(frame * Channels) + i] != part.Samples[i] << shift)
            {
                return false;
            }
        }

        return true;
    }

    private string Describe(WavSound part, int shift)
    {
        for (int frame = 0; frame < Frames - 16; frame++)
        {
            if (IsRunAt(part, frame, shift, 16 * Channels))
            {
                int same = 0;
                while (same < part.Samples.Length && (frame * Channels) + same < Samples.Length
                    && Samples[(frame * Channels) + same] == part.Samples[same] << shift)
                {
                    same++;
                }

                return $"The {part.Frames} frames start at frame {frame}, but differ from their frame {same / Channels} on.";
            }
        }

        return $"The first of {part.Frames} frames are not in the source: {string.Join(' ', part.Samples.Take(8))}";
    }

    private static int[] Integers(ReadOnlySpan<byte> bytes, int bits)
    {
        int size = bits / 8;
        int[] samples = new int[bytes.Length / size];
        for (int i = 0; i < samples.Length; i++)
        {
            if (bits == 32)
            {
                float sample = BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]);
                samples[i] = (int)Math.Clamp(Math.Round(sample * 2_147_483_648.0), int.MinValue, int.MaxValue);
                continue;
            }

            int value = (sbyte)bytes[(i * size) + size - 1];
            for (int b = size - 2; b >= 0; b--)
            {
                value = (value << 8) | bytes[(i * size) + b];
            }

            samples[i] = value;
        }

        return samples;
    }
}
