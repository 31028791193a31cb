using System.Buffers.Binary;
using System.Numerics;
using Linnet.Audio;
using Linnet.Wire.Flac;

namespace Linnet.Tests.Codecs.Flac;

/// <summary>Makes FLAC frames of every kind that the format allows, also of those that no encoder makes.</summary>
internal sealed class FlacFrameMaker(int seed)
{
    private const int MaxUnary = 40;

    private readonly Random _random = new(seed);
    private readonly List<byte> _bytes = [];
    private int _bit;

    /// <summary>The description of a stream; its depth is drawn, too, unless it is given.</summary>
    public FlacStreamInfo Info(int channels, int depth = 0) =>
        new(new AudioFormat(44_100, channels), depth > 0 ? depth : _random.Next(4, 33), 16, 4096);

    /// <summary>A frame, and the samples that it holds: interleaved.</summary>
    public byte[] Frame(FlacStreamInfo info, int frames, out float[] pcm)
    {
        int channels = info.Format.Channels;
        int code = channels == 2 && _random.Next(4) > 0 ? _random.Next(8, 11) : channels - 1;
        long[][] samples = [.. Enumerable.Range(0, channels).Select(_ => Samples(info.BitDepth, frames))];
        pcm = new float[frames * channels];
        for (int i = 0; i < pcm.Length; i++)
        {
            pcm[i] = samples[i % channels][i / channels] / (float)(1L << (info.BitDepth - 1));
        }

        byte[] head = [0xFF, 0xF8, 0x70, (byte)(code << 4), 0, (byte)((frames - 1) >> 8), (byte)(frames - 1), 0];
        head[^1] = FlacSums.Header(head.AsSpan(0, head.Length - 1));
        _bytes.Clear();
        _bytes.AddRange(head);
        _bit = 0;
        if (code > 7)
        {
            long[] side = [.. samples[0].Zip(samples[1], static (left, right) => left - right)];
            long[] mid = [.. samples[0].Zip(samples[1], static (left, right) => (left + right) >> 1)];
            samples = code switch { 8 => [samples[0], side], 9 => [side, samples[1]], _ => [mid, side] };
        }

        for (int channel = 0; channel < channels; channel++)
        {
            bool isSide = (code, channel) is (8, 1) or (9, 0) or (10, 1);
            Subframe(samples[channel], info.BitDepth + (isSide ? 1 : 0));
        }

        return Seal([.. _bytes, 0, 0]);
    }

