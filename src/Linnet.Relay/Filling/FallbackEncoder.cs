using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Codecs;
using Linnet.Codecs.Aac;
using Linnet.Codecs.Flac;
using Linnet.Codecs.Mp3;
using Linnet.Codecs.Opus;
using Linnet.Codecs.Pcm;
using Linnet.Wire.Flac;

namespace Linnet.Relay.Filling;

/// <summary>Creates encoders whose packets can stand between those of a rendition.</summary>
internal static class FallbackEncoder
{
    /// <summary>Creates the encoder.</summary>
    /// <param name="info">The rendition.</param>
    /// <param name="headers">What its decoders got.</param>
    /// <exception cref="Exception">This machine has no such encoder, or the encoding no such parameters; the message says what.</exception>
    internal static IAudioEncoder Create(RenditionInfo info, IReadOnlyList<ReadOnlyMemory<byte>> headers)
    {
        IAudioEncoder encoder = Choose(info.Payload.Clock, info, headers);
        if (encoder.FramesPerPacket == info.FramesPerPacket && encoder.Format.SampleRate == info.Payload.ClockRate)
        {
            return encoder;
        }

        encoder.Dispose();
        throw new NotSupportedException($"Packets of {info.FramesPerPacket} frames cannot be encoded.");
    }

    private static IAudioEncoder Choose(AudioFormat format, RenditionInfo info, IReadOnlyList<ReadOnlyMemory<byte>> headers)
    {
        if (info.Payload.Is("opus"))
        {
            bool isStereo = info.Payload.Parameters.Contains("sprop-stereo=1", StringComparison.Ordinal);
            TimeSpan packet = format.DurationOf(info.FramesPerPacket);
            var options = new OpusEncoderOptions
            {
                BitRate = info.BitRate,
                PacketTime = packet,
                LowDelay = packet < TimeSpan.FromMilliseconds(10),
            };
            return new OpusEncoder(isStereo ? 2 : 1, options);
        }

        if (info.Payload.Is("mp3"))
        {
            int bitRate = Mp3Rates.BitRateFor(format.SampleRate, info.BitRate);
            return new Mp3Encoder(format, new Mp3EncoderOptions { BitRate = bitRate, BitReservoir = false });
        }

        if (info.Payload.Is("aac"))
        {
            return new AacEncoder(format, AacRates.BitRateFor(format.SampleRate, format.Channels, info.BitRate));
        }

        if (info.Payload.Is("flac") && headers is [{ Length: > FlacBlockHeader.Length } block, ..]
            && FlacStreamInfo.TryParse(block.Span[FlacBlockHeader.Length..], out FlacStreamInfo? stream))
        {
            return new FlacEncoder(format, stream.BitDepth);
        }

        return PcmSilence.EncodingOf(info.Payload) is { } encoding
            ? new RawPcmEncoder(new RawPcmFormat(encoding, format), info.FramesPerPacket)
            : throw new NotSupportedException($"Nothing encodes {info.Payload.EncodingName} for a fallback.");
    }
}
