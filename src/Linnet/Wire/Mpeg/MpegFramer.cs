using System.Buffers;
using Linnet.Audio;
using Linnet.Wire.Tags;

namespace Linnet.Wire.Mpeg;

/// <summary>One frame. Valid until the framer's next call.</summary>
internal readonly ref struct MpegFrame
{
    /// <summary>The frame's header.</summary>
    public MpegHeader Header { get; init; }

    /// <summary>The whole frame, including its header.</summary>
    public ReadOnlySpan<byte> Data { get; init; }

    /// <summary>
    /// Whether the frame does not directly follow the previous one: it is the first, or bytes that were neither frame nor tag came
    /// between.
    /// </summary>
    public bool FollowsGap { get; init; }
}

/// <summary>
/// Finds the frames in an MPEG audio stream. Input may arrive in pieces of any size. Skips tags and anything else that is not a frame.
/// </summary>
/// <remarks>
/// A header is only 11 bits that may occur anywhere. So the first frame counts only if a matching one follows at its end; after that,
/// each frame is returned as soon as it is whole. For use by one thread; holds a few KiB.
/// </remarks>
internal sealed class MpegFramer
{
    private static readonly SearchValues<byte> Begins = SearchValues.Create([0xFF, (byte)'I', (byte)'T', (byte)'A']);

    private readonly ByteWindow _window = new(4 * MpegHeader.MaxFrameLength);
    private int _taken;
    private long _tag;
    private Id3Skimmer? _id3;
    private bool _isId3;
    private SoundTags? _tags;
    private MpegHeader _last;
    private bool _isLocked;
    private bool _hasGap = true;

    /// <summary>Bytes that were neither frame nor tag.</summary>
    public long Skipped { get; private set; }

    /// <summary>Bytes of tags.</summary>
    public long Tags { get; private set; }

    /// <summary>Consumes <paramref name="bytes"/> until a frame is complete.</summary>
    /// <param name="bytes">The received bytes. On return, starts after the consumed ones; empty if the result is
    /// <see langword="false"/>.</param>
    /// <param name="frame">The frame.</param>
    public bool TryRead(ref ReadOnlySpan<byte> bytes, out MpegFrame frame)
    {
        _window.Consume(_taken);
        _taken = 0;
        while (true)
        {
            SkipTag(ref bytes);
            if (TryReadBuffered(out frame))
            {
                return true;
            }

            // A tag that begins in the buffer may be longer than the buffer.
            if (_tag == 0)
            {
                if (bytes.IsEmpty)
                {
                    return false;
                }

                _window.Fill(ref bytes);
            }
            else if (bytes.IsEmpty && _window.Count == 0)
            {
                return false;
            }
        }
    }

    /// <summary>
    /// The last ID3v2 tag before the frame that was just read; <see langword="null"/> if there was none, or it was already taken.
    /// </summary>
    internal SoundTags? TakeTags()
    {
        SoundTags? tags = _tags;
        _tags = null;
        return tags;
    }

    private void SkipTag(ref ReadOnlySpan<byte> bytes)
    {
        if (_tag == 0)
        {
            return;
        }

        int buffered = (int)Math.Min(_tag, _window.Count);
        int arrived = (int)Math.Min(_tag - buffered, bytes.Length);
        if (_isId3)
        {
            _id3!.Write(_window.Bytes[..buffered]);
            _id3.Write(bytes[..arrived]);
        }

        _window.Consume(buffered);
        bytes = bytes[arrived..];
        _tag -= buffered + arrived;
        Tags += buffered + arrived;
        if (_tag == 0 && _isId3)
        {
            _tags = _id3!.Read();
        }
    }

    private void BeginTag(ReadOnlySpan<byte> rest, long length)
    {
        _tag = Math.Max(length, 0);
        _isId3 = rest.StartsWith("ID3"u8);
        if (_isId3 && _tag > 0)
        {
            _id3 ??= new Id3Skimmer();
            _id3.Begin();
        }
    }

    private bool TryReadBuffered(out MpegFrame frame)
    {
        frame = default;
        while (_tag == 0 && _window.Count >= MpegHeader.Length)
        {
            ReadOnlySpan<byte> rest = _window.Bytes;
            if (MpegHeader.TryParse(rest, out MpegHeader header))
            {
                if (_isLocked && !header.GoesWith(_last))
                {
                    // Another stream may begin here. It must prove itself as the first one did.
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
                BeginTag(rest, tag);
                return false;
            }

            SkipByte(rest);
        }

        return false;
    }

    private void SkipByte(ReadOnlySpan<byte> rest)
    {
        // The next byte that can begin a frame or a tag.
        int next = rest[1..].IndexOfAny(Begins);
        int length = next < 0 ? rest.Length : 1 + next;
        _window.Consume(length);
        Skipped += length;
        (_isLocked, _hasGap) = (false, true);
    }
}
