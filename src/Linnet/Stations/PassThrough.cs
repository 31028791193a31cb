using Linnet.Clock;
using Linnet.Codecs.Streams;
using Linnet.Wire.Mpeg;

namespace Linnet.Stations;

/// <summary>
/// The packets of a rendition's own encoding that are sent to its station: when they take over from the encoder, and what must be done to
/// them so that they may. The station's thread's own.
/// </summary>
/// <param name="takes">Which encodings are the rendition's own.</param>
/// <param name="sourceRate">Frames per second of the station.</param>
/// <param name="clockRate">Frames per second of the rendition's positions.</param>
internal sealed class PassThrough(Func<StreamPacket, bool> takes, int sourceRate, int clockRate)
{
    /// <summary>
    /// The most bytes of packets that are kept, of which each is counted with what it takes beside them. What a sender may send lasts
    /// longer than they are kept; beyond that the encoder takes over, for packets that are so large pass nothing on that is worth it.
    /// </summary>
    internal const int MaxBytes = 1 << 24;

    private const int PacketCost = 128;

    private readonly Queue<(long Position, StreamPacket Packet)> _waiting = new();
    private readonly Queue<(long Position, StreamPacket Packet)> _recent = new();
    private StreamFormat? _format;
    private int _reservoir;
    private long _recentBytes;

    /// <summary>Memory that the packets take which a rendition may yet start with.</summary>
    internal long HeldBytes => _recentBytes;

    /// <summary>Whether packets are passed on now, and the encoder rests.</summary>
    internal bool IsPassing { get; private set; }

    /// <summary>Takes the packets that came with the next frames.</summary>
    /// <param name="packets">They; <see langword="null"/>: the sound is made of none.</param>
    /// <param name="position">Where those frames begin, in frames of the source.</param>
    /// <param name="oldest">The first frame of the source that a rendition may yet start with.</param>
    /// <returns>Whether what was sent can be passed on.</returns>
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

    /// <summary>Forgets what nobody wanted, but for what a rendition may yet start with.</summary>
    internal void Drop() => _waiting.Clear();

    /// <summary>Begins with packets of the last time, if there are any about where the rendition is to start.</summary>
    /// <param name="start">Where it is to start.</param>
    /// <param name="usual">Frames of a packet.</param>
    /// <param name="first">Where the first of them begins.</param>
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

    /// <summary>Begins to pass packets on, if one begins about where the rendition has got to.</summary>
    /// <param name="next">Position of the rendition's next packet.</param>
    /// <param name="usual">Frames of a packet.</param>
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

    /// <summary>The encoder takes over.</summary>
    internal void End()
    {
        IsPassing = false;
        _waiting.Clear();
    }

    /// <summary>The next packet to pass on.</summary>
    /// <param name="next">Position of the rendition's next packet.</param>
    /// <param name="limit">Only one that begins before this.</param>
    /// <param name="passed">It.</param>
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
    /// After a splice a frame may need bytes of frames that nobody got. It is made silent; its own bytes stay, for the frames after it.
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
/// <param name="Packet">It.</param>
/// <param name="Position">Where it begins, at the rendition's clock rate.</param>
/// <param name="IsNewFormat">Whether a decoder needs other headers from here on.</param>
/// <param name="Bytes">Its bytes, after a splice perhaps not all as they were.</param>
internal readonly record struct PassedPacket(StreamPacket Packet, long Position, bool IsNewFormat, ReadOnlyMemory<byte> Bytes);
