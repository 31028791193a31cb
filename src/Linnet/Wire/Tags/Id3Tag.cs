using System.Buffers.Binary;
using System.Text;
using Linnet.Audio;

namespace Linnet.Wire.Tags;

/// <summary>Reads the loudness in an ID3v2 tag: <c>TXXX</c> frames by name, and <c>RVA2</c>.</summary>
/// <remarks>Source: ID3v2.2, ID3v2.3, ID3v2.4 (structure §3–§4; frames §4.2.6, §4.11). All lengths are untrusted.</remarks>
internal static class Id3Tag
{
    /// <summary>Bytes in the tag header.</summary>
    internal const int HeaderLength = 10;

    /// <summary>The most frames that are read.</summary>
    internal const int MaxFrames = 1000;

    private const int LongestText = 1024;

    /// <summary>The longest body with stuffing that is read: a picture may have some.</summary>
    private const int LongestStuffed = 1 << 21;

    /// <summary>Reads a tag, or the part of it that is there. Never throws; stops at anything that does not fit.</summary>
    /// <param name="tag">The tag, from <c>ID3</c> on.</param>
    internal static ReplayGain Read(ReadOnlySpan<byte> tag)
    {
        ReplayGain gain = ReplayGain.None;
        tag = FramesOf(tag, out int version);
        for (int i = 0; i < MaxFrames && TryTakeFrame(ref tag, version, out ReadOnlySpan<byte> id, out ReadOnlySpan<byte> body); i++)
        {
            if (id.SequenceEqual("TXXX"u8) || id.SequenceEqual("TXX"u8))
            {
                gain = ReadText(body, gain);
            }
            else if (id.SequenceEqual("RVA2"u8))
            {
                gain = gain.Or(ReadVolume(body));
            }
        }

        return gain;
    }

    /// <summary>The frames in a tag; empty if this is not a tag.</summary>
    internal static ReadOnlySpan<byte> FramesOf(ReadOnlySpan<byte> tag, out int version)
    {
        version = 0;
        if (tag.Length < HeaderLength || !tag.StartsWith("ID3"u8) || tag[3] is < 2 or > 4)
        {
            return [];
        }

        version = tag[3];
        byte flags = tag[5];
        tag = tag[HeaderLength..Math.Min(tag.Length, HeaderLength + SevenBits(tag[6..]))];
        bool isUnsynchronised = (flags & 0x80) != 0;
        if (isUnsynchronised && version < 4)
        {
            tag = Resynchronised(tag);
        }

        return version > 2 && (flags & 0x40) != 0 ? WithoutExtendedHeader(tag, version) : tag;
    }

    /// <summary>Takes one frame. Its body is empty if it is compressed or encrypted; the frames read here never are.</summary>
    internal static bool TryTakeFrame(ref ReadOnlySpan<byte> rest, int version, out ReadOnlySpan<byte> id, out ReadOnlySpan<byte> body)
    {
        id = [];
        body = [];
        int header = FrameHeaderLength(version);
        if (rest.Length < header || rest[0] == 0)
        {
            return false;
        }

        int length = FrameLength(rest, version);
        if (length > rest.Length - header)
        {
            return false;
        }

        id = rest[..(version == 2 ? 3 : 4)];
        body = rest.Slice(header, length);
        byte format = version == 2 ? (byte)0 : rest[9];
        rest = rest[(header + length)..];
        body = version switch
        {
            3 => (format & 0xC0) != 0 ? [] : body[Math.Min(body.Length, (format >> 5) & 1)..],
            4 => (format & 0x0C) != 0 ? [] : Unpacked(body, format),
            _ => body,
        };
        return true;
    }

    /// <summary>Bytes in a frame header.</summary>
    internal static int FrameHeaderLength(int version) => version == 2 ? 6 : 10;

    /// <summary>Bytes in a frame after its header, which must be complete.</summary>
    internal static int FrameLength(ReadOnlySpan<byte> header, int version) => version switch
    {
        2 => (header[3] << 16) | (header[4] << 8) | header[5],
        3 => (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(header[4..]), int.MaxValue),
        _ => SevenBits(header[4..]),
    };

