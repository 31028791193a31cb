using Linnet.Audio;
using Linnet.Codecs.Opus;
using Linnet.Wire.Ogg;

namespace Linnet.Codecs.Streams;

/// <summary>Opus in Ogg. Skips the first <c>pre-skip</c> frames, and the frames after the end that the last page declares.</summary>
/// <remarks>
/// Packets are not passed on if the head declares a gain or more than two channels: listeners would get them without the head. In a file, a
/// packet that cannot be decoded becomes silence. Source: RFC 7845 §4, §5.1.
/// </remarks>
/// <param name="news">Announces the format.</param>
/// <param name="isFile">Whether the stream is a file that is only played.</param>
/// <param name="isManaged">Whether Concentus decodes; by default only if libopus is not used.</param>
internal sealed class OpusLink(FormatNews news, bool isFile, bool? isManaged = null) : IOggLink
{
    /// <summary>
    /// Maximum bytes per stream in a packet: more is unreasonable (RFC 7845 §6), and more than RTP carries to listeners.
    /// </summary>
    internal const int MaxPacket = 61_440;

    /// <summary>
    /// The most Opus streams in a packet: more than one for each channel are of no use, and each of up to 255 costs a decoder.
    /// </summary>
    internal const int MaxStreams = AudioFormat.MaxChannels;

    private readonly OpusProvider _provider = isManaged is not { } managed ? OpusProvider.Chosen
        : managed ? OpusProvider.Managed : OpusProvider.Native;

    private readonly OggTrim _trim = new();
    private readonly PacketPatience _patience = new(isFile);
    private OpusDecoder? _decoder;
    private OpusSurroundDecoder? _surround;
    private int _channels;
    private float[] _pcm = [];
    private float _gain = 1;
    private int _maxPacket = MaxPacket;
    private bool _hasTags;

    /// <inheritdoc/>
    public bool HasSound { get; private set; }

    /// <inheritdoc/>
    public StreamProblem? Take(scoped in OggPacket packet, IStreamSink sink)
    {
        if (packet.IsFirst)
        {
            return Begin(packet.Data, sink);
        }

        if (!_hasTags)
        {
            _hasTags = true;
            if (VorbisComment.TryParseOpus(packet.Data, out VorbisComment comment))
            {
                sink.OnTags(comment.Tags);

                return null;
            }

            // Tags with a picture may be longer than the part of a packet that is read.
            if (packet.Data.StartsWith("OpusTags"u8))
            {
                return null;
            }
        }

        int channels = _channels;
        int frames = 0;
        bool isTooLong = packet.IsCut || packet.Data.Length > _maxPacket;

        // An empty packet stands for a lost one, or only ends the stream, as Liquidsoap's do.
        if (isTooLong || (!packet.Data.IsEmpty && !TryDecode(packet.Data, out frames)))
        {
            if (!_patience.Bears())
            {
                return new StreamProblem(StreamFault.NotSound, isTooLong
                    ? $"The stream has an Opus packet of more than {_maxPacket} bytes."
                    : $"The stream has an Opus packet of {packet.Data.Length} bytes that cannot be decoded.");
            }

            frames = OpusPacket.Frames(packet.Data);
            _pcm.AsSpan(0, frames * channels).Clear();
        }
        else if (frames > 0)
        {
            _patience.Decoded();
        }

        Span<float> pcm = _pcm.AsSpan(0, frames * channels);
        if (_gain != 1)
        {
            foreach (ref float sample in pcm)
            {
                sample *= _gain;
            }
        }

        Range kept = _trim.Take(frames, packet.Granule, packet.IsLast);
        HasSound |= kept.Start.Value < kept.End.Value;
        if (frames > 0)
        {
            sink.OnPacket(
                _gain == 1 && _surround is null ? packet.Data : [], pcm[(kept.Start.Value * channels)..(kept.End.Value * channels)]);
        }

        return null;
    }

    public void Dispose()
    {
        _decoder?.Dispose();
        _surround?.Dispose();
    }

    private bool TryDecode(ReadOnlySpan<byte> packet, out int frames) =>
        _surround?.TryDecode(packet, _pcm, out frames) ?? _decoder!.TryDecode(packet, _pcm, out frames);

    private StreamProblem? Begin(ReadOnlySpan<byte> packet, IStreamSink sink)
    {
        if (!OpusHead.TryParse(packet, out OpusHead? head))
        {
            return new StreamProblem(StreamFault.NotSound, "The stream is Opus whose first packet is malformed.");
        }

        bool isSurround = head.Channels > 2 || head.Streams != 1;
        if (isSurround && head.MappingFamily != 1)
        {
            return new StreamProblem(StreamFault.Unsupported,
                $"The stream is Opus with {head.Channels} channels without defined speakers (mapping family {head.MappingFamily}).");
        }

        if (head.Streams > MaxStreams)
        {
            return new StreamProblem(
                StreamFault.Unsupported, $"The stream is Opus with {head.Streams} streams in a packet; Linnet decodes up to {MaxStreams}.");
        }

        _channels = head.Channels;
        _maxPacket = MaxPacket * Math.Max((int)head.Streams, 1);
        if (isSurround)
        {
            // Opus uses Vorbis' channel order.
            byte[] mapping = new byte[_channels];
            for (int i = 0; i < mapping.Length; i++)
            {
                mapping[i] = head.Mapping.Span[VorbisChannels.Order(_channels)[i]];
            }

            _surround = new OpusSurroundDecoder(head.Streams, head.Coupled, mapping, _provider);
        }
        else
        {
            _decoder = new OpusDecoder(_channels, _provider);
        }

        var format = new AudioFormat(OpusEncoder.SampleRate, _channels);
        _pcm = new float[OpusPacket.LongestFrames * _channels];
        _gain = head.OutputGain == 0 ? 1 : MathF.Pow(10, head.OutputGain / (20f * 256));
        _trim.Skip = head.PreSkip;
        news.Tell(new StreamFormat(format, 0, StreamCodec.Opus, 0, []), sink);
        return null;
    }
}
