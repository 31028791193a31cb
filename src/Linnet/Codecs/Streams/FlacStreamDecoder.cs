using Linnet.Wire.Flac;

namespace Linnet.Codecs.Streams;

/// <summary>Decodes a stream of native FLAC.</summary>
/// <param name="isFile">Whether the stream is a file that is only played: then a frame that cannot be decoded does not end it.</param>
/// <param name="usesLibrary">Whether libFLAC decodes; by default, if it is used at all.</param>
internal sealed class FlacStreamDecoder(bool isFile = false, bool? usesLibrary = null) : IStreamDecoder
{
    private readonly FlacReader _reader = new();
    private readonly FlacFrames _frames = new(new FormatNews(), isFile, usesLibrary);
    private bool _hasSound;

    /// <inheritdoc/>
    public StreamProblem? Problem { get; private set; }

    /// <inheritdoc/>
    public long TagBytes => _reader.Metadata;

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
            Problem ??= _reader.HasOnlyMetadata
                ? StreamProblem.NoAudio : new StreamProblem(StreamFault.NotSound, "The stream ended before its audio began.");
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
                _frames.Begin(item.Info!);
                break;
            case FlacItemKind.Comment:
                _frames.Take(item.Comment!, sink);
                break;
            default:
                _hasSound = true;
                Problem = _frames.Take(item.Data, item.Header, sink);
                break;
        }
    }
}
