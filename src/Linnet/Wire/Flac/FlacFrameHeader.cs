using Linnet.Audio;

namespace Linnet.Wire.Flac;

/// <summary>The header of a FLAC frame.</summary>
/// <param name="IsVariable">Whether block lengths vary. If so, <paramref name="Number"/> counts samples per channel, otherwise FLAC
/// frames.</param>
/// <param name="Number">The frame's position in the stream it was encoded for, below 2^36.</param>
/// <param name="Frames">Samples per channel, 1–65536.</param>
/// <param name="Format">Sample rate and channels.</param>
/// <param name="BitDepth">Bits per sample, 4–32.</param>
/// <param name="Length">Bytes in the header, including its checksum.</param>
/// <remarks>Source: RFC 9639 §9.1.</remarks>
internal readonly record struct FlacFrameHeader(bool IsVariable, long Number, int Frames, AudioFormat Format, int BitDepth, int Length)
{
    /// <summary>The longest header, in bytes.</summary>
    public const int MaxLength = 16;

    /// <summary>Bytes of the checksum at the end of every frame.</summary>
    public const int FooterLength = 2;

    private static ReadOnlySpan<int> Rates => [0, 88_200, 176_400, 192_000, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];

    private static ReadOnlySpan<byte> Depths => [0, 8, 12, 0, 16, 20, 24, 32];

    /// <summary>
    /// The largest a whole frame can be, in bytes: uncompressed samples, plus one bit each for the difference of two channels.
    /// </summary>
    public int MaxFrameLength => MaxLength + (Format.Channels * ((((Frames * (BitDepth + 1)) + 7) / 8) + 8)) + FooterLength;

    /// <summary>Whether the two frames can belong to the same stream.</summary>
    public bool GoesWith(FlacFrameHeader other) =>
        (IsVariable, Format, BitDepth) == (other.IsVariable, other.Format, other.BitDepth);

    /// <summary>The number of the next frame.</summary>
    public long Next => IsVariable ? Number + Frames : Number + 1;

    /// <summary>Reads the header at the front of <paramref name="bytes"/>, which are untrusted. Never throws.</summary>
    /// <param name="bytes">At least <see cref="MaxLength"/> bytes, if available. With fewer, an incomplete header is rejected.</param>
    /// <param name="info">The stream's description; supplies values that a header may leave out.</param>
    /// <param name="header">The header.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, FlacStreamInfo info, out FlacFrameHeader header)
    {
        // 11111111 1111100V SSSSRRRR CCCCDDD0 | number 1–7 | block 0–2 | rate 0–2 | sum
        header = default;
        ArgumentNullException.ThrowIfNull(info);
        if (bytes.Length < 6 || bytes[0] != 0xFF || (bytes[1] & 0xFE) != 0xF8 || (bytes[3] & 1) != 0)
        {
            return false;
        }

        (int blockCode, int rateCode) = (bytes[2] >> 4, bytes[2] & 0xF);
        (int channelCode, int depthCode) = (bytes[3] >> 4, (bytes[3] >> 1) & 7);
        int at = 4;
        if (blockCode == 0 || rateCode == 15 || channelCode > 10 || depthCode == 3 || !TryReadNumber(bytes, ref at, out long number)
            || !TryReadBlock(bytes, blockCode, ref at, out int frames) || !TryReadRate(bytes, rateCode, info, ref at, out int rate)
            || at >= bytes.Length || FlacSums.Header(bytes[..at]) != bytes[at])
        {
            return false;
        }

        var format = new AudioFormat(rate, channelCode < 8 ? channelCode + 1 : 2);
        header = new FlacFrameHeader(
            (bytes[1] & 1) != 0, number, frames, format, depthCode == 0 ? info.BitDepth : Depths[depthCode], at + 1);
        return format.IsValid;
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> bytes, ref int at, out long number)
    {
        // Coded like a UTF-8 character, but with up to seven bytes.
        byte first = bytes[at++];
        number = first;
        if (first < 0x80)
        {
            return true;
        }

        int more = System.Numerics.BitOperations.LeadingZeroCount((uint)(byte)~first << 24) - 1;
        if (more is < 1 or > 6)
        {
            return false;
        }

        number = first & (0x3F >> more);
        for (; more > 0; more--)
        {
            if (at >= bytes.Length || bytes[at] >> 6 != 2)
            {
                return false;
            }

            number = (number << 6) | (uint)(bytes[at++] & 0x3F);
        }

        return true;
    }

    private static bool TryReadBlock(ReadOnlySpan<byte> bytes, int code, ref int at, out int frames)
    {
        frames = code switch { 1 => 192, < 6 => 144 << code, _ => 1 << code };
        if (code is 6 or 7)
        {
            return TryReadBytes(bytes, code - 5, ref at, out frames) && ++frames > 0;
        }

        return true;
    }

    private static bool TryReadRate(ReadOnlySpan<byte> bytes, int code, FlacStreamInfo info, ref int at, out int rate)
    {
        rate = code == 0 ? info.Format.SampleRate : code < 12 ? Rates[code] : 0;
        if (code < 12)
        {
            return true;
        }

        bool isWhole = TryReadBytes(bytes, code == 12 ? 1 : 2, ref at, out rate);
        rate *= code switch { 12 => 1000, 14 => 10, _ => 1 };
        return isWhole;
    }

    private static bool TryReadBytes(ReadOnlySpan<byte> bytes, int count, ref int at, out int value)
    {
        value = 0;
        if (at + count > bytes.Length)
        {
            return false;
        }

        for (; count > 0; count--)
        {
            value = (value << 8) | bytes[at++];
        }

        return true;
    }
}
