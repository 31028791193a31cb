using System.Buffers;

namespace Linnet.Wire.Mpeg;

/// <summary>One frame. Lent until the framer's next call.</summary>
public readonly ref struct MpegFrame
{
    /// <summary>Its header.</summary>
    public MpegHeader Header { get; init; }

    /// <summary>All of its bytes, the header included.</summary>
    public ReadOnlySpan<byte> Data { get; init; }

    /// <summary>Whether it does not follow the one before: it is the first, or something stood between them that was no frame and no tag.</summary>
    public bool FollowsGap { get; init; }
}

/// <summary>Finds the frames in a stream of MPEG audio, in whatever pieces it arrives; tags are skipped, and whatever else is no frame.</summary>
/// <remarks>
/// A header is 11 bits that may stand anywhere, so the first frame counts only when another that goes with it follows where it ends.
/// From there on a frame is given as soon as it is whole. Used by one thread; holds a few KiB.
/// </remarks>
public sealed class MpegFramer
{
    private static readonly SearchValues<byte> Begins = SearchValues.Create([0xFF, (byte)'I', (byte)'T', (byte)'A']);

    private readonly byte[] _buffer = new byte[4 * MpegHeader.MaxFrameLength];
    private int _start;
    private int _end;
    private int _taken;
    private long _tag;
    private MpegHeader _last;
    private bool _isLocked;
    private bool _hasGap = true;

    /// <summary>Bytes that were neither frame nor tag.</summary>
    public long Skipped { get; private set; }

    /// <summary>Bytes of tags.</summary>
    public long Tags { get; private set; }

    /// <summary>Takes from the front of <paramref name="bytes"/> until a frame is whole.</summary>
    /// <param name="bytes">What has arrived. On return it starts after what was taken: all of it, if the answer is <see langword="false"/>.</param>
    /// <param name="frame">The frame.</param>
    public bool TryRead(ref ReadOnlySpan<byte> bytes, out MpegFrame frame)
    {
        _start += _taken;
        _taken = 0;
        while (true)
        {
            SkipTag(ref bytes);
            if (TryReadBuffered(out frame))
            {
                return true;
            }

            // A tag that begins in the buffer may be longer than it.
            if (_tag == 0)
            {
                if (bytes.IsEmpty)
                {
                    return false;
                }

                Fill(ref bytes);
            }
            else if (bytes.IsEmpty && _start == _end)
            {
                return false;
            }
        }
    }

    private void SkipTag(ref ReadOnlySpan<byte> bytes)
    {
        int buffered = (int)Math.Min(_tag, _end - _start);
        _start += buffered;
        _tag -= buffered;
        int arrived = (int)Math.Min(_tag, bytes.Length);
        bytes = bytes[arrived..];
        _tag -= arrived;
        Tags += buffered + arrived;
    }

    private void Fill(ref ReadOnlySpan<byte> bytes)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        int length = Math.Min(bytes.Length, _buffer.Length - _end);
        bytes[..length].CopyTo(_buffer.AsSpan(_end));
        bytes = bytes[length..];
        _end += length;
    }

    private bool TryReadBuffered(out MpegFrame frame)
    {
        frame = default;
        while (_tag == 0 && _end - _start >= MpegHeader.Length)
        {
            ReadOnlySpan<byte> rest = _buffer.AsSpan(_start, _end - _start);
            if (MpegHeader.TryParse(rest, out MpegHeader header))
            {
                if (_isLocked && !header.GoesWith(_last))
                {
                    // Perhaps another stream begins here: it has to prove itself as the first did.
                    (_isLocked, _hasGap) = (false, true);
                }

                int needed = header.FrameLength + (_isLocked ? 0 : MpegHeader.Length);
                if (rest.Length < needed)
                {
                    return false;
                }

                if (_isLocked || (MpegHeader.TryParse(rest[header.FrameLength..], out MpegHeader next) && next.GoesWith(header)))
                {
                    frame = new MpegFrame { Header = header, Data = rest[..header.FrameLength], FollowsGap = _hasGap };
                    (_taken, _last, _isLocked, _hasGap) = (header.FrameLength, header, true, false);
                    return true;
                }
            }
            else if (MpegTag.LengthOf(rest) is not 0 and long tag)
            {
                _tag = Math.Max(tag, 0);
                return false;
            }

            SkipByte(rest);
        }

        return false;
    }

    private void SkipByte(ReadOnlySpan<byte> rest)
    {
        // The next byte that may begin a frame or a tag.
        int next = rest[1..].IndexOfAny(Begins);
        int length = next < 0 ? rest.Length : 1 + next;
        _start += length;
        Skipped += length;
        (_isLocked, _hasGap) = (false, true);
    }
}