    /// <summary>Makes the checksums of a frame right.</summary>
    public static byte[] Seal(byte[] frame, int headerLength = 8)
    {
        frame[headerLength - 1] = FlacSums.Header(frame.AsSpan(0, headerLength - 1));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(frame.Length - 2), FlacSums.Append(0, frame.AsSpan(0, frame.Length - 2)));
        return frame;
    }

    private long[] Samples(int depth, int frames)
    {
        int bits = _random.Next(1, depth + 1);
        int shift = _random.Next(4) == 0 ? _random.Next(depth - bits + 1) : 0;
        long least = -(1L << (bits - 1));
        long last = 0;
        int kind = _random.Next(5);
        return [.. Enumerable.Range(0, frames).Select(i => Next(i) << shift)];

        long Next(int i)
        {
            last = kind switch
            {
                0 => least,
                1 => i % 2 == 0 ? least : -least - 1,
                2 => (long)(-least * 0.9 * Math.Sin(i * 0.05)),
                3 => Math.Clamp(last + _random.Next(-3, 4), least, -least - 1),
                _ => _random.NextInt64(least, -least),
            };
            return last;
        }
    }

    private void Subframe(long[] samples, int depth)
    {
        int zeros = samples.Min(static sample => sample == 0 ? 64 : BitOperations.TrailingZeroCount(sample));
        int wasted = _random.Next(Math.Min(zeros, depth - 1) + 1);
        samples = [.. samples.Select(sample => sample >> wasted)];
        depth -= wasted;
        bool isConstant = samples.All(sample => sample == samples[0]) && _random.Next(2) == 0;
        int order = _random.Next(2) == 0 ? _random.Next(5) : _random.Next(1, Math.Min(33, samples.Length));
        bool isFixed = order < 5 && _random.Next(2) == 0;
        long[] coefficients = [];
        int width = 15;
        int shift = 0;
        if (isFixed)
        {
            coefficients = order switch { 0 => [], 1 => [1], 2 => [2, -1], 3 => [3, -3, 1], _ => [4, -6, 4, -1] };
        }
        else
        {
            order = Math.Max(1, order);
            (width, shift) = (_random.Next(1, 16), _random.Next(16));
            coefficients = [.. Enumerable.Range(0, order).Select(_ => _random.NextInt64(-(1L << (width - 1)), 1L << (width - 1)))];
        }

        long[] residual = [.. Enumerable.Range(order, samples.Length - order).Select(i => samples[i] - (Sum(i) >> shift))];
        bool isPlain = _random.Next(8) == 0 || residual.Any(static value => Math.Abs(value) > int.MaxValue);
        int type = isConstant ? 0 : isPlain ? 1 : isFixed ? 8 + order : 31 + order;
        Write(type << 1 | (wasted > 0 ? 1 : 0), 8);
        if (wasted > 0)
        {
            Write(1, wasted);
        }

        foreach (long sample in isConstant ? samples[..1] : isPlain ? samples : samples[..order])
        {
            Write(sample, depth);
        }

        if (isConstant || isPlain)
        {
            return;
        }

        if (!isFixed)
        {
            Write(width - 1, 4);
            Write(shift, 5);
            Array.ForEach(coefficients, value => Write(value, width));
        }

        Residual(residual, samples.Length, order);

        long Sum(int i) => coefficients.Select((value, j) => value * samples[i - 1 - j]).Sum();
    }

    private void Residual(long[] residual, int frames, int order)
    {
        int most = 0;
        while (most < 15 && frames % (2 << most) == 0 && frames >> (most + 1) >= order)
        {
            most++;
        }

        int partitions = _random.Next(most + 1);
        int length = frames >> partitions;
        bool isWide = _random.Next(2) == 0 || residual.Any(static value => Math.Abs(value) >= 1 << 17);
        Write(isWide ? 1 : 0, 2);
        Write(partitions, 4);
        int width = isWide ? 5 : 4;
        int at = 0;
        for (int i = 0; i < 1 << partitions; i++)
        {
            int end = ((i + 1) * length) - order;
            long[] part = residual[at..end];
            at = end;
            long largest = part.Length == 0 ? 0 : part.Max(static value => Math.Max(value, -value - 1));
            int bits = largest == 0 && part.All(static value => value == 0) ? 0 : 65 - BitOperations.LeadingZeroCount((ulong)largest);
            if (bits < 32 && _random.Next(4) == 0)
            {
                Write((1 << width) - 1, width);
                Write(bits, 5);
                Array.ForEach(part, value => Write(value, bits));
                continue;
            }

            int low = _random.Next(Math.Max(0, bits - 4), (1 << width) - 1);
            Write(low, width);
            foreach (long value in part)
            {
                long folded = value < 0 ? (-value << 1) - 1 : value << 1;
                Assert.InRange(folded >> low, 0, MaxUnary);
                Write(1, (int)(folded >> low) + 1);
                Write(folded, low);
            }
        }
    }

    private void Write(long value, int bits)
    {
        for (int i = bits - 1; i >= 0; i--)
        {
            if (_bit == 0)
            {
                _bytes.Add(0);
            }

            _bytes[^1] |= (byte)(((i < 64 ? value >> i : 0) & 1) << (7 - _bit));
            _bit = (_bit + 1) & 7;
        }
    }
}
