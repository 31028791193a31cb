using Linnet.Audio;
using Linnet.Wire.Mpeg;
using Linnet.Wire.Tags;

namespace Linnet.Codecs.Streams;

/// <summary>Detects the format from the first bytes of a stream, and passes the stream to the matching decoder.</summary>
/// <param name="told">The declared kind of the stream.</param>
/// <param name="isFile">Whether the stream is a file that is only played: no packets are passed on.</param>
internal sealed class AnyStreamDecoder(StreamKind told, bool isFile = false) : IStreamDecoder
{
    private readonly byte[] _head = new byte[StreamKinds.HeadLength];
    private readonly Id3Skimmer _id3 = new();
    private int _length;
    private long _tagLeft;
    private long _tagBytes;
    private bool _isId3;
    private SoundTags? _tags;
    private IStreamDecoder? _decoder;
    private StreamProblem? _problem;

    /// <inheritdoc/>
    public StreamProblem? Problem => _problem ?? _decoder?.Problem;

    /// <inheritdoc/>
    public long TagBytes => _tagBytes + (_decoder?.TagBytes ?? 0);

    /// <inheritdoc/>
    public long? Frames => _decoder?.Frames;

    /// <summary>The problem of a stream that is a list of other things to open.</summary>
    internal static StreamProblem Playlist { get; } = new(
        StreamFault.NotSound,
        "The stream is a playlist or description, not audio. Send the audio itself; entries of a list are never opened.");

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
            _tagLeft = tag;
            _isId3 = head.StartsWith("ID3"u8);
            _id3.Begin();
            TakeTag(head[..here]);
            head[here..].CopyTo(_head);
            _length -= here;
            head = _head.AsSpan(0, _length);
        }

        StreamKind kind = StreamKinds.Identify(head);
        bool isEnough = isEnd || _length == _head.Length;
        if (kind is StreamKind.Unknown && isEnough)
        {
            // MPEG audio and AAC may begin in the middle of a frame, or after the padding of a tag; Ogg in the middle of a page.
            StreamKind likely = told is StreamKind.Unknown && _tagBytes > 0 ? StreamKind.Mpeg : told;
            kind = likely is StreamKind.Mpeg or StreamKind.Ogg or StreamKind.Aac && _length > 0 ? likely : kind;
            _problem = kind is not StreamKind.Unknown ? null : new StreamProblem(
                StreamFault.NotSound,
                _length > 0 ? "The stream does not begin with a format that Linnet decodes."
                    : _tagBytes > 0 ? "The stream ended before its audio began." : "The stream is empty.");
        }

        if (kind is StreamKind.Playlist)
        {
            _problem = Playlist;
        }

        if (_problem is not null || kind is StreamKind.Unknown)
        {
            return;
        }

        _decoder = StreamDecoders.Create(kind, isFile);
        if (_tags is not null)
        {
            sink.OnTags(_tags);
        }

        _decoder.Write(head, sink);
    }

    private void TakeTag(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        _tagLeft -= bytes.Length;
        _tagBytes += bytes.Length;
        if (_isId3)
        {
            _id3.Write(bytes);
            _tags = _tagLeft == 0 ? _id3.Read().Or(_tags ?? SoundTags.None) : _tags;
        }
    }
}
