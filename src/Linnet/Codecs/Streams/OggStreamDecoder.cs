using Linnet.Wire.Ogg;

namespace Linnet.Codecs.Streams;

/// <summary>One logical stream of an Ogg stream.</summary>
internal interface IOggLink : IDisposable
{
    /// <summary>Whether it has given any sound.</summary>
    bool HasSound { get; }

    /// <summary>Takes the next packet. Returns why the stream cannot be played, or <see langword="null"/>.</summary>
    StreamProblem? Take(scoped in OggPacket packet, IStreamSink sink);
}

/// <summary>Decodes an Ogg stream: Opus, Vorbis or FLAC, including chained streams.</summary>
/// <param name="isFile">Whether the stream is a file that is only played: then a packet that cannot be decoded does not end it.</param>
/// <param name="isManaged">Whether Vorbis and Opus are decoded without C libraries; by default, only if the library is not used.</param>
internal sealed class OggStreamDecoder(bool isFile = false, bool? isManaged = null) : IStreamDecoder
{
    /// <summary>Bytes without a page after which the stream is rejected.</summary>
    internal const int MaxGarbage = 1 << 18;

    /// <summary>
    /// Consecutive links without sound after which the stream is rejected: a hundred bytes make a link, and each link makes a decoder.
    /// </summary>
    internal const int MaxSoundlessLinks = 100;

    private readonly OggPacketReader _packets = new();
    private readonly FormatNews _news = new();
    private IOggLink? _link;
    private int _soundlessLinks;

    /// <inheritdoc/>
    public StreamProblem? Problem { get; private set; }

    /// <inheritdoc/>
    public long TagBytes => _packets.Headers;

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes, IStreamSink sink)
    {
        while (Problem is null && _packets.TryRead(ref bytes, out OggPacket packet))
        {
            Problem = packet.IsFirst ? Begin(packet, sink) : _link?.Take(packet, sink);
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

    private StreamProblem? Begin(scoped in OggPacket packet, IStreamSink sink)
    {
        _soundlessLinks = _link is { HasSound: false } ? _soundlessLinks + 1 : 0;
        _link?.Dispose();
        _link = Create(_packets.Codec);
        return _soundlessLinks < MaxSoundlessLinks
            ? _link.Take(packet, sink)
            : new StreamProblem(StreamFault.NotSound, $"The stream has {MaxSoundlessLinks} parts in a row without audio.");
    }

    private IOggLink Create(OggCodec codec) => codec switch
    {
        OggCodec.Opus => new OpusLink(_news, isFile, isManaged),
        OggCodec.Vorbis => new VorbisLink(_news, isFile, isManaged),
        _ => new FlacLink(_news, isFile),
    };

    private StreamProblem NoSound() => _packets.SawUnknownCodec
        ? new StreamProblem(StreamFault.Unsupported, "The stream is Ogg without Opus, Vorbis or FLAC.")
        : new StreamProblem(StreamFault.NotSound, "The stream has no Ogg pages.");
}
