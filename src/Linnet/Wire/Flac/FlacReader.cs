using Linnet.Wire.Mpeg;
using Linnet.Wire.Ogg;

namespace Linnet.Wire.Flac;

/// <summary>The kind of item found in a FLAC stream.</summary>
internal enum FlacItemKind
{
    /// <summary>The start of a stream: <see cref="FlacItem.Info"/>.</summary>
    StreamInfo,

    /// <summary>The stream's tags: <see cref="FlacItem.Comment"/>.</summary>
    Comment,

    /// <summary>A frame: <see cref="FlacItem.Data"/> and <see cref="FlacItem.Header"/>.</summary>
    Frame,
}

/// <summary>One item of a FLAC stream. Valid until the reader's next call.</summary>
internal readonly ref struct FlacItem
{
    /// <summary>The kind of item.</summary>
    public FlacItemKind Kind { get; init; }

    /// <summary>The stream's description.</summary>
    public FlacStreamInfo? Info { get; init; }

    /// <summary>The stream's tags.</summary>
    public VorbisComment? Comment { get; init; }

    /// <summary>The frame's header.</summary>
    public FlacFrameHeader Header { get; init; }

    /// <summary>The whole frame, from header to checksum. The checksum has been verified.</summary>
    public ReadOnlySpan<byte> Data { get; init; }

    /// <summary>Whether something before this frame was damaged or is missing.</summary>
    public bool FollowsGap { get; init; }
}

/// <summary>Splits a native FLAC stream into its description, tags and frames. Input may arrive in pieces of any size.</summary>
/// <remarks>
/// A frame does not state its length. It ends where its checksum is right and another frame or stream begins, so a frame is returned
/// when the next header has arrived; <see cref="TryReadLast"/> returns the last one. Every byte is summed at most twice. For use by one
/// thread. Source: RFC 9639 §6, §8, §9.
/// </remarks>
internal sealed partial class FlacReader
{
    /// <summary>The longest metadata block that is read, in bytes. The rest of a longer one is skipped.</summary>
    public const int MaxBlock = 1 << 16;

    /// <summary>The most metadata blocks in a stream.</summary>
    public const int MaxBlocks = 128;

    private const int FirstBuffer = 1 << 16;

    // Bounded by the longest block and the longest frame that its own header allows.
    private readonly ByteWindow _window = new(FirstBuffer, Array.MaxLength);
    private int _taken;
    private State _state = State.Marker;
    private int _blocks;
    private bool _wasLastBlock;
    private long _toSkip;
    private bool _needsMore;

    private enum State
    {
        Marker,
        Block,
        Frame,
    }

    /// <summary>The stream's description; <see langword="null"/> until it arrives.</summary>
    public FlacStreamInfo? Info { get; private set; }

    /// <summary>
    /// Why the stream cannot be read as FLAC, as the rest of a sentence; <see langword="null"/> if it can so far. Once set, it stays
    /// set.
    /// </summary>
    public string? Problem { get; private set; }

    /// <summary>Bytes of metadata: descriptions, tags and pictures.</summary>
    public long Metadata { get; private set; }

    /// <summary>Whether the stream, once it has ended, is whole and has no byte after its metadata.</summary>
    public bool HasOnlyMetadata => _state is State.Frame && _toSkip == 0 && _window.Count == 0 && !_hasGap && _expected < 0;

    /// <summary>Frames that were damaged or incomplete.</summary>
    public long Damaged { get; private set; }

    /// <summary>Consumes <paramref name="bytes"/> until an item is complete.</summary>
    /// <param name="bytes">The received bytes. On return, starts after the consumed ones; empty if the result is
    /// <see langword="false"/>.</param>
    /// <param name="item">The item found.</param>
    public bool TryRead(ref ReadOnlySpan<byte> bytes, out FlacItem item)
    {
        _window.Consume(_taken);
        _taken = 0;
        item = default;
        while (Problem is null)
        {
            int buffered = (int)Math.Min(_toSkip, _window.Count);
            _window.Consume(buffered);
            _toSkip -= buffered;
            int arrived = (int)Math.Min(_toSkip, bytes.Length);
            bytes = bytes[arrived..];
            _toSkip -= arrived;
            Metadata += buffered + arrived;
            if (_toSkip == 0 && Step(out item))
            {
                return true;
            }

            if (_needsMore || (_toSkip > 0 && _window.Count == 0))
            {
                if (bytes.IsEmpty)
                {
                    return false;
                }

                if (_toSkip == 0)
                {
                    _window.Fill(ref bytes);
                }
            }
        }

        bytes = [];
        return false;
    }

    private bool Step(out FlacItem item)
    {
        _needsMore = false;
        return _state switch
        {
            State.Marker => StepAtMarker(out item),
            State.Block => StepAtBlock(out item),
            _ => StepAtFrame(isEnd: false, out item),
        };
    }

    private bool StepAtMarker(out FlacItem item)
    {
        item = default;
        ReadOnlySpan<byte> rest = _window.Bytes;
        long tag = MpegTag.LengthOf(rest);
        if (tag > 0)
        {
            _toSkip = tag;
        }
        else if (tag < 0 || rest.Length < FlacBlockHeader.Marker.Length)
        {
            _needsMore = true;
        }
        else if (!rest.StartsWith(FlacBlockHeader.Marker))
        {
            Problem = "is not FLAC: it does not begin with fLaC";
        }
        else
        {
            _window.Consume(FlacBlockHeader.Marker.Length);
            (_state, _blocks) = (State.Block, 0);
        }

        return false;
    }

    private bool StepAtBlock(out FlacItem item)
    {
        item = default;
        ReadOnlySpan<byte> rest = _window.Bytes;
        if (rest.Length < FlacBlockHeader.Length)
        {
            _needsMore = true;
            return false;
        }

        if (!FlacBlockHeader.TryParse(rest, out FlacBlockHeader header) || ++_blocks > MaxBlocks
            || (_blocks == 1) != (header.Type is FlacBlockType.StreamInfo))
        {
            Problem = "has malformed metadata";
            return false;
        }

        bool isRead = header.Type is FlacBlockType.StreamInfo or FlacBlockType.VorbisComment;
        int length = isRead ? Math.Min(header.BlockLength, MaxBlock) : 0;
        if (rest.Length < FlacBlockHeader.Length + length)
        {
            _blocks--;
            _needsMore = true;
            return false;
        }

        _window.Consume(FlacBlockHeader.Length + length);
        _toSkip = header.BlockLength - length;
        Metadata += FlacBlockHeader.Length + length;
        _wasLastBlock = header.IsLast;
        if (_wasLastBlock)
        {
            StartFrames();
        }

        ReadOnlySpan<byte> inside = rest.Slice(FlacBlockHeader.Length, length);
        return isRead && TryReadBlock(header.Type, inside, out item);
    }

    private bool TryReadBlock(FlacBlockType type, ReadOnlySpan<byte> inside, out FlacItem item)
    {
        item = default;
        if (type is FlacBlockType.VorbisComment)
        {
            item = new FlacItem { Kind = FlacItemKind.Comment, Comment = VorbisComment.Parse(inside) };
            return true;
        }

        if (!FlacStreamInfo.TryParse(inside, out FlacStreamInfo? info))
        {
            Problem = "has a description (STREAMINFO) that Linnet cannot play";
            return false;
        }

        Info = info;
        item = new FlacItem { Kind = FlacItemKind.StreamInfo, Info = info };
        return true;
    }
}
