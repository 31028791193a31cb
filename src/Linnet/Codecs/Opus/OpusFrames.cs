namespace Linnet.Codecs.Opus;

/// <summary>Finds the frames within an Opus packet.</summary>
/// <remarks>Source: RFC 6716 §3.2 (framing), §3.4 (what makes a packet invalid), appendix B (packets that say their own length).</remarks>
internal static class OpusFrames
{
    /// <summary>The most frames of a packet: 120 ms of 2.5 ms each.</summary>
    internal const int Most = 48;

    /// <summary>The most bytes of a frame.</summary>
    internal const int LongestFrame = 1275;

    // A length of 252 or more has a second byte.
    private const int LongLength = 252;

    /// <summary>Reads a packet.</summary>
    /// <param name="packet">Begins with the packet; untrusted.</param>
    /// <param name="isDelimited">
    /// Whether the packet says where it ends, so that another may follow: all but the last one of a packet of several streams.
    /// </param>
    /// <param name="frames">The bytes of each frame; room for <see cref="Most"/>. A frame may be empty.</param>
    /// <param name="count">Number of frames.</param>
    /// <param name="length">Bytes of the whole packet.</param>
    internal static bool TryParse(ReadOnlySpan<byte> packet, bool isDelimited, Span<Range> frames, out int count, out int length)
    {
        (count, length) = (0, 0);
        if (packet.IsEmpty || !TryParseHead(packet, out int at, out count, out bool areAlike, out int padding)
            || count is 0 or > Most || count * OpusPacket.FrameDuration(packet[0]) > OpusPacket.LongestFrames)
        {
            return false;
        }

        int end = packet.Length - padding;
        Span<int> lengths = stackalloc int[Most];
        int stated = (areAlike ? 0 : count - 1) + (isDelimited ? 1 : 0);
        int sum = 0;
        for (int i = 0; i < stated; i++)
        {
            if (!TryReadLength(packet, end, ref at, out lengths[i]))
            {
                return false;
            }

            sum += lengths[i];
        }

        int rest = end - at;
        if (areAlike)
        {
            int each = isDelimited ? lengths[0] : rest / count;
            lengths[..count].Fill(each);
            sum = each * count;
        }
        else if (!isDelimited)
        {
            lengths[count - 1] = rest - sum;
            sum = rest;
        }

        if (rest < 0 || sum > rest || (!isDelimited && sum != rest) || lengths[..count].ContainsAnyExceptInRange(0, LongestFrame))
        {
            return false;
        }

        for (int i = 0; i < count; i++)
        {
            frames[i] = at..(at + lengths[i]);
            at += lengths[i];
        }

        length = at + padding;
        return true;
    }

    private static bool TryParseHead(ReadOnlySpan<byte> packet, out int at, out int count, out bool areAlike, out int padding)
    {
        at = 1;
        padding = 0;
        (count, areAlike) = (packet[0] & 3) switch { 0 => (1, true), 1 => (2, true), 2 => (2, false), _ => (0, false) };
        if (count > 0)
        {
            return true;
        }

        if (packet.Length < 2)
        {
            return false;
        }

        count = packet[1] & 0x3F;
        areAlike = (packet[1] & 0x80) == 0;
        at = 2;
        bool continues = (packet[1] & 0x40) != 0;
        while (continues)
        {
            if (at >= packet.Length)
            {
                return false;
            }

            continues = packet[at] == byte.MaxValue;
            padding += continues ? byte.MaxValue - 1 : packet[at];
            at++;
        }

        return true;
    }

    private static bool TryReadLength(ReadOnlySpan<byte> packet, int end, ref int at, out int length)
    {
        length = 0;
        if (at >= end)
        {
            return false;
        }

        length = packet[at++];
        if (length < LongLength)
        {
            return true;
        }

        if (at >= end)
        {
            return false;
        }

        length += 4 * packet[at++];
        return true;
    }
}
