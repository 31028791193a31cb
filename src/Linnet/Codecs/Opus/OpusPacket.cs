namespace Linnet.Codecs.Opus;

/// <summary>Reads the first bytes of an Opus packet without decoding it.</summary>
/// <remarks>Source: RFC 6716 §3.1 (TOC byte), §3.2 (framing), §4.2.3, §4.2.4 (the SILK layer's first bits).</remarks>
internal static class OpusPacket
{
    private const int FirstHybrid = 12;
    private const int FirstCelt = 16;
    private const int LongSize = 252;

    /// <summary>The most frames a packet can decode to: 120 ms at 48 kHz.</summary>
    internal const int LongestFrames = 5760;

    /// <summary>Whether a packet has a copy of the previous sound at a lower rate (in-band FEC, LBRR; voice modes only).</summary>
    internal static bool HasRecovery(ReadOnlySpan<byte> packet)
    {
        if (packet.IsEmpty || packet[0] >> 3 is var config && config >= FirstCelt || !TryFindFirstFrame(packet, out int start))
        {
            return false;
        }

        // One voice activity flag per 20 ms, then the LBRR flag; then the same for the side channel.
        bool isStereo = (packet[0] & 0x04) != 0;
        int blocks = config >= FirstHybrid ? 1 : Math.Max(1, config & 3);
        int bits = packet[start];
        return (bits >> (7 - blocks) & 1) != 0 || (isStereo && (bits >> (6 - (2 * blocks)) & 1) != 0);
    }

    /// <summary>Frames at 48 kHz that the packet decodes to, from its first bytes: 120–5760; 0 if it is not a packet.</summary>
    internal static int Frames(ReadOnlySpan<byte> packet)
    {
        if (packet.IsEmpty)
        {
            return 0;
        }

        int config = packet[0] >> 3;
        int frames = config switch
        {
            < FirstHybrid => (config & 3) switch { 0 => 480, 1 => 960, 2 => 1920, _ => 2880 },
            < FirstCelt => (config & 1) == 0 ? 480 : 960,
            _ => 120 << (config & 3),
        };
        int count = (packet[0] & 3) switch { 0 => 1, 1 or 2 => 2, _ => packet.Length > 1 ? packet[1] & 0x3F : 0 };
        return frames * count <= LongestFrames ? frames * count : 0;
    }

    private static bool TryFindFirstFrame(ReadOnlySpan<byte> packet, out int start)
    {
        int sizes = 0;
        start = 1;
        switch (packet[0] & 3)
        {
            case 0 or 1:
                break;
            case 2:
                sizes = 1;
                break;
            default:
                if (packet.Length < 2 || (packet[1] & 0x3F) == 0 || !TrySkipPadding(packet, out start))
                {
                    return false;
                }

                sizes = (packet[1] & 0x80) != 0 ? (packet[1] & 0x3F) - 1 : 0;
                break;
        }

        for (int i = 0; i < sizes; i++)
        {
            if (start >= packet.Length)
            {
                return false;
            }

            start += packet[start] < LongSize ? 1 : 2;
        }

        return start < packet.Length;
    }

    private static bool TrySkipPadding(ReadOnlySpan<byte> packet, out int start)
    {
        start = 2;
        bool isPadded = (packet[1] & 0x40) != 0;
        while (isPadded)
        {
            if (start >= packet.Length)
            {
                return false;
            }

            isPadded = packet[start++] == byte.MaxValue;
        }

        return true;
    }
}
