using Linnet.Native;
using Linnet.Wire.Flac;

namespace Linnet.Codecs.Streams;

/// <summary>Frames of FLAC, from wherever they come: sound as it was, bit for bit up to 24 bits, and the frames to be passed on.</summary>
internal sealed class FlacFrames(FormatNews news) : IDisposable
{
    private FlacFrameDecoder? _decoder;

    /// <summary>A stream begins. What comes back is why it cannot be played.</summary>
    internal StreamProblem? Begin(FlacStreamInfo info, IStreamSink sink)
    {
        _decoder?.Dispose();
        _decoder = null;
        if (NativeLibraries.Problem(NativeLibraries.Flac) is string missing)
        {
            return new StreamProblem(StreamFault.Unavailable, missing);
        }

        _decoder = FlacFrameDecoder.TryCreate(info);
        if (_decoder is null)
        {
            return new StreamProblem(StreamFault.Unsupported, "The stream is FLAC that libFLAC does not decode.");
        }

        // Of a live stream neither its length nor the MD5 of all of it is known.
        byte[] header = (info with { Length = 0 }).ToBlock(isLast: false);
        news.Tell(new StreamFormat(info.Format, info.BitDepth, StreamCodec.Flac, 0, [header]), sink);
        return null;
    }

    /// <summary>Takes the next frame, whose sums are right. What comes back is why it cannot be played: listeners would get it as it is.</summary>
    internal StreamProblem? Take(ReadOnlySpan<byte> frame, in FlacFrameHeader header, IStreamSink sink)
    {
        if (_decoder is null)
        {
            return null;
        }

        ReadOnlySpan<float> pcm = _decoder.Decode(frame, header, out bool isDamaged);
        if (isDamaged)
        {
            return new StreamProblem(StreamFault.NotSound, $"The stream has a FLAC frame of {frame.Length} bytes that cannot be decoded.");
        }

        sink.OnPacket(frame, pcm);
        return null;
    }

    public void Dispose() => _decoder?.Dispose();
}

/// <summary>A stream of native FLAC.</summary>
internal sealed class FlacStreamDecoder : IStreamDecoder
{
    private readonly FlacReader _reader = new();
    private readonly FlacFrames _frames = new(new FormatNews());
    private bool _hasSound;

    /// <inheritdoc/>
    public StreamProblem? Problem { get; private set; }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes, IStreamSink sink)
    {
        while (Problem is null && _reader.TryRead(ref bytes, out FlacItem item))
        {
            Take(item, sink);
        }

        CheckReader();
    }

    /// <inheritdoc/>
    public void Complete(IStreamSink sink)
    {
        while (Problem is null && _reader.TryReadLast(out FlacItem item))
        {
            Take(item, sink);
        }

        CheckReader();
        if (!_hasSound)
        {
            Problem ??= new StreamProblem(StreamFault.NotSound, "The stream ended before its sound began.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _frames.Dispose();

    private void CheckReader()
    {
        if (_reader.Problem is string problem)
        {
            Problem ??= new StreamProblem(StreamFault.NotSound, $"The stream {problem}.");
        }
    }

    private void Take(in FlacItem item, IStreamSink sink)
    {
        switch (item.Kind)
        {
            case FlacItemKind.StreamInfo:
                Problem = _frames.Begin(item.Info!, sink);
                break;
            case FlacItemKind.Comment:
                if (item.Comment!.Track is { } track)
                {
                    sink.OnTrack(track);
                }

                break;
            default:
                _hasSound = true;
                Problem = _frames.Take(item.Data, item.Header, sink);
                break;
        }
    }
}
