using System.Buffers.Binary;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Codecs.Flac;
using Linnet.Wire.Flac;

namespace Linnet.Relay.Filling;

/// <summary>
/// Silence in FLAC: frames like those before them, whose numbers go on. The samples of a frame are either all the same or not compressed.
/// </summary>
/// <remarks>Source: RFC 9639 §9.1 (header), §9.2.1 (constant and verbatim subframes), §9.3 (footer).</remarks>
internal sealed class FlacSilence : SampledSilence
{
    private const byte Constant = 0x00, Verbatim = 0x02;

    // The code of a block length that is written in two bytes.
    private const int BlockCode = 7;

    private readonly FlacStreamInfo _info;
    private readonly FlacFrameHeader _last;
    private readonly int _frames;
    private readonly long _start;
    private readonly byte[] _codes;
    private readonly byte[] _rate;

    private FlacSilence(FlacStreamInfo info, FlacFrameHeader header, int frames, PacketItem last)
        : base(info.Format, last.Position + last.Frames, Decode(info, last.Payload.Span)[^info.Format.Channels..])
    {
        (_info, _last, _frames, _start) = (info, header, frames, last.Position + last.Frames);
        ReadOnlySpan<byte> head = last.Payload.Span[..header.Length];
        int channels = info.Format.Channels;
        _codes = [head[0], head[1], (byte)((BlockCode << 4) | (head[2] & 0xF)), (byte)(((channels - 1) << 4) | (head[3] & 0xF))];

        // A rate that has no code stands before the checksum.
        int rateLength = (head[2] & 0xF) switch { 12 => 1, 13 or 14 => 2, _ => 0 };
        _rate = head[^(1 + rateLength)..^1].ToArray();
    }

    /// <summary>Silence after a packet; <see langword="null"/>: the rendition is not FLAC of 8, 16 or 24 bits.</summary>
    /// <param name="info">The rendition.</param>
    /// <param name="headers">What decoders of its packets got.</param>
    /// <param name="last">The packet.</param>
    internal static FlacSilence? TryCreate(RenditionInfo info, IReadOnlyList<ReadOnlyMemory<byte>> headers, PacketItem last) =>
        headers is [{ Length: > FlacBlockHeader.Length } block, ..]
        && FlacStreamInfo.TryParse(block.Span[FlacBlockHeader.Length..], out FlacStreamInfo? stream)
        && stream.Format == info.Payload.Clock && stream.BitDepth is 8 or 16 or 24
        && info.FramesPerPacket <= stream.MaxBlock && FlacFrameHeader.TryParse(last.Payload.Span, stream, out FlacFrameHeader header)
        && header.Format == stream.Format && header.BitDepth == stream.BitDepth
            ? new FlacSilence(stream, header, info.FramesPerPacket, last) : null;

    /// <inheritdoc/>
    internal override int Next(long position, PacketItem? next, out ReadOnlyMemory<byte> payload)
    {
        ReadOnlySpan<float> samples = Samples(position, _frames, next);
        int width = _info.BitDepth / 8;
        int channels = _info.Format.Channels;
        var frame = new List<byte>(FlacFrameHeader.MaxLength + (channels * (1 + width)) + (samples.Length * width));
        WriteHeader(frame, position);
        int[] integers = new int[Math.Max(samples.Length, channels)];
        PcmConvert.ToIntegers(samples, integers, _info.BitDepth);
        for (int channel = 0; channel < channels; channel++)
        {
            frame.Add(samples.IsEmpty ? Constant : Verbatim);
            for (int i = channel; i < integers.Length; i += channels)
            {
                for (int shift = _info.BitDepth - 8; shift >= 0; shift -= 8)
                {
                    frame.Add((byte)(integers[i] >> shift));
                }
            }
        }

        payload = FlacNumbers.Finish(frame);
        return _frames;
    }

    /// <inheritdoc/>
    internal override ReadOnlyMemory<byte> Fit(FilledPacket packet) => FlacNumbers.Renumber(packet.Payload.Span, NumberAt(packet.Position));

    private protected override float[] FirstSamples(PacketItem packet) => Decode(_info, packet.Payload.Span)[.._info.Format.Channels];

    private long NumberAt(long position) =>
        _last.IsVariable
            ? (_last.Next + position - _start) & FlacNumbers.MostSamples
            : (_last.Next + ((position - _start) / _frames)) & FlacNumbers.MostFrames;

    private void WriteHeader(List<byte> frame, long position)
    {
        frame.AddRange(_codes);
        FlacNumbers.Write(frame, NumberAt(position));
        Span<byte> block = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(block, (ushort)(_frames - 1));
        frame.AddRange(block);
        frame.AddRange(_rate);
        frame.Add(FlacSums.Header(frame.ToArray()));
    }

    // At least one frame: zeros if the packet cannot be decoded.
    private static float[] Decode(FlacStreamInfo info, ReadOnlySpan<byte> packet)
    {
        if (!FlacFrameHeader.TryParse(packet, info, out FlacFrameHeader header) || header.Format != info.Format
            || header.BitDepth != info.BitDepth || header.Frames > info.MaxBlock
            || packet.Length <= header.Length + FlacFrameHeader.FooterLength)
        {
            return new float[info.Format.Channels];
        }

        using IFlacFrameDecoder decoder = FlacFrameDecoders.Create(info);
        return decoder.Decode(packet, header, out _).ToArray();
    }
}
