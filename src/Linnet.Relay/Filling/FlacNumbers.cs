using System.Numerics;
using Linnet.Wire.Flac;

namespace Linnet.Relay.Filling;

/// <summary>Writes the numbers and the checksums of FLAC frames.</summary>
/// <remarks>Source: RFC 9639 §9.1.5 (number), §9.1.8 (checksum of the header), §9.3 (checksum of the frame).</remarks>
internal static class FlacNumbers
{
    /// <summary>The highest number where all blocks have one length.</summary>
    internal const long MostFrames = 0x7FFF_FFFF;

    /// <summary>The highest number where the lengths of blocks vary.</summary>
    internal const long MostSamples = 0xF_FFFF_FFFF;

    // Two bytes for the synchronization, two for codes.
    private const int NumberAt = 4;

    /// <summary>Appends a number: coded like a character in UTF-8, but with up to seven bytes.</summary>
    internal static void Write(List<byte> frame, long number)
    {
        if (number < 0x80)
        {
            frame.Add((byte)number);
            return;
        }

        int more = 1;
        while (number >= 1L << (6 + (5 * more)))
        {
            more++;
        }

        frame.Add((byte)((0xFF00 >> (more + 1)) | (int)(number >> (6 * more))));
        for (int shift = 6 * (more - 1); shift >= 0; shift -= 6)
        {
            frame.Add((byte)(0x80 | ((number >> shift) & 0x3F)));
        }
    }

    /// <summary>The same frame with another number.</summary>
    /// <param name="frame">A frame that an encoder of this machine made.</param>
    /// <param name="number">The number.</param>
    internal static byte[] Renumber(ReadOnlySpan<byte> frame, long number)
    {
        int ones = BitOperations.LeadingZeroCount((uint)(byte)~frame[NumberAt] << 24);
        int rest = NumberAt + Math.Max(ones, 1);
        int blockLength = (frame[2] >> 4) switch { 6 => 1, 7 => 2, _ => 0 };
        int rateLength = (frame[2] & 0xF) switch { 12 => 1, 13 or 14 => 2, _ => 0 };
        int sum = rest + blockLength + rateLength;

        var changed = new List<byte>(frame.Length + FlacFrameHeader.MaxLength);
        changed.AddRange(frame[..NumberAt]);
        Write(changed, number);
        changed.AddRange(frame[rest..sum]);
        changed.Add(FlacSums.Header(changed.ToArray()));
        changed.AddRange(frame[(sum + 1)..^FlacFrameHeader.FooterLength]);
        return Finish(changed);
    }

    /// <summary>Appends the checksum of the frame.</summary>
    internal static byte[] Finish(List<byte> frame)
    {
        ushort sum = FlacSums.Append(0, frame.ToArray());
        frame.AddRange([(byte)(sum >> 8), (byte)sum]);
        return [.. frame];
    }
}
