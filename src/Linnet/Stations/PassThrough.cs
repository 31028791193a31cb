using Linnet.Clock;
using Linnet.Codecs.Streams;
using Linnet.Wire.Mpeg;

namespace Linnet.Stations;

/// <summary>
/// The sender's packets that already have a rendition's encoding: when they replace the encoder's packets, and what must change in them for
/// that. Used by the station's thread only.
/// </summary>
/// <param name="takes">Whether a packet has the rendition's own encoding.</param>
/// <param name="sourceRate">The station's sample rate in Hz.</param>
/// <param name="clockRate">The rate of the rendition's positions in Hz.</param>
internal sealed class PassThrough(Func<StreamPacket, bool> takes, int sourceRate, int clockRate)
{
    /// <summary>
    /// The most bytes of packets to keep, counting each packet's overhead. At a permitted bit rate, packets expire before they reach it.
    /// Beyond the limit the encoder takes over: such large packets are not worth passing on.
    /// </summary>
    internal const int MaxBytes = 1 << 24;

    private const int PacketCost = 128;

    private readonly Queue<(long Position, StreamPacket Packet)> _waiting = new();
    private readonly Queue<(long Position, StreamPacket Packet)> _recent = new();
    private StreamFormat? _format;
    private int _reservoir;
    private long _recentBytes;

    /// <summary>Memory of the packets with which a rendition may still start.</summary>
    internal long HeldBytes => _recentBytes;

    /// <summary>Whether packets are passed on now, so that the encoder is idle.</summary>
    internal bool IsPassing { get; private set; }

    /// <summary>Receives the packets that belong to the next frames.</summary>
    /// <param name="packets">The packets; <see langword="null"/> if the audio is not made of packets.</param>
    /// <param name="position">The position of those frames, in frames of the source.</param>
    /// <param name="oldest">The earliest position at which a rendition may still start, in frames of the source.</param>
    /// <returns>Whether the sent packets can be passed on.</returns>
    internal bool Take(IReadOnlyList<StreamPacket>? packets, long position, long oldest)
    {
        foreach (StreamPacket packet in packets ?? [])
        {
            if (packet.Bytes.IsEmpty || !takes(packet))
            {
                packets = null;
                break;
            }

            (long, StreamPacket) item = (RateConversion.Ceiling(position + packet.Offset, sourceRate, clockRate), packet);
            _waiting.Enqueue(item);
            _recent.Enqueue(item);
            _recentBytes += packet.Bytes.Length + PacketCost;
            if (_recentBytes > MaxBytes)
            {
                packets = null;
                break;
            }
        }

        if (packets is null)
        {
            _waiting.Clear();
            _recent.Clear();
            _recentBytes = 0;
        }

        oldest = RateConversion.Floor(oldest, sourceRate, clockRate);
        while (_recent.TryPeek(out (long Position, StreamPacket Packet) first) && first.Position < oldest)
        {
            _recentBytes -= _recent.Dequeue().Packet.Bytes.Length + PacketCost;
        }

        return packets is not null;
    }

    /// <summary>Drops packets that no rendition used, except those with which one may still start.</summary>
    internal void Drop() => _waiting.Clear();

    /// <summary>Starts with recent packets, if any lie near where the rendition is to start.</summary>
    /// <param name="start">Where it is to start.</param>
    /// <param name="usual">Frames in a packet.</param>
    /// <param name="first">Position of the first of these packets.</param>
    internal bool TryStart(long start, int usual, out long first)
    {
        _waiting.Clear();
        foreach ((long Position, StreamPacket Packet) item in _recent)
        {
            if (item.Position >= start)
            {
                _waiting.Enqueue(item);
            }
        }

        first = _waiting.TryPeek(out (long Position, StreamPacket Packet) packet) ? packet.Position : long.MaxValue;
        return first <= start + Math.Max(usual, packet.Packet.Frames) && TryBegin(first, usual);
    }

    /// <summary>Starts to pass packets on, if one begins near the rendition's current position.</summary>
    /// <param name="next">Position of the rendition's next packet.</param>
    /// <param name="usual">Frames in a packet.</param>
    internal bool TryBegin(long next, int usual)
    {
        while (_waiting.TryPeek(out (long Position, StreamPacket Packet) first)
            && first.Position < next - (Math.Max(usual, first.Packet.Frames) / 2))
        {
            _waiting.Dequeue();
        }

        IsPassing = _waiting.TryPeek(out (long Position, StreamPacket Packet) packet)
            && packet.Position <= next + (Math.Max(usual, packet.Packet.Frames) / 2);
        _format = null;
        _reservoir = 0;
        return IsPassing;
    }

    /// <summary>Switches back to the encoder.</summary>
    internal void End()
    {
        IsPassing = false;
        _waiting.Clear();
    }

    /// <summary>Gets the next packet to pass on.</summary>
    /// <param name="next">Position of the rendition's next packet.</param>
    /// <param name="limit">Only a packet that begins before this position is returned.</param>
    /// <param name="passed">The packet.</param>
    internal bool TryPass(long next, long limit, out PassedPacket passed)
    {
        passed = default;
        while (_waiting.TryPeek(out (long Position, StreamPacket Packet) item) && item.Position < limit)
        {
            _waiting.Dequeue();
            StreamPacket packet = item.Packet;
            bool follows = packet.Follows && _format is not null;
            if (!follows)
            {
                _reservoir = 0;
                if (item.Position < next - (packet.Frames / 2))
                {
                    continue;
                }
            }

            bool isNew = _format is null || !HasSameHeaders(_format, packet.Format);
            _format = packet.Format;
            passed = new PassedPacket(packet, follows ? next : item.Position, isNew,
                packet.Format.Codec is StreamCodec.Mp3 ? ForDecoders(packet.Bytes) : packet.Bytes);
            return true;
        }

        return false;
    }

    private static bool HasSameHeaders(StreamFormat one, StreamFormat other) => ReferenceEquals(one, other)
        || (one.Headers.Count == other.Headers.Count
            && one.Headers.Zip(other.Headers).All(static pair => pair.First.Span.SequenceEqual(pair.Second.Span)));

    /// <summary>
    /// After a splice a frame may need bytes of frames that no listener got. It is made silent; its own bytes stay, for the frames after
    /// it.
    /// </summary>
    private ReadOnlyMemory<byte> ForDecoders(ReadOnlyMemory<byte> frame)
    {
        if (_reservoir >= Mp3Frame.MaxReservoir || !MpegHeader.TryParse(frame.Span, out MpegHeader header) || header.Layer != 3
            || frame.Length < header.FrameLength)
        {
            return frame;
        }

        if (Mp3Frame.MainDataBegin(frame.Span, header) > _reservoir)
        {
            byte[] silent = frame.ToArray();
            Mp3Frame.Silence(silent, header, _reservoir);
            frame = silent;
        }

        _reservoir = Math.Min(Mp3Frame.MaxReservoir, _reservoir + Mp3Frame.MainDataLength(header));
        return frame;
    }
}

/// <summary>A packet that is passed on.</summary>
/// <param name="Packet">The packet.</param>
/// <param name="Position">Its position, at the rendition's clock rate.</param>
/// <param name="IsNewFormat">Whether a decoder needs other headers from this packet on.</param>
/// <param name="Bytes">Its bytes; after a splice, some may have changed.</param>
internal readonly record struct PassedPacket(StreamPacket Packet, long Position, bool IsNewFormat, ReadOnlyMemory<byte> Bytes);
