using System.Buffers.Binary;

namespace Linnet.Wire.Mpeg;

/// <summary>The table (Xing, Info) that an encoder may write into the first frame of an MP3 file.</summary>
/// <param name="Frames">MPEG frames that follow; <see langword="null"/> if absent or 0. Often wrong.</param>
/// <param name="Delay">Frames of audio (one sample per channel) that the encoder added before the first; <see langword="null"/> if
/// absent.</param>
/// <param name="Padding">Frames of audio added after the last, to fill its packet; <see langword="null"/> if absent.</param>
/// <remarks>Source: the Xing header's SDK; LAME's "mp3 info tag" revision 1.</remarks>
internal readonly record struct Mp3Table(uint? Frames, int? Delay, int? Padding)
{
    /// <summary>Frames of audio that a layer III decoder adds to the encoder's delay.</summary>
    internal const int DecoderDelay = 529;

    private const int HasFrames = 1, HasBytes = 2, HasContents = 4, HasQuality = 8;
    private const int ContentsLength = 100;
    private const int EncoderLength = 4;
    private const int DelayAt = 21;

    /// <summary>
    /// Reads the table of a frame that has one (<see cref="Mp3Frame.IsInfo"/>). Never throws. Missing fields are
    /// <see langword="null"/>.
    /// </summary>
    internal static Mp3Table Read(ReadOnlySpan<byte> frame, MpegHeader header)
    {
        // Xing or Info | flags | frames | bytes | table of contents | quality | encoder 9 | … | delay and padding, 12 bits each
        ReadOnlySpan<byte> rest = Find(frame, header);
        if (rest.Length < 8)
        {
            return default;
        }

        uint flags = BinaryPrimitives.ReadUInt32BigEndian(rest[4..]);
        rest = rest[8..];
        uint? frames =
            (flags & HasFrames) != 0 && rest.Length >= 4 && BinaryPrimitives.ReadUInt32BigEndian(rest) is > 0 and uint count ? count : null;
        int before = ((flags & HasFrames) != 0 ? 4 : 0) + ((flags & HasBytes) != 0 ? 4 : 0)
            + ((flags & HasContents) != 0 ? ContentsLength : 0) + ((flags & HasQuality) != 0 ? 4 : 0);
        rest = rest[Math.Min(before, rest.Length)..];
        return rest.Length < DelayAt + 3 || rest[..EncoderLength].ContainsAnyExceptInRange((byte)'!', (byte)'~')
            ? new Mp3Table(frames, null, null)
            : new Mp3Table(frames, (rest[DelayAt] << 4) | (rest[DelayAt + 1] >> 4), ((rest[DelayAt + 1] & 0xF) << 8) | rest[DelayAt + 2]);
    }

    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> frame, MpegHeader header)
    {
        // Some programs place the table as if there were no checksum.
        foreach (int at in (ReadOnlySpan<int>)[MpegHeader.Length + header.SideInfoLength, header.SideInfoStart + header.SideInfoLength])
        {
            ReadOnlySpan<byte> here = frame[Math.Min(at, frame.Length)..];
            if (here.StartsWith("Xing"u8) || here.StartsWith("Info"u8))
            {
                return here;
            }
        }

        return [];
    }
}
