using System.Buffers;
using Linnet.Audio;
using Linnet.Wire.Flac;
using Linnet.Wire.Mpeg;
using Linnet.Wire.Ogg;
using Linnet.Wire.Tags;

namespace Linnet.Sources;

/// <summary>What a file's tags say of its sound that libsndfile does not tell: FLAC, Ogg, ID3v2 and APEv2.</summary>
/// <param name="Loudness">How loud it is.</param>
/// <param name="ChannelMask">The value of <see cref="ChannelLayout.MaskTag"/>, from anyone, or <see langword="null"/>.</param>
/// <remarks>Only the parts that hold tags are read, and no more of them than the limits say. A file may hold anything.</remarks>
internal readonly record struct FileTags(ReplayGain Loudness, string? ChannelMask = null)
{
    private const int MaxBlocks = 128;
    private const int MaxBlock = 1 << 20;
    private const int MaxOgg = 2 << 20;
    private const int Id3V1Length = 128;

    private static readonly FileTags None = new(ReplayGain.None);

    /// <summary>The tags of the file; none if it cannot be read.</summary>
    internal static FileTags Read(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            return Read(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return None;
        }
    }

    /// <summary>The tags of what can be read and sought.</summary>
    internal static FileTags Read(Stream file)
    {
        Span<byte> start = stackalloc byte[4];
        return Fill(file, start) < start.Length ? None
            : start.SequenceEqual(FlacBlockHeader.Marker) ? ReadFlac(file)
            : start.SequenceEqual(OggPage.Capture) ? ReadOgg(file)
            : new FileTags(ReadId3(file).Or(ReadApe(file)));
    }

    private static FileTags ReadFlac(Stream file)
    {
        Span<byte> bytes = stackalloc byte[FlacBlockHeader.Length];
        for (int i = 0; i < MaxBlocks && Fill(file, bytes) == bytes.Length && FlacBlockHeader.TryParse(bytes, out FlacBlockHeader header); i++)
        {
            if (header.Type == FlacBlockType.VorbisComment && header.BlockLength <= MaxBlock)
            {
                byte[] block = new byte[header.BlockLength];
                return OfLines(VorbisComment.Parse(block.AsSpan(0, Fill(file, block))));
            }

            if (header.IsLast)
            {
                break;
            }

            file.Seek(header.BlockLength, SeekOrigin.Current);
        }

        return None;
    }

    /// <summary>The packet after the first one is the tags', or with FLAC one of the next.</summary>
    private static FileTags ReadOgg(Stream file)
    {
        file.Position = 0;
        var packets = new OggPacketReader();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 14);
        try
        {
            int seen = 0;
            for (long read = 0; read < MaxOgg; read += buffer.Length)
            {
                ReadOnlySpan<byte> bytes = buffer.AsSpan(0, Fill(file, buffer));
                bool isEnd = bytes.Length < buffer.Length;
                while (packets.TryRead(ref bytes, out OggPacket packet))
                {
                    if (seen++ > 0 && TagsOf(packets.Codec, packet.Data) is { } tags)
                    {
                        return OfLines(tags);
                    }

                    if (seen > MaxBlocks)
                    {
                        return None;
                    }
                }

                if (isEnd)
                {
                    break;
                }
            }

            return None;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static VorbisComment? TagsOf(OggCodec codec, ReadOnlySpan<byte> packet) => codec switch
    {
        OggCodec.Opus => VorbisComment.TryParseOpus(packet, out VorbisComment tags) ? tags : null,
        OggCodec.Vorbis => VorbisComment.TryParseVorbis(packet, out VorbisComment tags) ? tags : null,
        OggCodec.Flac when FlacBlockHeader.TryParse(packet, out FlacBlockHeader header) && header.Type == FlacBlockType.VorbisComment =>
            VorbisComment.Parse(packet[FlacBlockHeader.Length..]),
        _ => null,
    };

    private static FileTags OfLines(VorbisComment tags)
    {
        ReplayGain gain = ReplayGain.None;
        foreach ((string name, string value) in tags.Lines)
        {
            gain = gain.With(name, value);
        }

        return new FileTags(gain, tags[ChannelLayout.MaskTag]);
    }

    private static ReplayGain ReadId3(Stream file)
    {
        file.Position = 0;
        Span<byte> head = stackalloc byte[MpegTag.HeadLength];
        head = head[..Fill(file, head)];
        if (!head.StartsWith("ID3"u8) || MpegTag.LengthOf(head) is not (> 0 and long length))
        {
            return ReplayGain.None;
        }

        file.Position = 0;
        byte[] tag = new byte[Math.Min(Math.Min(length, Id3Tag.MaxLength), file.Length)];
        return Id3Tag.Read(tag.AsSpan(0, Fill(file, tag)));
    }

    private static ReplayGain ReadApe(Stream file)
    {
        ReplayGain gain = ReadApeBefore(file, file.Length);
        return gain == ReplayGain.None ? ReadApeBefore(file, file.Length - Id3V1Length) : gain;
    }

    private static ReplayGain ReadApeBefore(Stream file, long end)
    {
        Span<byte> footer = stackalloc byte[ApeTag.FooterLength];
        if (end < footer.Length)
        {
            return ReplayGain.None;
        }

        file.Position = end - footer.Length;
        if (Fill(file, footer) < footer.Length || !ApeTag.TryReadFooter(footer, out int length) || length > end)
        {
            return ReplayGain.None;
        }

        file.Position = end - length;
        byte[] items = new byte[length - footer.Length];
        return ApeTag.Read(items.AsSpan(0, Fill(file, items)));
    }

    private static int Fill(Stream file, Span<byte> buffer) => file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
}
