using System.Buffers.Binary;
using Linnet.Audio;

namespace Linnet.Wire.Flac;

/// <summary>STREAMINFO, FLAC's first metadata block: the stream's description.</summary>
/// <param name="Format">Sample rate and channels.</param>
/// <param name="BitDepth">Bits per sample, 4–32.</param>
/// <param name="MinBlock">Frames in the shortest block, not counting the last one, 16–65535.</param>
/// <param name="MaxBlock">Frames in the longest block.</param>
/// <param name="MinFrame">Bytes in the shortest FLAC frame; 0 if unknown.</param>
/// <param name="MaxFrame">Bytes in the longest FLAC frame; 0 if unknown.</param>
/// <param name="Length">Frames in total; 0 if unknown, as in a live stream.</param>
/// <remarks>Source: RFC 9639 §8.2. The MD5 of the audio is written as unknown and not read.</remarks>
internal sealed record FlacStreamInfo(
    AudioFormat Format, int BitDepth, int MinBlock, int MaxBlock, int MinFrame = 0, int MaxFrame = 0, long Length = 0)
{
    /// <summary>Bytes in the block, without its header.</summary>
    public const int BlockLength = 34;

    private const int LongestFrame = 0xFF_FFFF;

    /// <summary>Reads the block's content. Never throws.</summary>
    public static bool TryParse(ReadOnlySpan<byte> block, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out FlacStreamInfo? info)
    {
        //  0          2          4          7          10         12.4       12.7       13.4       18
        // | shortest | longest block | shortest | longest frame | rate 20 | channels 3 | depth 5 | length 36 | MD5
        info = null;
        if (block.Length < BlockLength)
        {
            return false;
        }

        ulong packed = BinaryPrimitives.ReadUInt64BigEndian(block[10..]);
        var format = new AudioFormat((int)(packed >> 44), 1 + (int)((packed >> 41) & 7));
        int minBlock = BinaryPrimitives.ReadUInt16BigEndian(block);
        int maxBlock = BinaryPrimitives.ReadUInt16BigEndian(block[2..]);
        int depth = 1 + (int)((packed >> 36) & 0x1F);
        if (!format.IsValid || depth < 4 || minBlock < 16 || maxBlock < minBlock)
        {
            return false;
        }

        info = new FlacStreamInfo(
            format, depth, minBlock, maxBlock, Triple(block[4..]), Triple(block[7..]), (long)(packed & 0xF_FFFF_FFFF));
        return true;
    }

    /// <summary>Builds the whole block, with its header.</summary>
    /// <param name="isLast">Whether this is the last metadata block.</param>
    public byte[] ToBlock(bool isLast)
    {
        byte[] block = new byte[FlacBlockHeader.Length + BlockLength];
        new FlacBlockHeader(FlacBlockType.StreamInfo, isLast, BlockLength).Write(block);
        Span<byte> inside = block.AsSpan(FlacBlockHeader.Length);
        BinaryPrimitives.WriteUInt16BigEndian(inside, (ushort)MinBlock);
        BinaryPrimitives.WriteUInt16BigEndian(inside[2..], (ushort)MaxBlock);
        WriteTriple(inside[4..], MinFrame);
        WriteTriple(inside[7..], MaxFrame);
        ulong packed = ((ulong)Format.SampleRate << 44) | ((ulong)(Format.Channels - 1) << 41) | ((ulong)(BitDepth - 1) << 36);
        BinaryPrimitives.WriteUInt64BigEndian(inside[10..], packed | ((ulong)Length & 0xF_FFFF_FFFF));
        return block;
    }

    private static int Triple(ReadOnlySpan<byte> bytes) => (bytes[0] << 16) | (bytes[1] << 8) | bytes[2];

    private static void WriteTriple(Span<byte> bytes, int value)
    {
        value = Math.Clamp(value, 0, LongestFrame);
        (bytes[0], bytes[1], bytes[2]) = ((byte)(value >> 16), (byte)(value >> 8), (byte)value);
    }
}
