using Concentus;
using Concentus.Enums;

namespace Linnet.Codecs.Opus;

/// <summary>Opus by Concentus, a translation of libopus' fixed-point code to C#.</summary>
/// <remarks>
/// Its samples have 16 bits: sound beyond full scale is clipped. Each packet allocates: 125 kB to encode 20 ms of stereo, 34 kB to decode
/// it, all but 4 kB of it inside Concentus. Its decoder gives the same samples as libopus 1.1.2 built for fixed point, which is that of
/// RFC 6716 without the changes of RFC 8251.
/// </remarks>
internal sealed class ManagedOpus : OpusProvider
{
    /// <inheritdoc/>
    internal override IOpusEncoding CreateEncoder(int channels, OpusEncoderOptions options) => new Encoder(channels, options);

    /// <inheritdoc/>
    internal override IOpusDecoding CreateDecoder(int channels) => new ManagedOpusDecoder(channels);

    /// <inheritdoc/>
    internal override IOpusDecoding CreateSurroundDecoder(int streams, int coupled, ReadOnlySpan<byte> mapping) =>
        new ManagedOpusSurroundDecoder(streams, coupled, mapping);

    private sealed class Encoder : IOpusEncoding
    {
        private readonly Concentus.Structs.OpusEncoder _encoder;
        private readonly int _channels;

        internal Encoder(int channels, OpusEncoderOptions options)
        {
            _channels = channels;
            OpusApplication application = options.LowDelay
                ? OpusApplication.OPUS_APPLICATION_RESTRICTED_LOWDELAY : OpusApplication.OPUS_APPLICATION_AUDIO;
#pragma warning disable CS0618 // The factory that is to be used instead looks for libopus in its own way.
            _encoder = new Concentus.Structs.OpusEncoder(OpusEncoder.SampleRate, channels, application)
#pragma warning restore CS0618
            {
                Bitrate = options.BitRate,
                Complexity = options.Complexity,
                UseInbandFEC = false,
                UseDTX = false,
            };
            Delay = _encoder.Lookahead;
        }

        public int Delay { get; }

        public int Encode(ReadOnlySpan<float> pcm, Span<byte> packet, bool startsAfresh)
        {
            _encoder.PredictionDisabled = startsAfresh;
            try
            {
                return _encoder.Encode(pcm, pcm.Length / _channels, packet, packet.Length);
            }
            catch (OpusException e)
            {
                throw new InvalidOperationException($"Concentus: {e.Message}", e);
            }
        }

        public void Dispose() => _encoder.Dispose();
    }
}
