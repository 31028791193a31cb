using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Linnet.Audio;

namespace Linnet.Wire.Tags;

/// <summary>Reads an ID3v2 tag that arrives in pieces of any size. Keeps its short frames only: pictures may be of any size.</summary>
/// <remarks>Source: ID3v2.2, ID3v2.3, ID3v2.4 (structure §3–§6). All lengths are untrusted. For use by one thread.</remarks>
internal sealed class Id3Skimmer
{
    /// <summary>The longest frame that is kept, in bytes. Texts are far shorter.</summary>
    internal const int MaxFrame = 1 << 12;

    /// <summary>The most bytes kept of a tag.</summary>
    internal const int MaxKept = 1 << 16;

    private const byte Unsynchronised = 0x80;
    private const byte HasExtendedHeader = 0x40;

    private readonly List<byte> _kept = [];
    private readonly byte[] _head = new byte[Id3Tag.HeaderLength];
    private int _headLength;
    private int _headNeeded;
    private long _body;
    private bool _isKept;
    private bool _isStuffed;
    private bool _wasFull;
    private bool _isOver;
    private int _version;

    /// <summary>Whether the rest can be ignored: there is no tag, or its frames have ended.</summary>
    internal bool IsOver => _isOver;

    private ReadOnlySpan<byte> Kept => CollectionsMarshal.AsSpan(_kept);

    /// <summary>Starts a new tag.</summary>
    internal void Begin()
    {
        _kept.Clear();
        (_headLength, _headNeeded, _version, _body) = (0, Id3Tag.HeaderLength, 0, 0);
        (_isKept, _isStuffed, _wasFull, _isOver) = (false, false, false, false);
    }

    /// <summary>Adds the next bytes of the tag, starting with its first one.</summary>
    internal void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && !_isOver)
        {
            if (!_isStuffed)
            {
                bytes = bytes[Take(bytes)..];
                continue;
            }

            // A zero after each 255 is stuffing.
            bool isStuffing = _wasFull && bytes[0] == 0;
            _wasFull = bytes[0] == 0xFF;
            if (!isStuffing)
            {
                Take(bytes[..1]);
            }

            bytes = bytes[1..];
        }
    }

    /// <summary>Gets the content of the tag; before its end, the part that has arrived.</summary>
    internal SoundTags Read()
    {
        if (_version == 0)
        {
            return SoundTags.None;
        }

        // Build a smaller tag from the frames that were kept.
        byte[] tag = [.. Kept];
        int length = tag.Length - Id3Tag.HeaderLength;
        tag[5] &= (byte)(_version < 4 ? ~(Unsynchronised | HasExtendedHeader) : ~HasExtendedHeader);
        (tag[6], tag[7], tag[8], tag[9]) = (0, (byte)(length >> 14), (byte)((length >> 7) & 0x7F), (byte)(length & 0x7F));
        ReplayGain loudness = Id3Tag.Read(tag);
        return Id3Track.Read(tag) with { Loudness = loudness == ReplayGain.None ? null : loudness };
    }

    private int Take(ReadOnlySpan<byte> bytes)
    {
        if (_body > 0)
        {
            int part = (int)Math.Min(_body, bytes.Length);
            if (_isKept)
            {
                _kept.AddRange(bytes[..part]);
            }

            _body -= part;
            return part;
        }

        int length = Math.Min(_headNeeded - _headLength, bytes.Length);
        bytes[..length].CopyTo(_head.AsSpan(_headLength));
        _headLength += length;
        if (_headLength == _headNeeded)
        {
            _headLength = 0;
            TakeHead();
        }

        return length;
    }

    private void TakeHead()
    {
        if (_version == 0)
        {
            BeginFrames();
            return;
        }

        if (_headNeeded == 4)
        {
            // The extended header: its length, without these four bytes in 2.3 and with them in 2.4.
            _body = _version == 3 ? BinaryPrimitives.ReadUInt32BigEndian(_head) : Math.Max(0, Id3Tag.SevenBits(_head) - 4);
            (_headNeeded, _isKept) = (Id3Tag.FrameHeaderLength(_version), false);
            return;
        }

        ReadOnlySpan<byte> head = _head.AsSpan(0, _headNeeded);
        long length = Id3Tag.FrameLength(head, _version);
        _isOver = head[0] == 0;
        _body = length;
        _isKept = length <= MaxFrame && _kept.Count + head.Length + length <= MaxKept;
        if (_isKept && !_isOver)
        {
            _kept.AddRange(head);
        }
    }

    private void BeginFrames()
    {
        _version = _head[3] is >= 2 and <= 4 && _head.AsSpan().StartsWith("ID3"u8) ? _head[3] : 0;
        _isOver = _version == 0;
        _isStuffed = _version < 4 && (_head[5] & Unsynchronised) != 0;
        _headNeeded = _version > 2 && (_head[5] & HasExtendedHeader) != 0 ? 4 : Id3Tag.FrameHeaderLength(_version);
        _kept.AddRange(_head);
    }
}
