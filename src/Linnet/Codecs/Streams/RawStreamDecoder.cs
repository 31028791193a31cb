using Linnet.Audio;

namespace Linnet.Codecs.Streams;

/// <summary>Decodes a stream of bare PCM in a given format. The format is known in advance, so it is not announced.</summary>
internal sealed class RawStreamDecoder(RawPcmFormat pcm) : IStreamDecoder
{
    private readonly PcmFrames _frames = new(pcm, layout: null);

    /// <inheritdoc/>
    public StreamProblem? Problem => null;

    /// <summary>The stream format of bare PCM.</summary>
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
