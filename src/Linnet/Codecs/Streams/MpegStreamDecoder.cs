using Linnet.Audio;
using Linnet.Codecs.Mpeg;
using Linnet.Native;
using Linnet.Wire.Mpeg;

namespace Linnet.Codecs.Streams;

/// <summary>Decodes a stream of MPEG audio: MP3, whose frames can be passed on, and layers I and II.</summary>
/// <remarks>
/// If packets are passed on, the sound of a packet is what a listener's decoder gives for it: nothing is cut at the start or the end. For a
/// file that is only played, each part loses the padding that its encoder added (<see cref="MpegTrim"/>), and no packets are given. A frame
/// whose bit reservoir is missing is silence. The frame with a file's table (Xing, VBRI) holds no sound and is left out; in a file it
/// begins a part. Its frame count does not end anything.
/// </remarks>
/// <param name="isFile">Whether the stream is a file that is only played.</param>
/// <param name="isManaged">Whether NLayer decodes; by default only if libmpg123 is not used.</param>
internal sealed class MpegStreamDecoder(bool isFile = false, bool? isManaged = null) : IStreamDecoder
{
    /// <summary>Bytes without a frame after which the stream is rejected.</summary>
    internal const int MaxGarbage = 1 << 18;

    private readonly MpegFramer _framer = new();
    private readonly FormatNews _news = new();
    private readonly MpegTrim? _trim = isFile ? new MpegTrim() : null;
    private readonly bool _isManaged = isManaged ?? !CodecChoice.Uses(NativeLibraries.Mpg123);
    private IMpegDecoder? _decoder;
    private MpegHeader _header;
    private bool _hasSound;

    /// <inheritdoc/>
    public StreamProblem? Problem { get; private set; }

    /// <inheritdoc/>
    public long TagBytes => _framer.Tags;

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes, IStreamSink sink)
    {
        while (Problem is null && _framer.TryRead(ref bytes, out MpegFrame frame))
        {
            if (_framer.TakeTags() is { } tags)
            {
                _trim?.End(sink);
                sink.OnTags(tags);
            }

            if (Mp3Frame.IsInfo(frame.Data, frame.Header))
            {
                BeginPart(frame, sink);
            }
            else if (Prepare(frame.Header, sink))
            {
                Give(frame, sink);
            }
        }

        if (!_hasSound && _framer.Skipped > MaxGarbage)
        {
            Problem ??= new StreamProblem(StreamFault.NotSound, "The stream has no MPEG audio.");
        }
    }

    /// <inheritdoc/>
    public void Complete(IStreamSink sink)
    {
        _trim?.End(sink);
        if (!_hasSound)
        {
            Problem ??= new StreamProblem(StreamFault.NotSound, "The stream has no MPEG audio.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _decoder?.Dispose();

    private void BeginPart(in MpegFrame frame, IStreamSink sink)
    {
        if (_trim is null)
        {
            return;
        }

        _trim.End(sink);
        _trim.Begin(Mp3Table.Read(frame.Data, frame.Header));

        // A new decoder, so that the part sounds the same as when played alone.
        _decoder?.Dispose();
        _decoder = null;
        _header = frame.Header;
    }

    private void Give(in MpegFrame frame, IStreamSink sink)
    {
        ReadOnlySpan<float> pcm = _decoder!.Decode(frame);
        if (_trim is not null)
        {
            _trim.Take(pcm, frame.Header.Channels, sink);
            return;
        }

        sink.OnPacket(frame.Header.Layer == 3 ? frame.Data : [], pcm);
    }

    private bool Prepare(MpegHeader header, IStreamSink sink)
    {
        bool isOther = !header.GoesWith(_header);
        if (_decoder is null || isOther)
        {
            if (isOther)
            {
                // Another part; a table of its own would have ended the one before. A table just before it belongs to other frames.
                _trim?.End(sink);
                _decoder?.Dispose();
            }

            _decoder = (_isManaged ? null : Mpg123Decoder.TryCreate(header))
                ?? (NLayerDecoder.Supports(header) ? new NLayerDecoder() : (IMpegDecoder?)null);
            if (_decoder is null)
            {
                Problem = new StreamProblem(
                    StreamFault.Unavailable, $"MP3 at 8 kHz needs libmpg123. {CodecChoice.Problem(NativeLibraries.Mpg123)}".TrimEnd());
                return false;
            }

            StreamCodec codec = header.Layer == 3 ? StreamCodec.Mp3 : StreamCodec.Other;
            _news.Tell(new StreamFormat(new AudioFormat(header.SampleRate, header.Channels), 0, codec, header.BitRate, []), sink);
        }

        (_header, _hasSound) = (header, true);
        return true;
    }
}
