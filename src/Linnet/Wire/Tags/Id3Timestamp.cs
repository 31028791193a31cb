using System.Buffers;
using System.Buffers.Binary;

namespace Linnet.Wire.Tags;

/// <summary>
/// The ID3v2.4 tag that begins a segment of packed audio in HLS. It says when the first frame of the segment plays.
/// </summary>
/// <remarks>Source: RFC 8216 §3.4; ID3v2.4 structure §3.1, frames §4.27 (<c>PRIV</c>).</remarks>
internal static class Id3Timestamp
{
    /// <summary>Bytes in the tag.</summary>
    public const int Length = 73;

    /// <summary>Units of time per second: the clock of MPEG-2 transport streams.</summary>
    public const int ClockRate = 90_000;

    /// <summary>The clock has 33 bits; it wraps every 26.5 hours.</summary>
    private const long ClockMask = (1L << 33) - 1;

    private static ReadOnlySpan<byte> Owner => "com.apple.streaming.transportStreamTimestamp\0"u8;

    /// <summary>Writes the tag.</summary>
    /// <param name="time">The time of the first frame, in units of 1/90,000 s. Only its low 33 bits are written.</param>
    /// <param name="output">Receives <see cref="Length"/> bytes.</param>
    public static void Write(long time, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);

        //  0     3   4   5       6        10     14       18      20                     65
        // | ID3 | 4 | 0 | flags | length | PRIV | length | flags | owner, ended by zero | time |
        Span<byte> tag = output.GetSpan(Length)[..Length];
        tag.Clear();
        "ID3\u0004"u8.CopyTo(tag);
        "PRIV"u8.CopyTo(tag[10..]);
        Owner.CopyTo(tag[20..]);
        BinaryPrimitives.WriteInt64BigEndian(tag[65..], time & ClockMask);

        // A byte of a length has seven bits, and both lengths fit in the last one.
        tag[9] = Length - Id3Tag.HeaderLength;
        tag[17] = Length - 20;
        output.Advance(Length);
    }
}
