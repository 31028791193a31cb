namespace Linnet.Codecs.Opus;

/// <summary>Reads the first bytes of an Opus packet without decoding it.</summary>
/// <remarks>Source: RFC 6716 §3.1 (TOC byte), §4.2.3, §4.2.4 (the SILK layer's first bits).</remarks>
internal static class OpusPacket
{
    private const int FirstHybrid = 12;
    private const int FirstCelt = 16;

    /// <summary>The most frames a packet can decode to: 120 ms at 48 kHz (RFC 6716 §3.2.5).</summary>
    internal const int LongestFrames = 5760;

    /// <summary>Whether a packet has a copy of the previous sound at a lower rate (in-band FEC, LBRR; voice modes only).</summary>
    internal static bool HasRecovery(ReadOnlySpan<byte> packet)
    {
        Span<Range> frames = stackalloc Range[OpusFrames.Most];
        if (packet.IsEmpty || packet[0] >> 3 is var config && config >= FirstCelt
            || !OpusFrames.TryParse(packet, isDelimited: false, frames, out _, out _) || packet[frames[0]].IsEmpty)
        {
            return false;
        }

        // One voice activity flag per 20 ms, then the LBRR flag; then the same for the side channel.
        bool isStereo = (packet[0] & 0x04) != 0;
        int blocks = config >= FirstHybrid ? 1 : Math.Max(1, config & 3);
        int bits = packet[frames[0].Start];
        return (bits >> (7 - blocks) & 1) != 0 || (isStereo && (bits >> (6 - (2 * blocks)) & 1) != 0);
    }

    /// <summary>Frames at 48 kHz that the packet decodes to, from its first bytes: 120–5760; 0 if it is not a packet.</summary>
    internal static int Frames(ReadOnlySpan<byte> packet)
    {
        if (packet.IsEmpty)
        {
            return 0;
        }

        int frames = FrameDuration(packet[0]);
        int count = (packet[0] & 3) switch { 0 => 1, 1 or 2 => 2, _ => packet.Length > 1 ? packet[1] & 0x3F : 0 };
        return frames * count <= LongestFrames ? frames * count : 0;
    }

    /// <summary>Frames at 48 kHz of each of a packet's coded frames: 120–2880.</summary>
    /// <param name="first">The packet's first byte.</param>
    internal static int FrameDuration(byte first)
    {
        int config = first >> 3;
        return config switch
        {
            < FirstHybrid => (config & 3) switch { 0 => 480, 1 => 960, 2 => 1920, _ => 2880 },
            < FirstCelt => (config & 1) == 0 ? 480 : 960,
            _ => 120 << (config & 3),
        };
    }
}
