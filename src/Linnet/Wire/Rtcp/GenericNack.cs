using System.Buffers.Binary;

namespace Linnet.Wire.Rtcp;

/// <summary>A receiver's request for missing packets.</summary>
/// <param name="Ssrc">The requester's SSRC.</param>
/// <param name="MediaSsrc">The stream whose packets are missing.</param>
/// <remarks>Source: RFC 4585 §6.1, §6.2.1.</remarks>
internal sealed record GenericNack(uint Ssrc, uint MediaSsrc) : RtcpPacket
{
    /// <summary>The most entries in a packet; a packet with more is refused. 64 entries name up to 1088 packets.</summary>
    public const int MaxEntries = 64;

    /// <summary>Transport-layer feedback.</summary>
    internal const byte PacketType = 205;

    /// <summary>The kind of feedback. Takes the place of the count that other packets have.</summary>
    internal const int Format = 1;

    private const int FixedLength = 8;

    /// <summary>The missing packets: 1 to <see cref="MaxEntries"/> entries.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are none, or more.</exception>
    public required IReadOnlyList<NackEntry> Entries
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfZero(value.Count, nameof(Entries));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value.Count, MaxEntries, nameof(Entries));
            field = value;
        }
    }

    /// <summary>Requests packets, in as few entries as possible.</summary>
    /// <param name="ssrc">The requester's SSRC.</param>
    /// <param name="mediaSsrc">The stream whose packets are missing.</param>
    /// <param name="missing">The missing sequence numbers, in order; at least one.</param>
    /// <param name="taken">How many of them fit into <see cref="MaxEntries"/> entries.</param>
    public static GenericNack For(uint ssrc, uint mediaSsrc, ReadOnlySpan<ushort> missing, out int taken)
    {
        var entries = new List<NackEntry>();
        for (taken = 0; taken < missing.Length; taken++)
        {
            if (entries.Count > 0 && entries[^1].TryAdd(missing[taken], out NackEntry wider))
            {
                entries[^1] = wider;
            }
            else if (entries.Count < MaxEntries)
            {
                entries.Add(new NackEntry(missing[taken], 0));
            }
            else
            {
                break;
            }
        }

        return new GenericNack(ssrc, mediaSsrc) { Entries = entries };
    }

    /// <inheritdoc/>
    public override int Length => HeaderLength + FixedLength + (Entries.Count * NackEntry.Length);

    private protected override byte Type => PacketType;

    private protected override int Count => Format;

    private protected override void WriteContent(Span<byte> content)
    {
        BinaryPrimitives.WriteUInt32BigEndian(content, Ssrc);
        BinaryPrimitives.WriteUInt32BigEndian(content[4..], MediaSsrc);
        for (int i = 0; i < Entries.Count; i++)
        {
            Span<byte> entry = content.Slice(FixedLength + (i * NackEntry.Length), NackEntry.Length);
            BinaryPrimitives.WriteUInt16BigEndian(entry, Entries[i].First);
            BinaryPrimitives.WriteUInt16BigEndian(entry[2..], Entries[i].Following);
        }
    }

    internal static GenericNack? Read(ReadOnlySpan<byte> content)
    {
        int count = (content.Length - FixedLength) / NackEntry.Length;
        if (content.Length < FixedLength + NackEntry.Length || content.Length % NackEntry.Length != 0 || count > MaxEntries)
        {
            return null;
        }

        var entries = new NackEntry[count];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = content[(FixedLength + (i * NackEntry.Length))..];
            entries[i] = new NackEntry(BinaryPrimitives.ReadUInt16BigEndian(entry), BinaryPrimitives.ReadUInt16BigEndian(entry[2..]));
        }

        return new GenericNack(BinaryPrimitives.ReadUInt32BigEndian(content), BinaryPrimitives.ReadUInt32BigEndian(content[4..]))
        {
            Entries = entries,
        };
    }
}

/// <summary>A missing packet, and which of the next 16 are missing too.</summary>
/// <param name="First">Sequence number of the first missing packet (PID).</param>
/// <param name="Following">One bit for each of the next 16 packets, bit 0 for the first of them (BLP).</param>
internal readonly record struct NackEntry(ushort First, ushort Following)
{
    /// <summary>Packets that one entry can name.</summary>
    public const int MaxPackets = 17;

    internal const int Length = 4;

    /// <summary>Writes the missing sequence numbers, in order.</summary>
    /// <param name="destination">Room for <see cref="MaxPackets"/>.</param>
    /// <returns>The number of sequence numbers written.</returns>
    public int CopyTo(Span<ushort> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, MaxPackets, nameof(destination));

        destination[0] = First;
        int count = 1;
        for (int bit = 0; bit < MaxPackets - 1; bit++)
        {
            if ((Following >> bit & 1) != 0)
            {
                destination[count++] = unchecked((ushort)(First + bit + 1));
            }
        }

        return count;
    }

    internal bool TryAdd(ushort sequence, out NackEntry wider)
    {
        int steps = unchecked((ushort)(sequence - First));
        bool fits = steps is > 0 and < MaxPackets;
        wider = fits ? this with { Following = (ushort)(Following | (1 << (steps - 1))) } : this;
        return fits;
    }
}
