using System.Buffers.Binary;

namespace Linnet.Wire.Mpeg;

/// <summary>What can be told of, and done to, a whole frame of layer III without decoding it.</summary>
/// <remarks>
/// A frame's sound may begin in the frames before it: <see cref="MainDataBegin"/> bytes back, counting only what lies behind their side
/// information (the bit reservoir). So where two streams are spliced, the first frames after the splice cannot be decoded, but their bytes
/// are needed by those after them. Source: ISO 11172-3 §2.4.1.7, §2.4.2.7.
/// </remarks>
public static class Mp3Frame
{
    /// <summary>The most bytes that a frame's sound may begin before it.</summary>
    public const int MaxReservoir = 511;

    private const int XingLength = 4;
    private const int VbriAt = MpegHeader.Length + 32;

    /// <summary>Bytes of earlier main data that the frame's sound begins with.</summary>
    /// <param name="frame">A whole frame.</param>
    /// <param name="header">Its header.</param>
    public static int MainDataBegin(ReadOnlySpan<byte> frame, MpegHeader header)
    {
        int field = BinaryPrimitives.ReadUInt16BigEndian(frame[header.SideInfoStart..]);
        return header.Version == MpegVersion.Mpeg1 ? field >> 7 : field >> 8;
    }

    /// <summary>Bytes of main data within the frame: what it adds to the reservoir.</summary>
    public static int MainDataLength(MpegHeader header) => header.FrameLength - header.SideInfoStart - header.SideInfoLength;

    /// <summary>Makes a frame decode to silence, and leaves its main data to the frames after it.</summary>
    /// <param name="frame">A whole frame, written over.</param>
    /// <param name="header">Its header.</param>
    /// <param name="reservoir">
    /// Bytes of main data that decoders have of the same stream before it: so many are kept, as far as the format can say.
    /// </param>
    public static void Silence(Span<byte> frame, MpegHeader header, int reservoir)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(reservoir);
        ArgumentOutOfRangeException.ThrowIfLessThan(frame.Length, header.FrameLength, nameof(frame));
        ArgumentOutOfRangeException.ThrowIfNotEqual(header.Layer, 3, nameof(header));

        // Of no part of the sound is there a bit: nothing is read from the main data, and all of it stays where it is.
        Span<byte> side = frame.Slice(header.SideInfoStart, header.SideInfoLength);
        side.Clear();
        int field = header.Version == MpegVersion.Mpeg1 ? Math.Min(reservoir, MaxReservoir) << 7 : Math.Min(reservoir, byte.MaxValue) << 8;
        BinaryPrimitives.WriteUInt16BigEndian(side, (ushort)field);
        if (header.HasSum)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame[MpegHeader.Length..], Sum(frame[2..4], side));
        }
    }

    /// <summary>Whether the frame holds no sound but a table about the file it came from: Xing, Info or VBRI.</summary>
    public static bool IsInfo(ReadOnlySpan<byte> frame, MpegHeader header)
    {
        if (header.Layer != 3)
        {
            return false;
        }

        // Written behind the side information; by some programs as if there were no sum.
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
