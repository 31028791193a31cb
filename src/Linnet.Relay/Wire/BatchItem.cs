using System.Buffers.Binary;
using System.Text;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Clock;

namespace Linnet.Relay.Wire;

/// <summary>A checked view over one item of a batch.</summary>
internal readonly ref struct BatchItem
{
    /// <summary>Bytes before the body: the kind, and the length of the body in 24 bits.</summary>
    internal const int HeadLength = 4;

    /// <summary>Bytes that start the body of each kind that is known: position and due time.</summary>
    internal const int PlaceLength = 16;

    /// <summary>Bytes of a packet's body before its payload: the place, number, frames and marker.</summary>
    internal const int PacketHeadLength = PlaceLength + 13;

    /// <summary>The most frames in a packet. FLAC has at most 65,535 in a block.</summary>
    internal const int MaxFrames = 1 << 20;

    /// <summary>The most headers of a format. Vorbis has three.</summary>
    internal const int MaxHeaders = 16;

    private readonly ReadOnlySpan<byte> _body;

    private BatchItem(ItemKind kind, ReadOnlySpan<byte> body)
    {
        Kind = kind;
        _body = body;
    }

    /// <summary>What it is; a value that has no name is a kind that is not known.</summary>
    public ItemKind Kind { get; }

    /// <summary>Whether it is of a kind that is known.</summary>
    public bool IsKnown => Kind is >= ItemKind.Packet and <= ItemKind.End;

    /// <summary>Position of the sound it stands at. Of known kinds only.</summary>
    public long Position => BinaryPrimitives.ReadInt64BigEndian(_body);

    /// <summary>When it is due by the origin's clock, in nanoseconds. Of known kinds only.</summary>
    public long DueAt => BinaryPrimitives.ReadInt64BigEndian(_body[8..]);

    private ReadOnlySpan<byte> Details => _body[PlaceLength..];

    /// <summary>Reads an item from the front of <paramref name="rest"/> and moves past it. Never throws.</summary>
    public static bool TryRead(scoped ref ReadOnlySpan<byte> rest, out BatchItem item)
    {
        // kind: 8 | length of the body: 24 | body
        item = default;
        if (rest.Length < HeadLength)
        {
            return false;
        }

        int length = (int)(BinaryPrimitives.ReadUInt32BigEndian(rest) & 0xFF_FFFF);
        if (length > rest.Length - HeadLength)
        {
            return false;
        }

        item = new BatchItem((ItemKind)rest[0], rest.Slice(HeadLength, length));
        rest = rest[(HeadLength + length)..];
        return !item.IsKnown || item.IsValid();
    }

    /// <summary>When position 0 is due by the origin's clock from here on, in nanoseconds. Of discontinuities only.</summary>
    public long Epoch => BinaryPrimitives.ReadInt64BigEndian(Details);

    /// <summary>Packets of the rendition before this one. Of packets only.</summary>
    // place: 128 | number: 64 | frames: 32 | 0: 7 | marker: 1 | payload
    public long Number => BinaryPrimitives.ReadInt64BigEndian(Details);

    /// <summary>The item as a ring holds it; the bytes are copied.</summary>
    /// <param name="ring">The ring that will hold it. Its framing is put around packets.</param>
    /// <param name="clock">Gives its deadline in the ticks of this machine.</param>
    /// <param name="shift">The difference from the numbers and positions of the origin. Default: none.</param>
    /// <param name="notBefore">The earliest deadline, in ticks: that of the item before. Default: any.</param>
    /// <returns><see langword="null"/>: its kind is not known, or RTP cannot carry a packet of this length.</returns>
    public RingItem? ToRingItem(BroadcastRing ring, OriginClock clock, Shift shift = default, long notBefore = long.MinValue)
    {
        ArgumentNullException.ThrowIfNull(ring);
        if (!IsKnown)
        {
            return null;
        }

        long due = Math.Max(clock.TicksAt(DueAt), notBefore);
        long position = Position + shift.Positions;
        return Kind switch
        {
            ItemKind.Packet => ToPacket(ring, Number + shift.Numbers, position, due),
            ItemKind.Title => new TitleItem(position, due, ReadTitle(Details)),
            ItemKind.Format => TryReadHeaders(Details, out List<ReadOnlyMemory<byte>> headers)
                ? new FormatItem(position, due, headers) : null,
            ItemKind.Discontinuity => new DiscontinuityItem(position, due, shift.TimelineOf(Epoch, clock, ring.Info.Payload.ClockRate)),
            _ => new EndItem(position, due) { Reason = EndReason },
        };
    }

    /// <summary>Why nothing follows. Of ends only.</summary>
    public DropReason EndReason => EndReasons.Of(Details[0]);

    private bool IsValid()
    {
        if (_body.Length < PlaceLength || !IsPosition(Position) || DueAt is < -OriginClock.MaxTime or > OriginClock.MaxTime)
        {
            return false;
        }

        return Kind switch
        {
            ItemKind.Packet => _body.Length >= PacketHeadLength && BatchHeader.IsCount(Number) && Frames is >= 0 and <= MaxFrames,
            ItemKind.Title => IsTitle(Details),
            ItemKind.Format => TryReadHeaders(Details, out _),
            ItemKind.Discontinuity => Details.Length == 8 && Epoch is >= -OriginClock.MaxTime and <= OriginClock.MaxTime,
            _ => Details.Length == 1,
        };
    }

    private static bool IsPosition(long position) => position is >= -BatchHeader.MaxCount and <= BatchHeader.MaxCount;

    private int Frames => BinaryPrimitives.ReadInt32BigEndian(Details[8..]);

    private PacketItem? ToPacket(BroadcastRing ring, long number, long position, long due)
    {
        ReadOnlySpan<byte> payload = _body[PacketHeadLength..];
        return ring.Info.IsRtp && payload.Length > InterleavedFraming.MaxPayload
            ? null
            : new PacketItem(ring.Framing, number, position, Frames, (Details[12] & 1) != 0, due, payload);
    }

    // place: 128 | length of the title: 16 | title | artist, up to the end; empty: none
    private static bool IsTitle(ReadOnlySpan<byte> details) =>
        details.Length >= 2 && BinaryPrimitives.ReadUInt16BigEndian(details) <= details.Length - 2;

    // The texts end up on pages and in terminals: they are cleaned like those of a file.
    private static TrackInfo ReadTitle(ReadOnlySpan<byte> details)
    {
        int end = 2 + BinaryPrimitives.ReadUInt16BigEndian(details);
        return new TrackInfo(
            TagText.Clean(Encoding.UTF8.GetString(details[2..end])) ?? "", TagText.Clean(Encoding.UTF8.GetString(details[end..])));
    }

    // place: 128 | then for each header its length: 32 | header
    private static bool TryReadHeaders(ReadOnlySpan<byte> details, out List<ReadOnlyMemory<byte>> headers)
    {
        headers = [];
        while (!details.IsEmpty)
        {
            if (details.Length < 4 || headers.Count == MaxHeaders
                || BinaryPrimitives.ReadUInt32BigEndian(details) is var length && length > details.Length - 4)
            {
                return false;
            }

            headers.Add(details.Slice(4, (int)length).ToArray());
            details = details[(4 + (int)length)..];
        }

        return true;
    }
}
