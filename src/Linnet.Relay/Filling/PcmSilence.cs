using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Codecs;

namespace Linnet.Relay.Filling;

/// <summary>Silence in PCM of any encoding. Its last packet is shorter where that is needed to end where the sound goes on.</summary>
internal sealed class PcmSilence : SampledSilence
{
    private readonly RawPcmFormat _pcm;
    private readonly int _frames;
    private readonly byte[] _silent;

    private PcmSilence(RawPcmFormat pcm, int frames, PacketItem last)
        : base(pcm.Format, last.Position + last.Frames, Read(pcm, last.Payload.Span, isEnd: true))
    {
        (_pcm, _frames) = (pcm, frames);
        _silent = Write(new float[frames * pcm.Format.Channels]);
    }

    /// <summary>Silence after a packet; <see langword="null"/>: the rendition is not PCM.</summary>
    internal static PcmSilence? TryCreate(RenditionInfo info, PacketItem last)
    {
        if (EncodingOf(info.Payload) is not { } encoding)
        {
            return null;
        }

        var pcm = new RawPcmFormat(encoding, info.Payload.Clock);
        return (long)info.FramesPerPacket * pcm.BytesPerFrame <= InterleavedFraming.MaxPayload
            ? new PcmSilence(pcm, info.FramesPerPacket, last) : null;
    }

    /// <inheritdoc/>
    internal override int Next(long position, PacketItem? next, out ReadOnlyMemory<byte> payload)
    {
        int frames = (int)Math.Min(_frames, next?.Position - position ?? long.MaxValue);
        ReadOnlySpan<float> samples = Samples(position, frames, next);
        payload = samples.IsEmpty ? _silent.AsMemory(0, frames * _pcm.BytesPerFrame) : Write(samples);
        return frames;
    }

    private protected override float[] FirstSamples(PacketItem packet) => Read(_pcm, packet.Payload.Span, isEnd: false);

    private byte[] Write(ReadOnlySpan<float> samples)
    {
        byte[] bytes = new byte[samples.Length * _pcm.Encoding.BytesPerSample];
        PcmConvert.FromFloat(_pcm.Encoding, samples, bytes);
        return bytes;
    }

    /// <summary>How the samples of a rendition are stored; <see langword="null"/>: it is not PCM.</summary>
    internal static SampleEncoding? EncodingOf(PayloadFormat payload) =>
        payload.Is("L16") ? SampleEncoding.S16BE
            : payload.Is("L24") ? SampleEncoding.S24BE
            : SampleEncoding.TryParse(payload.EncodingName, out SampleEncoding? encoding) ? encoding : null;

    // The last or the first frame of a packet, or zeros if it has none.
    private static float[] Read(RawPcmFormat pcm, ReadOnlySpan<byte> payload, bool isEnd)
    {
        float[] frame = new float[pcm.Format.Channels];
        int whole = payload.Length - (payload.Length % pcm.BytesPerFrame);
        if (whole > 0)
        {
            PcmConvert.ToFloat(pcm.Encoding, payload.Slice(isEnd ? whole - pcm.BytesPerFrame : 0, pcm.BytesPerFrame), frame);
        }

        return frame;
    }
}
