using System.Buffers.Binary;

namespace Linnet.Interop.Tests.Sources;

/// <summary>Corrects the checksums of damaged Ogg pages, so that the damage reaches the decoder behind them.</summary>
/// <remarks>Source: RFC 3533 §6.</remarks>
internal static class OggPages
{
    private const int HeaderLength = 27;

    /// <summary>Corrects every page. Does nothing to other files.</summary>
    internal static void Seal(Span<byte> file)
    {
        for (int at = file.IndexOf("OggS"u8); at >= 0 && at + HeaderLength <= file.Length;)
        {
            int segments = file[at + 26];
            int length = HeaderLength + segments;
            for (int i = 0; i < segments && at + HeaderLength + i < file.Length; i++)
            {
                length += file[at + HeaderLength + i];
            }

            Span<byte> page = file[at..Math.Min(at + length, file.Length)];
            page[22..26].Clear();
            BinaryPrimitives.WriteUInt32LittleEndian(page[22..], Sum(page));
            int next = file[(at + 4)..].IndexOf("OggS"u8);
            at = next < 0 ? -1 : at + 4 + next;
        }
    }

    private static uint Sum(ReadOnlySpan<byte> page)
    {
        uint sum = 0;
        foreach (byte b in page)
        {
            sum ^= (uint)b << 24;
            for (int bit = 0; bit < 8; bit++)
            {
                sum = (sum << 1) ^ ((sum >> 31) * 0x04C1_1DB7);
            }
        }

        return sum;
    }
}