    private static ReadOnlySpan<byte> Unpacked(ReadOnlySpan<byte> body, byte format)
    {
        // One byte for a group, then four with the length before encoding.
        int extra = ((format >> 6) & 1) + (4 * (format & 1));
        body = body[Math.Min(body.Length, extra)..];
        return (format & 2) != 0 && body.Length <= LongestStuffed ? Resynchronised(body) : body;
    }

    /// <summary>Encoding | name, ended by zero | value.</summary>
    private static ReplayGain ReadText(ReadOnlySpan<byte> body, ReplayGain gain)
    {
        if (body.Length is 0 or > LongestText)
        {
            return gain;
        }

        string[] parts = TextOf(body)?.Split('\0') ?? [];
        return parts.Length < 2 ? gain : gain.With(parts[0].Trim('\uFEFF'), parts[1].Trim('\uFEFF'));
    }

    /// <summary>The text of a frame, whose first byte names its encoding; <see langword="null"/> if that encoding is unknown.</summary>
    /// <remarks>Many programs write UTF-8 or Windows-1252 and call it Latin-1, or Windows-1252 and call it UTF-8.</remarks>
    internal static string? TextOf(ReadOnlySpan<byte> body) => body.IsEmpty ? null : body[0] switch
    {
        0 or 3 => TagText.Decoded(body[1..]),
        1 => Utf16(body[1..]),
        2 => Encoding.BigEndianUnicode.GetString(body[1..]),
        _ => null,
    };

    private static string Utf16(ReadOnlySpan<byte> bytes) => bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF])
        ? Encoding.BigEndianUnicode.GetString(bytes).Replace("\uFFFE", "", StringComparison.Ordinal)
        : Encoding.Unicode.GetString(bytes);

    /// <summary>Identification, ended by zero  for each channel: its type, gain in 1/512 dB, bits of its peak, peak.</summary>
    private static ReplayGain ReadVolume(ReadOnlySpan<byte> body)
    {
        const int MasterVolume = 1;
        int end = body.IndexOf((byte)0);
        if (end < 0 || body.Length > LongestText)
        {
            return ReplayGain.None;
        }

        bool isAlbum = Encoding.Latin1.GetString(body[..end]).Equals("album", StringComparison.OrdinalIgnoreCase);
        body = body[(end + 1)..];
        while (body.Length >= 4)
        {
            int peakLength = (body[3] + 7) / 8;
            if (body.Length < 4 + peakLength)
            {
                break;
            }

            if (body[0] == MasterVolume)
            {
                float? gain = ReplayGain.Believable(BinaryPrimitives.ReadInt16BigEndian(body[1..]) / 512f);
                float? peak = Peak(body.Slice(4, peakLength), body[3]);
                return isAlbum ? new ReplayGain(AlbumGain: gain, AlbumPeak: peak) : new ReplayGain(gain, peak);
            }

            body = body[(4 + peakLength)..];
        }

        return ReplayGain.None;
    }

    private static float? Peak(ReadOnlySpan<byte> bytes, int bits)
    {
        double value = 0;
        foreach (byte b in bytes)
        {
            value = (value * 256) + b;
        }

        return bits == 0 ? null : ReplayGain.BelievablePeak((float)(value / Math.Pow(2, bits - 1)));
    }

    private static ReadOnlySpan<byte> WithoutExtendedHeader(ReadOnlySpan<byte> tag, int version)
    {
        if (tag.Length < 4)
        {
            return [];
        }

        long length = version == 3 ? 4L + BinaryPrimitives.ReadUInt32BigEndian(tag) : SevenBits(tag);
        return length > tag.Length ? [] : tag[(int)length..];
    }

    /// <summary>Removes the zeros that were inserted after each 255.</summary>
    private static byte[] Resynchronised(ReadOnlySpan<byte> bytes)
    {
        byte[] plain = new byte[bytes.Length];
        int length = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            plain[length++] = bytes[i];
            if (bytes[i] == 0xFF && i + 1 < bytes.Length && bytes[i + 1] == 0)
            {
                i++;
            }
        }

        return plain[..length];
    }

    internal static int SevenBits(ReadOnlySpan<byte> bytes) =>
        ((bytes[0] & 0x7F) << 21) | ((bytes[1] & 0x7F) << 14) | ((bytes[2] & 0x7F) << 7) | (bytes[3] & 0x7F);
}
