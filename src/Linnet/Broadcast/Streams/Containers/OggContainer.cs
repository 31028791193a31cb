using System.Buffers;
using Linnet.Audio;
using Linnet.Wire.Ogg;

namespace Linnet.Broadcast.Streams.Containers;

/// <summary>
/// Packets in the pages of chained Ogg streams: each title, each format and each gap begins a new one, exactly at its packet.
/// </summary>
/// <remarks>
/// Source: RFC 3533. In each link granule positions start again at 0: players expect that, and some find out by it what to skip at the
/// start. A page ends with a packet, so that a listener can join at it; only a packet longer than a page (64 KiB) lies in several.
/// </remarks>
internal sealed class OggContainer : IStreamContainer
{
    private static readonly TimeSpan LongestPage = TimeSpan.FromMilliseconds(100);

    private readonly OggMapping _mapping;
    private readonly RenditionInfo _info;
    private readonly int _pageFrames;
    private OggPageWriter _pages;
    private readonly Queue<PacketItem> _lately = new();
    private IReadOnlyList<ReadOnlyMemory<byte>> _headers;
    private TrackInfo? _track;
    private PacketItem? _last;
    private bool _isOpen;
    private bool _isSeam;

    // Position of the first audible frame of the link.
    private long _origin;
    private int _preSkip;
    private int _pending;

    /// <summary>A chain.</summary>
    /// <param name="mapping">The codec's mapping to Ogg.</param>
    /// <param name="info">The rendition. All its containers write the same bytes, serial numbers included: those start from its
    /// SSRC.</param>
    internal OggContainer(OggMapping mapping, RenditionInfo info)
    {
        _mapping = mapping;
        _info = info;
        _headers = info.Headers;
        _pageFrames = new AudioFormat(mapping.SampleRate, 1).FramesIn(LongestPage);
        _pages = new OggPageWriter(info.Stream.Ssrc);
    }

    /// <summary>The header pages of the link that is open; between two links nothing, as the next packet brings its own.</summary>
    public ReadOnlyMemory<byte> Head { get; private set; }

    public void Write(RingItem item, IBufferWriter<byte> output)
    {
        switch (item)
        {
            case PacketItem packet:
                WritePacket(packet, output);
                break;
            case TitleItem title when title.Track != _track:
                _track = title.Track;
                _isSeam |= _isOpen;
                End(output);
                break;
            case FormatItem format:
                _headers = format.Headers.Count > 0 ? format.Headers : _info.Headers;
                _isSeam = false;
                _lately.Clear();
                End(output);
                break;
            case EndItem:
                End(output);
                break;
        }
    }

    private void WritePacket(PacketItem packet, IBufferWriter<byte> output)
    {
        if (_last is { } last && last.Position + last.Frames != packet.Position)
        {
            _isSeam = false;
            _lately.Clear();
            End(output);
        }

        if (!_isOpen)
        {
            Begin(packet, output);
        }

        // A page that is full waits for the packet after it: the last page of a link must hold a packet, and this page may be
        // the last.
        if (_pending > 0 && _pending + packet.Frames > _pageFrames)
        {
            _pages.Flush(output);
            _pending = 0;
        }

        _pages.Add(packet.Payload.Span, GranuleAt(packet.Position + packet.Frames), output);
        _pending += packet.Frames;
        _last = packet;
        _lately.Enqueue(packet);
        while (_lately.Count > _mapping.PacketsBefore)
        {
            _lately.Dequeue();
        }
    }

    /// <summary>
    /// Begins a link. Where audio goes on, a decoder first gets the previous packets again, and discards their output.
    /// </summary>
    private void Begin(PacketItem packet, IBufferWriter<byte> output)
    {
        var tags = VorbisComment.Of("Linnet", _track);
        tags.Add("ORGANIZATION", _info.Station);
        PacketItem[] before = _isSeam ? [.. _lately] : [];
        _preSkip = !_isSeam ? _mapping.PreSkip : _mapping.HasPreSkip ? before.Sum(static p => p.Frames) : 0;
        _origin = packet.Position + (_isSeam ? 0 : _preSkip);

        _pages = new OggPageWriter(unchecked(_info.Stream.Ssrc + (uint)packet.Number));
        var head = new ArrayBufferWriter<byte>(4096);
        _mapping.WriteHeaders(_pages, _headers, tags, _preSkip, head);
        Head = head.WrittenSpan.ToArray();
        output.Write(Head.Span);
        foreach (PacketItem earlier in before)
        {
            _pages.Add(earlier.Payload.Span, GranuleAt(earlier.Position + earlier.Frames), output);
        }

        _pages.Flush(output);
        _isOpen = true;
        _isSeam = false;
        _pending = 0;
    }

    private void End(IBufferWriter<byte> output)
    {
        if (_isOpen)
        {
            _pages.Flush(output, isLast: true);
            _isOpen = false;
            Head = default;
        }
    }

    private long GranuleAt(long position) => position - _origin + _preSkip;
}
