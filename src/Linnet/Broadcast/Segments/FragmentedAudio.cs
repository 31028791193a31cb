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

        return Mp4AudioTrack.Opus(head with { PreSkip = (ushort)info.Delay });
    });

    /// <summary>FLAC.</summary>
    internal static FragmentedAudio OfFlac(RenditionInfo info) =>
        new(info, static headers => headers is [var streamInfo, ..] ? Mp4AudioTrack.Flac(streamInfo) : null);

    /// <inheritdoc/>
    public bool Take(FormatItem format, out SegmentHead? before)
    {
        before = Head;
        Use(format.Headers.Count > 0 ? format.Headers : _info.Headers);
        return before is not null && Head != before;
    }

    /// <inheritdoc/>
    public void Write(long sequence, IReadOnlyList<PacketItem> packets, IBufferWriter<byte> output)
    {
        Mp4AudioTrack track = _track ?? throw new InvalidDataException($"{_info} has no header to begin a segment with.");
        Mp4Sample[] samples =
        [
            .. packets.Where(static packet => packet.Frames > 0).Select(static packet => new Mp4Sample(packet.Payload, packet.Frames)),
        ];

        // Players throw the encoder's delay away at the start. So the time includes it, and is never negative.
        Mp4Fragments.Write(track, unchecked((uint)sequence), Math.Max(0, packets[0].Position + _info.Delay), samples, output);
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
