using System.Numerics;
using Linnet.Wire.Flac;

namespace Linnet.Codecs.Flac;

/// <summary>Our own decoder of FLAC frames: all of RFC 9639, 4 to 32 bits.</summary>
/// <typeparam name="T">Holds a sample: <see cref="int"/>, or <see cref="long"/> if samples have 32 bits.</typeparam>
/// <param name="info">The description of the stream.</param>
/// <remarks>Source: RFC 9639 §9. Allocates only when a frame is longer than all before it.</remarks>
internal sealed class FlacFrameDecoder<T>(FlacStreamInfo info) : IFlacFrameDecoder
    where T : struct, IBinaryInteger<T>
{
    private const int Lead = FlacSubframe<T>.Lead;

    // Channel codes of two channels: one of them, or their mean, is stored with their difference.
    private const int LeftSide = 8, SideRight = 9, MidSide = 10;

    private readonly int _channels = info.Format.Channels;
    private readonly float _scale = 1f / (1u << (info.BitDepth - 1));
    private T[] _samples = [];
    private float[] _pcm = [];

    /// <inheritdoc/>
    public ReadOnlySpan<float> Decode(ReadOnlySpan<byte> frame, in FlacFrameHeader header, out bool isDamaged)
    {
        int frames = header.Frames;
        if (_pcm.Length < frames * _channels)
        {
            _pcm = new float[frames * _channels];
            _samples = new T[(frames + Lead) * _channels];
        }

        Span<float> pcm = _pcm.AsSpan(0, frames * _channels);
        isDamaged = header.Format.Channels != _channels || header.BitDepth != info.BitDepth || !TryDecode(frame, header, pcm);
        if (isDamaged)
        {
            pcm.Clear();
        }

        return pcm;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private bool TryDecode(ReadOnlySpan<byte> frame, in FlacFrameHeader header, Span<float> pcm)
    {
        if (FlacSums.Append(0, frame) != 0)
        {
            return false;
        }

        int code = frame[3] >> 4;
        var bits = new FlacBits(frame[header.Length..^FlacFrameHeader.FooterLength]);
        for (int channel = 0; channel < _channels; channel++)
        {
            bool isSide = (code, channel) is (LeftSide, 1) or (SideRight, 0) or (MidSide, 1);
            Span<T> memory = Memory(channel, header.Frames);
            memory[..Lead].Clear();
            if (!FlacSubframe<T>.TryDecode(ref bits, memory, info.BitDepth + (isSide ? 1 : 0)))
            {
                return false;
            }
        }

        if (!bits.TryEnd() || (code >= LeftSide && !TrySeparate(code, header.Frames)))
        {
            return false;
        }

        Interleave(pcm, header.Frames);
        return true;
    }

    /// <summary>The memory of a channel: zeros, then its samples.</summary>
    private Span<T> Memory(int channel, int frames) => _samples.AsSpan(channel * (Lead + frames), Lead + frames);

    /// <summary>Turns a channel and a difference into left and right. False: they have too many bits.</summary>
    private bool TrySeparate(int code, int frames)
    {
        Span<T> first = Memory(0, frames)[Lead..];
        Span<T> second = Memory(1, frames)[Lead..];
        long half = 1L << (info.BitDepth - 1);
        ulong beyond = 0;
        for (int i = 0; i < first.Length && i < second.Length; i++)
        {
            long left = long.CreateTruncating(first[i]);
            long right = long.CreateTruncating(second[i]);
            switch (code)
            {
                case LeftSide:
                    right = left - right;
                    break;
                case SideRight:
                    left += right;
                    break;
                default:
                    // The lowest bit of the sum, which the mean lacks, is that of the difference.
                    (long mid, long side) = (left, right);
                    right = mid - (side >> 1);
                    left = right + side;
                    break;
            }

            beyond |= (ulong)((left + half) | (right + half)) >> info.BitDepth;
            (first[i], second[i]) = (T.CreateTruncating(left), T.CreateTruncating(right));
        }

        return beyond == 0;
    }

    private void Interleave(Span<float> pcm, int frames)
    {
        for (int channel = 0; channel < _channels; channel++)
        {
            int at = channel;
            foreach (T sample in Memory(channel, frames)[Lead..])
            {
                pcm[at] = float.CreateTruncating(sample) * _scale;
                at += _channels;
            }
        }
    }
}
