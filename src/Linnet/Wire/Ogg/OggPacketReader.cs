namespace Linnet.Wire.Ogg;

/// <summary>One packet of a logical stream. Valid until the reader's next call.</summary>
internal readonly ref struct OggPacket
{
    /// <summary>The packet's bytes. May be empty.</summary>
    public ReadOnlySpan<byte> Data { get; init; }

    /// <summary>The page's position, if this is the last packet that ends on the page; otherwise <see cref="OggPage.NoGranule"/>.</summary>
    public long Granule { get; init; }

    /// <summary>Whether the packet begins a logical stream: the first one, or the next of a chain.</summary>
    public bool IsFirst { get; init; }

    /// <summary>Whether the packet ends a logical stream.</summary>
    public bool IsLast { get; init; }

    /// <summary>Whether packets before this one are missing.</summary>
    public bool FollowsHole { get; init; }

    /// <summary>
    /// Whether the packet was longer than <see cref="OggPacketReader.MaxPacket"/>; <see cref="Data"/> is then its beginning.
    /// </summary>
    public bool IsCut { get; init; }
}

/// <summary>Reads the packets of the audio stream in an Ogg stream, through all links of a chain.</summary>
/// <remarks>
/// If several streams run side by side (video, text), reads the first whose codec is known and skips the others. Source: RFC 3533 §5,
/// §6. For use by one thread.
/// </remarks>
internal sealed class OggPacketReader
{
    /// <summary>
    /// The longest packet kept, in bytes. Of a longer one, such as a comment with a picture, only the beginning is returned.
    /// </summary>
    public const int MaxPacket = 1 << 20;

    private readonly OggPageReader _pages = new();
    private byte[] _partial = new byte[4096];
    private int _partialLength;
    private bool _isAssembling;
    private bool _isCut;
    private bool _isIn;
    private bool _sawData;
    private bool _hasHole;
    private uint _serial;
    private uint _nextSequence;
    private bool _isFirst;
    private bool _isInHeaders;

    // The position in the current page.
    private int _segment;
    private int _at;
    private bool _hasPage;

    /// <summary>The codec of the stream being read; <see cref="OggCodec.Unknown"/> until there is one.</summary>
    public OggCodec Codec { get; private set; }

    /// <summary>Whether a stream with an unknown codec was seen, such as video or Speex.</summary>
    public bool SawUnknownCodec { get; private set; }

    /// <summary>Bytes outside any page.</summary>
    public long Skipped => _pages.Skipped;

    /// <summary>Bytes of the pages before the audio of the streams that are read: their headers, with tags and pictures.</summary>
    public long Headers { get; private set; }

    /// <summary>Pages with a wrong checksum.</summary>
    public long Damaged => _pages.Damaged;

    /// <summary>Missing pages, counted by gaps in their numbers.</summary>
    public long Holes { get; private set; }

    /// <summary>Consumes <paramref name="bytes"/> until a packet is complete.</summary>
    /// <param name="bytes">The received bytes. On return, starts after the consumed ones; empty if the result is
    /// <see langword="false"/>.</param>
    /// <param name="packet">The packet.</param>
    public bool TryRead(ref ReadOnlySpan<byte> bytes, out OggPacket packet)
    {
        while (true)
        {
            if (_hasPage && TryReadPacket(out packet))
            {
                return true;
            }

            _hasPage = false;
            if (!_pages.TryRead(ref bytes, out OggPage page))
            {
                packet = default;
                return false;
            }

            _hasPage = Accept(page);
            (_segment, _at) = (0, 0);
        }
    }

    private bool Accept(scoped in OggPage page)
    {
        if (page.Kinds.HasFlag(OggPageKinds.First))
        {
            OggCodec codec = OggCodecs.Identify(page.Body);
            SawUnknownCodec |= codec is OggCodec.Unknown;
            if (codec is OggCodec.Unknown || (_isIn && !_sawData && page.Serial != _serial))
            {
                return false;
            }

            Begin(page, codec);
            CountHeader(page);
            return true;
        }

        _sawData = true;
        if (!_isIn || page.Serial != _serial)
        {
            return false;
        }

        if (page.Sequence != _nextSequence)
        {
            Holes++;
            DropPartial();
        }

        _nextSequence = page.Sequence + 1;
        CountHeader(page);
        return true;
    }

