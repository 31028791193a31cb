using Linnet.Wire.Ogg;

namespace Linnet.Codecs.Streams;

/// <summary>One logical stream of an Ogg stream.</summary>
internal interface IOggLink : IDisposable
{
    /// <summary>Takes its next packet. What comes back is why it cannot be played.</summary>
    StreamProblem? Take(scoped in OggPacket packet, IStreamSink sink);
}

/// <summary>A stream of Ogg: Opus, Vorbis or FLAC, one after the other where they are chained.</summary>
/// <param name="isFile">Whether it is a file that is only played: then a packet that cannot be decoded ends nothing.</param>
internal sealed class OggStreamDecoder(bool isFile = false) : IStreamDecoder
{
    /// <summary>Bytes without a page among them after which it is no Ogg.</summary>
    internal const int MaxGarbage = 1 << 18;

    private readonly OggPacketReader _packets = new();
    private readonly FormatNews _news = new();
    private IOggLink? _link;

    /// <inheritdoc/>
    public StreamProblem? Problem { get; private set; }

    /// <inheritdoc/>
    public long TagBytes => _packets.Headers;

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes, IStreamSink sink)
    {
        while (Problem is null && _packets.TryRead(ref bytes, out OggPacket packet))
        {
            if (packet.IsFirst)
            {
                _link?.Dispose();
                _link = Create(_packets.Codec);
            }

            Problem = _link?.Take(packet, sink);
        }

        if (_link is null && _packets.Skipped > MaxGarbage)
        {
            Problem ??= NoSound();
        }
    }

    /// <inheritdoc/>
    public void Complete(IStreamSink sink)
    {
        if (_link is null)
        {
            Problem ??= NoSound();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _link?.Dispose();

    private IOggLink Create(OggCodec codec) => codec switch
    {
        OggCodec.Opus => new OpusLink(_news, isFile),
        OggCodec.Vorbis => new VorbisLink(_news, isFile),
        _ => new FlacLink(_news, isFile),
    };

    private StreamProblem NoSound() => _packets.SawUnknownCodec
        ? new StreamProblem(StreamFault.Unsupported, "The stream is Ogg without Opus, Vorbis or FLAC in it.")
        : new StreamProblem(StreamFault.NotSound, "The stream holds no Ogg pages.");
}
