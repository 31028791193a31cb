namespace Linnet.Wire.Rtp;

/// <summary>A payload with copies of earlier payloads before its own. A checked view, like <see cref="RtpPacket"/>.</summary>
/// <remarks>Source: RFC 2198 §3.</remarks>
internal readonly ref struct RedPayload
{
    /// <summary>The most copies in a payload. A payload with more is refused.</summary>
    public const int MaxCopies = 16;

    /// <summary>The oldest that a copy can be, in timestamp ticks: 341 ms at 48 kHz.</summary>
    public const int MaxOffset = (1 << 14) - 1;

    /// <summary>The longest copy, in bytes. The primary payload may have any length.</summary>
    public const int MaxCopyLength = (1 << 10) - 1;

    /// <summary>Bytes in the header of each copy.</summary>
    public const int CopyHeaderLength = 4;

    /// <summary>Bytes in the header of the primary payload.</summary>
    public const int PrimaryHeaderLength = 1;

    private readonly ReadOnlySpan<byte> _payload;

    private RedPayload(ReadOnlySpan<byte> payload, int copies, byte primaryType, ReadOnlySpan<byte> primary)
    {
        _payload = payload;
        Copies = copies;
        PrimaryType = primaryType;
        Primary = primary;
    }

    /// <summary>The number of copies.</summary>
    public int Copies { get; }

    /// <summary>The payload type of <see cref="Primary"/>.</summary>
    public byte PrimaryType { get; }

    /// <summary>The new payload, sent for the first time. May be empty.</summary>
    public ReadOnlySpan<byte> Primary { get; }

    /// <summary>Reads an untrusted RTP payload from the network. Never throws.</summary>
    /// <returns><see langword="false"/> if it ends within its headers, is shorter than they state, or has more than
    /// <see cref="MaxCopies"/>.</returns>
    public static bool TryParse(ReadOnlySpan<byte> payload, out RedPayload red)
    {
        //  0 1             8                             22         31
        // |1|  block PT   |      timestamp offset       |   length    |   each copy
        // |0|  block PT   |                                               what is new
        red = default;
        int copies = 0;
        int length = 0;
        ReadOnlySpan<byte> rest = payload;
        while (!rest.IsEmpty && (rest[0] & 0x80) != 0)
        {
            if (copies == MaxCopies || rest.Length < CopyHeaderLength)
            {
                return false;
            }

            length += LengthOf(rest);
            copies++;
            rest = rest[CopyHeaderLength..];
        }

        if (rest.Length < PrimaryHeaderLength + length)
        {
            return false;
        }

        red = new RedPayload(payload, copies, (byte)(rest[0] & 0x7F), rest[(PrimaryHeaderLength + length)..]);
        return true;
    }

    /// <summary>Gets one of the copies. They are in the order of the payload: by custom, the oldest first.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is not that of a copy.</exception>
    public RedCopy GetCopy(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Copies);

        int start = (Copies * CopyHeaderLength) + PrimaryHeaderLength;
        for (int i = 0; i < index; i++)
        {
            start += LengthOf(_payload[(i * CopyHeaderLength)..]);
        }

        ReadOnlySpan<byte> header = _payload[(index * CopyHeaderLength)..];
        return new RedCopy((byte)(header[0] & 0x7F), (header[1] << 6) | (header[2] >> 2), _payload.Slice(start, LengthOf(header)));
    }

    /// <summary>Writes the header of a copy.</summary>
    /// <param name="destination">At least <see cref="CopyHeaderLength"/> bytes.</param>
    /// <param name="payloadType">The copy's payload type.</param>
    /// <param name="offset">The copy's age in timestamp ticks; at most <see cref="MaxOffset"/>.</param>
    /// <param name="length">Bytes in the copy; at most <see cref="MaxCopyLength"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public static void WriteCopyHeader(Span<byte> destination, byte payloadType, int offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, CopyHeaderLength, nameof(destination));
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, MaxOffset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MaxCopyLength);

        destination[0] = (byte)(0x80 | payloadType);
        destination[1] = (byte)(offset >> 6);
        destination[2] = (byte)((offset << 2) | (length >> 8));
        destination[3] = (byte)length;
    }

    /// <summary>Writes the header of the primary payload, which follows the headers of the copies.</summary>
    public static void WritePrimaryHeader(Span<byte> destination, byte payloadType) => destination[0] = (byte)(payloadType & 0x7F);

    private static int LengthOf(ReadOnlySpan<byte> header) => ((header[2] & 0x03) << 8) | header[3];
}

/// <summary>A copy of an earlier payload.</summary>
internal readonly ref struct RedCopy
{
    internal RedCopy(byte payloadType, int offset, ReadOnlySpan<byte> payload)
    {
        PayloadType = payloadType;
        Offset = offset;
        Payload = payload;
    }

    /// <summary>The copy's payload type.</summary>
    public byte PayloadType { get; }

    /// <summary>How much older the copy is than its packet, in timestamp ticks.</summary>
    public int Offset { get; }

    /// <summary>The copy's bytes. May be empty.</summary>
    public ReadOnlySpan<byte> Payload { get; }
}
