using Linnet.Audio;
using Linnet.Codecs.Opus;
using Linnet.Native;
using Linnet.Wire.Ogg;

namespace Linnet.Codecs.Streams;

/// <summary>Opus in Ogg. The first <c>pre-skip</c> frames, and those behind the end that the last page tells, are no sound.</summary>
/// <remarks>Source: RFC 7845 §4.</remarks>
internal sealed class OpusLink(FormatNews news) : IOggLink
{
    private readonly OggTrim _trim = new();
    private OpusDecoder? _decoder;
    private float[] _pcm = [];
    private float _gain = 1;
    private bool _hasTags;

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
                if (comment.Track is { } track)
                {
                    sink.OnTrack(track);
                }

                return null;
            }
        }

        int channels = _decoder!.Format.Channels;
        if (packet.IsCut || !_decoder.TryDecode(packet.Data, _pcm, out int frames))
        {
            frames = OpusPacket.Frames(packet.Data);
            _decoder.Conceal(_pcm.AsSpan(0, frames * channels));
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
        if (frames > 0)
        {
            sink.OnPacket(packet.Data, pcm[(kept.Start.Value * channels)..(kept.End.Value * channels)]);
        }

        return null;
    }

    public void Dispose() => _decoder?.Dispose();

    private StreamProblem? Begin(ReadOnlySpan<byte> packet, IStreamSink sink)
    {
        if (!OpusHead.TryParse(packet, out OpusHead? head))
        {
            return new StreamProblem(StreamFault.NotSound, "The stream is Opus whose first packet is malformed.");
        }

        if (head.Channels > 2 || head.Streams != 1)
        {
            return new StreamProblem(StreamFault.Unsupported, $"The stream is Opus with {head.Channels} channels; Linnet decodes mono and stereo.");
        }

        if (NativeLibraries.Problem(NativeLibraries.Opus) is string missing)
        {
            return new StreamProblem(StreamFault.Unavailable, missing);
        }

        _decoder = new OpusDecoder(head.Channels);
        _pcm = new float[_decoder.MaxFramesPerPacket * head.Channels];
        _gain = head.OutputGain == 0 ? 1 : MathF.Pow(10, head.OutputGain / (20f * 256));
        _trim.Skip = head.PreSkip;
        news.Tell(new StreamFormat(_decoder.Format, 0, StreamCodec.Opus, 0, []), sink);
        return null;
    }
}
