using System.Buffers.Binary;
using Linnet.Broadcast;
using Linnet.Codecs.Vorbis;
using Linnet.Wire.Ogg;

namespace Linnet.Relay.Filling;

/// <summary>
/// Silence in Vorbis: packets that say for each channel that it has no floor. Short blocks follow long ones where that is needed to end
/// where the sound goes on, with the block that its first packet was encoded after.
/// </summary>
/// <remarks>Source: Vorbis I §4.3.1 (beginning of a packet), §4.3.2 (floors), §4.3.8 (frames of a packet).</remarks>
internal sealed class VorbisSilence : Silence
{
    private readonly VorbisModes _modes;
    private readonly VorbisHead _head;
    private int _previous;

    private VorbisSilence(VorbisModes modes, VorbisHead head, int previous) => (_modes, _head, _previous) = (modes, head, previous);

    /// <summary>Silence after a packet; <see langword="null"/>: the rendition is not Vorbis.</summary>
    /// <param name="info">The rendition.</param>
    /// <param name="headers">What decoders of its packets got.</param>
    /// <param name="last">The packet.</param>
    internal static VorbisSilence? TryCreate(RenditionInfo info, IReadOnlyList<ReadOnlyMemory<byte>> headers, PacketItem last) =>
        headers is [var first, _, var setup] && VorbisHead.TryParse(first.Span, out VorbisHead head) && head.Format == info.Payload.Clock
        && VorbisSetup.IsReasonable(setup.Span) && VorbisModes.TryRead(setup.Span, head.Format.Channels) is { } modes
        && BlockOf(modes, head, last) is int previous
            ? new VorbisSilence(modes, head, previous) : null;

    /// <inheritdoc/>
    internal override int Next(long position, PacketItem? next, out ReadOnlyMemory<byte> payload)
    {
        payload = default;
        long room = next?.Position - position ?? long.MaxValue;
        int final = next is not null && BlockOf(_modes, _head, next) is int block && (4 * next.Frames) - block == _head.ShortBlock
            ? _head.ShortBlock : _head.LongBlock;
        bool isLong = Fits(_head.LongBlock, final, room);
        if (!isLong && !Fits(_head.ShortBlock, final, room))
        {
            return 0;
        }

        int mode = _modes.Find(isLong, out int width);
        if (mode < 0)
        {
            return 0;
        }

        int length = isLong ? _head.LongBlock : _head.ShortBlock;
        int frames = (_previous + length) / 4;
        payload = Write(mode, width, isLong, (room - frames >= _head.LongBlock) || final == _head.LongBlock);
        _previous = length;
        return frames;
    }

    /// <summary>Whether a block fits before the final one, or is that.</summary>
    private bool Fits(int block, int final, long room)
    {
        long left = room - ((_previous + block) / 4);
        return (left == 0 && block == final) || left >= (block + final) / 4;
    }

    // 0 for audio, the mode, for long blocks the kinds of its neighbors, then zeros.
    private byte[] Write(int mode, int width, bool isLong, bool isNextLong)
    {
        int bits = mode << 1;
        if (isLong)
        {
            bits |= _previous == _head.LongBlock ? 2 << width : 0;
            bits |= isNextLong ? 4 << width : 0;
        }

        byte[] packet = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(packet, bits);
        return packet;
    }

    private static int? BlockOf(VorbisModes modes, VorbisHead head, PacketItem packet)
    {
        var bits = new VorbisBits(packet.Payload.Span);
        return modes.TryBegin(ref bits, out bool isLong, out _) ? isLong ? head.LongBlock : head.ShortBlock : null;
    }
}