    private void CountHeader(scoped in OggPage page)
    {
        // Audio has a position. Header packets end at position zero, or do not end on the page.
        _isInHeaders &= page.Granule is 0 or OggPage.NoGranule;
        Headers += _isInHeaders ? page.Length : 0;
    }

    private void Begin(scoped in OggPage page, OggCodec codec)
    {
        Codec = codec;
        _serial = page.Serial;
        _nextSequence = page.Sequence + 1;
        (_isIn, _isFirst, _isInHeaders, _sawData, _hasHole) = (true, true, true, false, false);
        (_isAssembling, _isCut, _partialLength) = (false, false, 0);
    }

    private void DropPartial()
    {
        _hasHole = true;
        (_isAssembling, _isCut, _partialLength) = (false, false, 0);
    }

    private bool TryReadPacket(out OggPacket packet)
    {
        OggPage page = _pages.Current;
        ReadOnlySpan<byte> segments = page.Segments;
        packet = default;
        if (_segment < segments.Length)
        {
            bool isAtStart = _segment == 0;
            int start = _at;
            while (_segment < segments.Length)
            {
                int length = segments[_segment++];
                _at += length;
                if (length < OggPage.MaxSegments)
                {
                    if (EndPacket(start, isAtStart, out packet))
                    {
                        return true;
                    }

                    (start, isAtStart) = (_at, false);
                }
            }

            if (segments[^1] == OggPage.MaxSegments && FitsBefore(page, isAtStart))
            {
                // The packet continues on the next page.
                _isAssembling = true;
                Keep(page.Body[start.._at]);
            }
        }

        if (page.Kinds.HasFlag(OggPageKinds.Last))
        {
            _isIn = false;
        }

        return false;
    }

    /// <summary>
    /// Whether the page continues the packet under way, or begins a new one, as expected. Drops packets that lost their other half.
    /// </summary>
    private bool FitsBefore(scoped in OggPage page, bool isAtStart)
    {
        bool isContinued = page.Kinds.HasFlag(OggPageKinds.Continued);
        if (!isAtStart || isContinued == _isAssembling)
        {
            return true;
        }

        DropPartial();
        return !isContinued;
    }

    private bool EndPacket(int start, bool isAtStart, out OggPacket packet)
    {
        packet = default;
        OggPage page = _pages.Current;
        ReadOnlySpan<byte> data = page.Body[start.._at];
        if (!FitsBefore(page, isAtStart))
        {
            return false;
        }

        if (_isAssembling)
        {
            Keep(data);
            data = _partial.AsSpan(0, _partialLength);
        }

        bool isLastHere = page.Segments[_segment..].IndexOfAnyExcept((byte)OggPage.MaxSegments) < 0;
        packet = new OggPacket
        {
            Data = data,
            Granule = isLastHere ? page.Granule : OggPage.NoGranule,
            IsFirst = _isFirst,
            IsLast = isLastHere && page.Kinds.HasFlag(OggPageKinds.Last),
            FollowsHole = _hasHole,
            IsCut = _isCut,
        };
        (_isFirst, _hasHole, _isAssembling, _isCut, _partialLength) = (false, false, false, false, 0);
        return true;
    }

    private void Keep(ReadOnlySpan<byte> part)
    {
        int room = MaxPacket - _partialLength;
        _isCut |= part.Length > room;
        part = part[..Math.Min(part.Length, room)];
        if (_partialLength + part.Length > _partial.Length)
        {
            Array.Resize(ref _partial, Math.Min(MaxPacket, Math.Max(2 * _partial.Length, _partialLength + part.Length)));
        }

        part.CopyTo(_partial.AsSpan(_partialLength));
        _partialLength += part.Length;
    }
}
