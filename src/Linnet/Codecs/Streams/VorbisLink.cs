using Linnet.Codecs.Vorbis;
using Linnet.Native;
using Linnet.Wire.Ogg;

namespace Linnet.Codecs.Streams;

/// <summary>Vorbis in Ogg. In a file, a packet that cannot be decoded is left out.</summary>
/// <param name="news">Announces the format.</param>
/// <param name="isFile">Whether the stream is a file that is only played.</param>
/// <param name="isManaged">Whether it is decoded without libvorbis; by default only if libvorbis is not used.</param>
internal sealed class VorbisLink(FormatNews news, bool isFile, bool? isManaged = null) : IOggLink
{
    private readonly bool _isManaged = isManaged ?? !CodecChoice.Uses(NativeLibraries.Vorbis);
    private readonly OggTrim _trim = new();
    private readonly PacketPatience _patience = new(isFile);
    private readonly ReadOnlyMemory<byte>[] _headers = new ReadOnlyMemory<byte>[3];
    private IVorbisDecoder? _decoder;
    private VorbisHead _head;
    private int _headersRead;
    private float[] _pcm = [];

    /// <inheritdoc/>
    public bool HasSound { get; private set; }

    /// <inheritdoc/>
    public StreamProblem? Take(scoped in OggPacket packet, IStreamSink sink)
    {
        if (packet.IsFirst)
        {
            return Begin(packet.Data);
        }

        if (_headersRead < 3)
        {
            return TakeHeader(packet, sink);
        }

        // An empty packet stands for a lost one.
        int frames = packet.IsCut ? -1 : packet.Data.IsEmpty ? 0 : _decoder!.Decode(packet.Data, _pcm);
        if (frames < 0 && !_patience.Bears())
        {
            return new StreamProblem(
                StreamFault.NotSound, $"The stream has a Vorbis packet of {packet.Data.Length} bytes that cannot be decoded.");
        }

        if (frames > 0)
        {
            _patience.Decoded();
        }
        else
        {
            frames = 0;
        }

        Range kept = _trim.Take(frames, packet.Granule, packet.IsLast);
        HasSound |= kept.Start.Value < kept.End.Value;
        int channels = _head.Format.Channels;
        sink.OnPacket(packet.Data, _pcm.AsSpan()[(kept.Start.Value * channels)..(kept.End.Value * channels)]);
        return null;
    }

    public void Dispose() => _decoder?.Dispose();

    private StreamProblem? Begin(ReadOnlySpan<byte> packet)
    {
        if (!VorbisHead.TryParse(packet, out _head))
        {
            return new StreamProblem(
                StreamFault.Unsupported, "The stream is Vorbis whose first packet is malformed, or has more channels than Linnet carries.");
        }

        _headers[0] = packet.ToArray();
        _headersRead = 1;
        return null;
    }

    private StreamProblem? TakeHeader(scoped in OggPacket packet, IStreamSink sink)
    {
        if (_headersRead == 1)
        {
            if (!VorbisComment.TryParseVorbis(packet.Data, out VorbisComment comment))
            {
                return Malformed();
            }

            sink.OnTags(comment.Tags);

            // All titles share the headers that are passed on: titles are sent separately. This also leaves out pictures.
            _headers[1] = new VorbisComment(comment.Vendor).ToVorbisHeader();
            _headersRead = 2;
            return null;
        }

        if (packet.IsCut || !VorbisSetup.IsReasonable(packet.Data))
        {
            return Malformed();
        }

        _headers[2] = packet.Data.ToArray();
        _headersRead = 3;
        _decoder = _isManaged
            ? ManagedVorbisDecoder.TryCreate(_head, packet.Data) : LibVorbisPackets.TryCreate(_head.Format.Channels, _headers);
        if (_decoder is null)
        {
            return Malformed();
        }

        _pcm = new float[IVorbisDecoder.MaxFrames * _head.Format.Channels];
        news.Tell(new StreamFormat(_head.Format, 0, StreamCodec.Vorbis, _head.BitRate, _headers), sink);
        return null;
    }

    private static StreamProblem Malformed() => new(StreamFault.NotSound, "The stream is Vorbis whose headers are malformed.");
}
