using System.Buffers;
using System.Security.Cryptography;
using Linnet.Wire.Mp4;
using Linnet.Wire.Ogg;

namespace Linnet.Broadcast.Segments;

/// <summary>Fragmented MP4: each segment is one fragment, its head an initialization section.</summary>
/// <remarks>Source: RFC 8216 §3.3.</remarks>
internal sealed class FragmentedAudio : ISegmentContainer
{
    private const int NameBytes = 8;
    private const int StreamInfoLength = 4 + 34;

    private readonly RenditionInfo _info;
    private readonly Func<IReadOnlyList<ReadOnlyMemory<byte>>, Mp4AudioTrack?> _trackOf;
    private Mp4AudioTrack? _track;

    private FragmentedAudio(RenditionInfo info, Func<IReadOnlyList<ReadOnlyMemory<byte>>, Mp4AudioTrack?> trackOf)
    {
        _info = info;
        _trackOf = trackOf;
        Use(info.Headers);
    }

    /// <inheritdoc/>
    public SegmentHead? Head { get; private set; }

    /// <summary>Opus.</summary>
    internal static FragmentedAudio OfOpus(RenditionInfo info) => new(info, headers =>
    {
        if (headers is not [var header, ..] || !OpusHead.TryParse(header.Span, out OpusHead? head))
        {
            int channels = info.Payload.Channels;
            head = new OpusHead((byte)channels, 0, Coupled: (byte)(channels - 1));
        }

        // A player that joins, or comes from another rendition, has nothing to throw away.
        return Mp4AudioTrack.Opus(head with { PreSkip = 0 });
    });

    /// <summary>AAC.</summary>
    internal static FragmentedAudio OfAac(RenditionInfo info) =>
        new(info, _ => Mp4AudioTrack.Aac(info.Payload.ClockRate, info.Payload.Channels));

    /// <summary>FLAC.</summary>
    internal static FragmentedAudio OfFlac(RenditionInfo info) =>
        new(info, static headers => headers is [{ Length: >= StreamInfoLength } streamInfo, ..]
            ? Mp4AudioTrack.Flac(WithoutLength(streamInfo)) : null);

    /// <inheritdoc/>
    public bool Take(FormatItem format, out SegmentHead? before)
    {
        before = Head;
        Use(format.Headers.Count > 0 ? format.Headers : _info.Headers);
        return before is not null && Head != before;
    }

    /// <inheritdoc/>
    public void Write(long number, IReadOnlyList<PacketItem> packets, IBufferWriter<byte> output)
    {
        Mp4AudioTrack track = _track ?? throw new InvalidDataException($"{_info} has no header to begin a segment with.");
        Mp4Sample[] samples =
        [
            .. packets.Where(static packet => packet.Frames > 0).Select(static packet => new Mp4Sample(packet.Payload, packet.Frames)),
        ];

        Mp4Fragments.Write(track, unchecked((uint)number), ISegmentContainer.TimeOf(packets[0], _info), samples, output);
    }

    /// <summary>
    /// The number of frames and the hash of a file say nothing of a stream. With them, each pushed file would cut a segment.
    /// </summary>
    /// <remarks>Source: RFC 9639 §8.2, behind the four bytes of the block's header.</remarks>
    private static byte[] WithoutLength(ReadOnlyMemory<byte> streamInfo)
    {
        byte[] bytes = streamInfo.ToArray();
        bytes[17] &= 0xF0;
        bytes.AsSpan(18, StreamInfoLength - 18).Clear();
        return bytes;
    }

    private void Use(IReadOnlyList<ReadOnlyMemory<byte>> headers)
    {
        if (_trackOf(headers) is not { } track)
        {
            return;
        }

        byte[] bytes = Mp4Fragments.InitSegment(track);
        string name = Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, NameBytes));
        if (name != Head?.Name)
        {
            (_track, Head) = (track, new SegmentHead(name, bytes));
        }
    }
}
