using System.Buffers;
using Linnet.Wire.Mpeg;

namespace Linnet.Wire.Flac;

/// <content>Finds the ends of frames.</content>
internal sealed partial class FlacReader
{
    private static readonly SearchValues<byte> Begins = SearchValues.Create([0xFF, .. "fTIA"u8]);

    private bool _isIn;                 // whether a frame begins at the start of the buffer
    private FlacFrameHeader _frame;     // that frame's header
    private int _summed;                // bytes of it already summed
    private ushort _sum;
    private int _searched;              // bytes of it already searched for the next frame
    private long _expected = -1;        // the number that the next frame should have
    private bool _hasGap;

    /// <summary>Reads the last frame after the end of the stream, if it is whole.</summary>
    public bool TryReadLast(out FlacItem item)
    {
        _window.Consume(_taken);
        _taken = 0;
        item = default;
        return Problem is null && _state is State.Frame && _toSkip == 0 && StepAtFrame(isEnd: true, out item);
    }

    private void StartFrames()
    {
        _state = State.Frame;
        (_isIn, _expected, _hasGap) = (false, -1, false);
    }

    private bool StepAtFrame(bool isEnd, out FlacItem item)
    {
        item = default;
        while (true)
        {
            ReadOnlySpan<byte> rest = _window.Bytes;
            if (!_isIn && !TryFindFrame(rest, isEnd))
            {
                return false;
            }

            rest = _window.Bytes;
            int next = FindNext(rest, isEnd, out bool isSure);
            if (next >= 0 && SumTo(rest, next) == 0)
            {
                return Give(next, out item);
            }

            if (next >= 0)
            {
                _searched = next + 1;
                if (isSure)
                {
                    // What follows is in order, so this frame was damaged.
                    Drop(next);
                }
            }
            else if (isEnd && SumTo(rest, rest.Length) == 0)
            {
                return Give(rest.Length, out item);
            }
            else if (isEnd || rest.Length < _frame.MaxFrameLength + FlacFrameHeader.MaxLength)
            {
                _needsMore = true;
                return false;
            }
            else
            {
                // The frame has no end.
                Drop(rest.Length - FlacFrameHeader.MaxLength);
            }
        }
    }

    /// <summary>Moves to the first header in the buffer. False: there is none yet, or something else comes first.</summary>
    private bool TryFindFrame(ReadOnlySpan<byte> rest, bool isEnd)
    {
        long tag = MpegTag.LengthOf(rest);
        if (tag > 0 || IsStream(rest))
        {
            _toSkip = tag;
            _state = tag > 0 ? _state : State.Marker;
            return false;
        }

        int at = 0;
        while (at < rest.Length)
        {
            int found = rest[at..].IndexOfAny((byte)0xFF, (byte)'f');
            at = found < 0 ? rest.Length : at + found;
            if (at == rest.Length || (rest.Length - at < FlacFrameHeader.MaxLength && !isEnd))
            {
                break;
            }

            if (IsStream(rest[at..]))
            {
                Skip(at);
                _state = State.Marker;
                return false;
            }

            if (TryReadHeader(rest[at..], out _frame))
            {
                Skip(at);
                (_isIn, _summed, _searched, _sum) = (true, 0, _frame.Length, 0);
                return true;
            }

            at++;
        }

        // Do not skip a tag that has not arrived in full.
        Skip(tag < 0 && !isEnd ? 0 : at);
        _needsMore = true;
        return false;
    }

    /// <summary>Finds where the next frame, stream or tag may begin; -1 if nowhere.</summary>
    /// <param name="rest">The bytes from the start of this frame.</param>
    /// <param name="isEnd">Whether the stream has ended.</param>
    /// <param name="isSure">Whether it certainly begins there, even if this frame's own end is unknown.</param>
    private int FindNext(ReadOnlySpan<byte> rest, bool isEnd, out bool isSure)
    {
        isSure = false;
        while (_searched < rest.Length)
        {
            int found = rest[_searched..].IndexOfAny(Begins);
            _searched = found < 0 ? rest.Length : _searched + found;
            ReadOnlySpan<byte> here = rest[_searched..];
            long tag = MpegTag.LengthOf(here);
            if ((here.Length < FlacFrameHeader.MaxLength || tag < 0) && !isEnd)
            {
                break;
            }

            if (TryReadHeader(here, out FlacFrameHeader header))
            {
                isSure = header.GoesWith(_frame) && header.Number == _frame.Next;
                return _searched;
            }

            isSure = IsStream(here);
            if (isSure || tag > 0)
            {
                return _searched;
            }

            _searched++;
        }

        _searched = Math.Min(_searched, rest.Length);
        SumTo(rest, _searched);
        return -1;
    }

    private bool TryReadHeader(ReadOnlySpan<byte> bytes, out FlacFrameHeader header) =>
        FlacFrameHeader.TryParse(bytes, Info!, out header) && header.Format == Info!.Format && header.BitDepth == Info.BitDepth
            && header.Frames <= Info.MaxBlock;

    /// <summary>Whether a stream begins here: the marker, then a STREAMINFO header.</summary>
    private static bool IsStream(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith(FlacBlockHeader.Marker)
            && FlacBlockHeader.TryParse(bytes[FlacBlockHeader.Marker.Length..], out FlacBlockHeader header)
        && header is { Type: FlacBlockType.StreamInfo, BlockLength: FlacStreamInfo.BlockLength };

    private void Skip(int length)
    {
        _window.Consume(length);
        _hasGap |= length > 0;
    }

    private ushort SumTo(ReadOnlySpan<byte> rest, int length)
    {
        if (length > _summed)
        {
            _sum = FlacSums.Append(_sum, rest[_summed..length]);
            _summed = length;
        }

        return _sum;
    }

    private bool Give(int length, out FlacItem item)
    {
        item = new FlacItem
        {
            Kind = FlacItemKind.Frame,
            Header = _frame,
            Data = _window.Bytes[..length],
            FollowsGap = _hasGap || (_expected >= 0 && _frame.Number != _expected),
        };
        (_taken, _isIn, _expected, _hasGap) = (length, false, _frame.Next, false);
        return true;
    }

    private void Drop(int length)
    {
        Damaged++;
        (_isIn, _hasGap) = (false, true);
        _window.Consume(length);
    }
}
