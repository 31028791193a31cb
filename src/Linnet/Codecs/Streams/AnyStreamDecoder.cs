using System.Runtime.InteropServices;
using Linnet.Audio;
using Linnet.Wire.Mpeg;
using Linnet.Wire.Tags;

namespace Linnet.Codecs.Streams;

/// <summary>Looks at a stream's first bytes, and leaves the rest to the decoder they call for.</summary>
/// <param name="told">What the stream was said to be.</param>
internal sealed class AnyStreamDecoder(StreamKind told) : IStreamDecoder
{
    /// <summary>As much of a tag is read; the rest, pictures mostly, is skipped.</summary>
    internal const int MaxTag = 1 << 14;

    private readonly byte[] _head = new byte[StreamKinds.HeadLength];
    private int _length;
    private readonly List<byte> _tag = [];
    private long _tagLeft;
    private TrackInfo? _track;
    private IStreamDecoder? _decoder;
    private StreamProblem? _problem;

    /// <inheritdoc/>
    public StreamProblem? Problem => _problem ?? _decoder?.Problem;

    /// <summary>What is said of a list of other things to open.</summary>
    internal static StreamProblem Playlist { get; } = new(
        StreamFault.NotSound, "The stream is a playlist or description, not sound. Send the sound itself; nothing that a list names is opened.");

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes, IStreamSink sink)
    {
        while (_decoder is null && _problem is null && !bytes.IsEmpty)
        {
            int skipped = (int)Math.Min(_tagLeft, bytes.Length);
            TakeTag(bytes[..skipped]);
            bytes = bytes[skipped..];
            int length = Math.Min(bytes.Length, _head.Length - _length);
            bytes[..length].CopyTo(_head.AsSpan(_length));
            bytes = bytes[length..];
            _length += length;
            Look(isEnd: false, sink);
        }

        _decoder?.Write(bytes, sink);
    }

    /// <inheritdoc/>
    public void Complete(IStreamSink sink)
    {
        if (_decoder is null && _problem is null)
        {
            Look(isEnd: true, sink);
        }

        _decoder?.Complete(sink);
    }

    /// <inheritdoc/>
    public void Dispose() => _decoder?.Dispose();

    private void Look(bool isEnd, IStreamSink sink)
    {
        ReadOnlySpan<byte> head = _head.AsSpan(0, _length);
        long tag = MpegTag.LengthOf(head);
        if (tag > 0)
        {
            int here = (int)Math.Min(tag, _length);
            _tag.Clear();
            _tagLeft = tag;
            TakeTag(head[..here]);
            head[here..].CopyTo(_head);
            _length -= here;
            head = _head.AsSpan(0, _length);
        }

        StreamKind kind = StreamKinds.Identify(head);
        bool isEnough = isEnd || _length == _head.Length;
        if (kind is StreamKind.Unknown && isEnough)
        {
            // MPEG audio may begin in the middle of a frame, and Ogg in the middle of a page.
            kind = told is StreamKind.Mpeg or StreamKind.Ogg && _length > 0 ? told : kind;
            _problem = kind is not StreamKind.Unknown ? null : new StreamProblem(
                StreamFault.NotSound, _length == 0 ? "The stream is empty." : "The stream does not begin as any kind of sound that Linnet decodes.");
        }

        if (kind is StreamKind.Playlist)
        {
            _problem = Playlist;
        }

        if (_problem is not null || kind is StreamKind.Unknown)
        {
            return;
        }

        _decoder = StreamDecoders.Create(kind);
        if (_track is not null)
        {
            sink.OnTrack(_track);
        }

        _decoder.Write(head, sink);
    }

    private void TakeTag(ReadOnlySpan<byte> bytes)
    {
        _tagLeft -= bytes.Length;
        _tag.AddRange(bytes[..Math.Min(bytes.Length, MaxTag - _tag.Count)]);
        if (_tagLeft == 0 && bytes.Length > 0)
        {
            _track = Id3Track.Read(CollectionsMarshal.AsSpan(_tag)) ?? _track;
        }
    }
}
