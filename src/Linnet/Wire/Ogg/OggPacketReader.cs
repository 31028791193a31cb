namespace Linnet.Wire.Ogg;

/// <summary>One packet of a logical stream. Lent until the reader's next call.</summary>
public readonly ref struct OggPacket
{
    /// <summary>Its bytes. May be empty.</summary>
    public ReadOnlySpan<byte> Data { get; init; }

    /// <summary>The page's position if it is the last packet that ends there, else <see cref="OggPage.NoGranule"/>.</summary>
    public long Granule { get; init; }

    /// <summary>Whether it begins a logical stream: a new one of a chain, or the first.</summary>
    public bool IsFirst { get; init; }

    /// <summary>Whether it ends one.</summary>
    public bool IsLast { get; init; }

    /// <summary>Whether packets before it are missing.</summary>
    public bool FollowsHole { get; init; }

    /// <summary>Whether it was longer than <see cref="OggPacketReader.MaxPacket"/>, and <see cref="Data"/> is its beginning.</summary>
    public bool IsCut { get; init; }
}

/// <summary>Reads the packets of the one stream of sound in an Ogg stream, through all links of a chain.</summary>
/// <remarks>
/// Of several streams side by side (video, text) the first whose codec is known is taken, the others are passed over. Source: RFC 3533 §5,
/// §6. Used by one thread.
/// </remarks>
public sealed class OggPacketReader
{
    /// <summary>The longest packet kept. Of a longer one, such as a comment with a picture in it, the beginning is given.</summary>
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

    // Where the page under way is read on.
    private int _segment;
    private int _at;
    private bool _hasPage;

    /// <summary>The codec of the stream that is read; <see cref="OggCodec.Unknown"/> before there is one.</summary>
    public OggCodec Codec { get; private set; }

    /// <summary>Whether a stream began whose codec is not known: video, or Speex.</summary>
    public bool SawUnknownCodec { get; private set; }

    /// <summary>Bytes that belonged to no page.</summary>
    public long Skipped => _pages.Skipped;

    /// <summary>Bytes of pages before the sound of the streams that are read: their headers, with tags and pictures.</summary>
    public long Headers { get; private set; }

    /// <summary>Pages with a wrong check sum.</summary>
    public long Damaged => _pages.Damaged;

    /// <summary>Pages that were missing, by their numbers.</summary>
    public long Holes { get; private set; }

    /// <summary>Takes from the front of <paramref name="bytes"/> until a packet is whole.</summary>
    /// <param name="bytes">What has arrived. On return it starts after what was taken: all of it, if the answer is
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
        // Sound has a position: packets of headers end at zero, or do not end on the page.
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
                // It goes on on the next page.
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

    /// <summary>Whether what begins here is a packet, or goes on where the page before ended. Drops what has lost its other half.</summary>
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
