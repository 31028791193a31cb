using Linnet.Audio;

namespace Linnet.Codecs.Streams;

/// <summary>A stream of bare PCM, as somebody said that it is. Its format is known before it comes, and so is not told.</summary>
internal sealed class RawStreamDecoder(RawPcmFormat pcm) : IStreamDecoder
{
    private readonly PcmFrames _frames = new(pcm, layout: null);

    /// <inheritdoc/>
    public StreamProblem? Problem => null;

    /// <summary>What it gives.</summary>
    internal static StreamFormat FormatOf(RawPcmFormat pcm) =>
        new(pcm.Format, pcm.Encoding.BitDepth, StreamCodec.Pcm, 8 * pcm.BytesPerFrame * pcm.Format.SampleRate, []);

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes, IStreamSink sink) => _frames.Write(bytes, sink);

    /// <inheritdoc/>
    public void Complete(IStreamSink sink)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
