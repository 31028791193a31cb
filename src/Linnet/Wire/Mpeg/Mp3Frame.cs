using System.Buffers.Binary;

namespace Linnet.Wire.Mpeg;

/// <summary>Reads and changes a whole layer III frame without decoding it.</summary>
/// <remarks>
/// A frame's audio may begin in earlier frames: <see cref="MainDataBegin"/> bytes back, counting only the bytes after their side
/// information (the bit reservoir). Where two streams are spliced, the first frames after the splice cannot be decoded, but later
/// frames need their bytes. Source: ISO 11172-3 §2.4.1.7, §2.4.2.7.
/// </remarks>
internal static class Mp3Frame
{
    /// <summary>How far before a frame its audio can begin, in bytes.</summary>
    public const int MaxReservoir = 511;

    private const int XingLength = 4;
    private const int VbriAt = MpegHeader.Length + 32;

    /// <summary>Gets how many bytes of earlier main data the frame needs.</summary>
    /// <param name="frame">A whole frame.</param>
    /// <param name="header">Its header.</param>
    public static int MainDataBegin(ReadOnlySpan<byte> frame, MpegHeader header)
    {
        int field = BinaryPrimitives.ReadUInt16BigEndian(frame[header.SideInfoStart..]);
        return header.Version == MpegVersion.Mpeg1 ? field >> 7 : field >> 8;
    }

    /// <summary>Gets the bytes of main data in the frame, which it adds to the reservoir.</summary>
    public static int MainDataLength(MpegHeader header) => header.FrameLength - header.SideInfoStart - header.SideInfoLength;

    /// <summary>Makes a frame decode to silence, but keeps its main data for later frames.</summary>
    /// <param name="frame">A whole frame; changed in place.</param>
    /// <param name="header">Its header.</param>
    /// <param name="reservoir">
    /// Bytes of the stream's earlier main data that decoders already have. That many are kept, as far as the format can express.
    /// </param>
    public static void Silence(Span<byte> frame, MpegHeader header, int reservoir)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(reservoir);
        ArgumentOutOfRangeException.ThrowIfLessThan(frame.Length, header.FrameLength, nameof(frame));
        ArgumentOutOfRangeException.ThrowIfNotEqual(header.Layer, 3, nameof(header));

        // No granule has any bits: nothing is read from the main data, and all of it stays in place.
        Span<byte> side = frame.Slice(header.SideInfoStart, header.SideInfoLength);
        side.Clear();
        int field = header.Version == MpegVersion.Mpeg1 ? Math.Min(reservoir, MaxReservoir) << 7 : Math.Min(reservoir, byte.MaxValue) << 8;
        BinaryPrimitives.WriteUInt16BigEndian(side, (ushort)field);
        if (header.HasSum)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame[MpegHeader.Length..], Sum(frame[2..4], side));
        }
    }

    /// <summary>Whether the frame holds no audio but a table about its file: Xing, Info or VBRI.</summary>
    public static bool IsInfo(ReadOnlySpan<byte> frame, MpegHeader header)
    {
        if (header.Layer != 3)
        {
            return false;
        }

        // The mark follows the side information. Some programs place it as if there were no checksum.
        ReadOnlySpan<byte> plain = Mark(frame, MpegHeader.Length + header.SideInfoLength);
        ReadOnlySpan<byte> behindSum = Mark(frame, header.SideInfoStart + header.SideInfoLength);
        return IsXing(plain) || IsXing(behindSum) || Mark(frame, VbriAt).SequenceEqual("VBRI"u8);
    }

    private static bool IsXing(ReadOnlySpan<byte> mark) => mark.SequenceEqual("Xing"u8) || mark.SequenceEqual("Info"u8);

    private static ReadOnlySpan<byte> Mark(ReadOnlySpan<byte> frame, int at) =>
        frame.Length >= at + XingLength ? frame.Slice(at, XingLength) : [];

    /// <summary>CRC-16 with polynomial 0x8005 over the last half of the header and the side information.</summary>
    private static ushort Sum(ReadOnlySpan<byte> header, ReadOnlySpan<byte> side)
    {
        uint sum = 0xFFFF;
        for (int i = 0; i < header.Length + side.Length; i++)
        {
            sum ^= (uint)(i < header.Length ? header[i] : side[i - header.Length]) << 8;
            for (int bit = 0; bit < 8; bit++)
            {
                sum = (sum << 1) ^ (((sum >> 15) & 1) * 0x8005);
            }
        }

        return (ushort)sum;
    }
}
