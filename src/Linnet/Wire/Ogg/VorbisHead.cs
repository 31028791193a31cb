using System.Buffers.Binary;
using Linnet.Audio;

namespace Linnet.Wire.Ogg;

/// <summary>The first packet of Vorbis.</summary>
/// <param name="Format">Sample rate and channels.</param>
/// <param name="BitRate">Nominal bits per second; 0 if not stated.</param>
/// <param name="ShortBlock">Frames in a short block, 64–8192; not more than in a long one.</param>
/// <param name="LongBlock">Frames in a long block, 64–8192. A packet yields a quarter of its own block plus a quarter of the previous
/// one.</param>
/// <remarks>Source: Vorbis I §4.2.2.</remarks>
internal readonly record struct VorbisHead(AudioFormat Format, int BitRate, int ShortBlock, int LongBlock)
{
    private const int Length = 30;

    /// <summary>Reads the packet. Never throws.</summary>
    public static bool TryParse(ReadOnlySpan<byte> packet, out VorbisHead head)
    {
        //  0 | 0x01 vorbis | 7 version | 11 channels | 12 rate | 16 highest | 20 nominal | 24 lowest bit rate | 28 blocks | 29 framing
        head = default;
        if (packet.Length < Length || OggCodecs.Identify(packet) is not OggCodec.Vorbis
            || BinaryPrimitives.ReadUInt32LittleEndian(packet[7..]) != 0)
        {
            return false;
        }

        uint rate = BinaryPrimitives.ReadUInt32LittleEndian(packet[12..]);
        var format = new AudioFormat((int)Math.Min(rate, int.MaxValue), packet[11]);
        (int shortBlock, int longBlock) = (packet[28] & 0xF, packet[28] >> 4);
        if (!format.IsValid || shortBlock < 6 || longBlock > 13 || shortBlock > longBlock || (packet[29] & 1) == 0)
        {
            return false;
        }

        head = new VorbisHead(format, Math.Max(BinaryPrimitives.ReadInt32LittleEndian(packet[20..]), 0), 1 << shortBlock, 1 << longBlock);
        return true;
    }
}
