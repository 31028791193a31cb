using Linnet.Audio;

namespace Linnet.Codecs.Pcm;

/// <summary>Writes L16 and L24: network-order integers, interleaved, channels in WAV order.</summary>
/// <remarks>
/// Source: RFC 3551 §4.5.11 (L16), RFC 3190 §4 (L24). For more than two channels RFC 3551 §4.1 names another order, which
/// no common player follows. Integers that came from 16 or 24 bit PCM leave bit for bit. Samples are clipped at ±1, and NaN is silence.
/// Allocates nothing.
/// </remarks>
internal sealed class LinearPcmEncoder : IAudioEncoder
{
    /// <summary>The most bytes of sound in one packet, so that it passes any network path unfragmented.</summary>
    public const int MaxPayloadLength = 1200;

    private readonly RawPcmEncoder _pcm;

    /// <summary>An encoder that makes packets of at most <paramref name="packetTime"/>, fewer frames where they would not fit.</summary>
    /// <param name="format">The PCM it takes, and the format it makes.</param>
    /// <param name="bitDepth">16 (L16) or 24 (L24).</param>
    /// <param name="packetTime">At least one frame, at most 200 ms (RFC 3551 §4.2).</param>
    /// <param name="dither">Noise to add before rounding, for sound with more bits than <paramref name="bitDepth"/>; else
    /// <see langword="null"/>.</param>
    public LinearPcmEncoder(AudioFormat format, int bitDepth, TimeSpan packetTime, TpdfDither? dither = null)
    {
        if (!format.IsValid)
        {
            throw new ArgumentOutOfRangeException(nameof(format), format, "Not a format Linnet carries.");
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(packetTime, TimeSpan.FromMilliseconds(200));
        SampleEncoding encoding = bitDepth switch
        {
            16 => SampleEncoding.S16BE,
            24 => SampleEncoding.S24BE,
            _ => throw new ArgumentOutOfRangeException(nameof(bitDepth), bitDepth, "RTP carries linear PCM of 16 or 24 bits."),
        };

        int frameSize = encoding.BytesPerSample * format.Channels;
        FramesPerPacket = Math.Min(format.FramesIn(packetTime), MaxPayloadLength / frameSize);
        ArgumentOutOfRangeException.ThrowIfLessThan(FramesPerPacket, 1, nameof(packetTime));

        Payload = new PayloadFormat(bitDepth == 16 ? "L16" : "L24", format.SampleRate, format.Channels);
        _pcm = new RawPcmEncoder(new RawPcmFormat(encoding, format), FramesPerPacket, dither);
    }

    /// <inheritdoc/>
    public AudioFormat Format => _pcm.Format;

    /// <inheritdoc/>
    public PayloadFormat Payload { get; }

    /// <inheritdoc/>
    public int FramesPerPacket { get; }

    /// <inheritdoc/>
    public int Delay => 0;

    /// <inheritdoc/>
    public int MaxPacketLength => _pcm.MaxPacketLength;

    /// <inheritdoc/>
    public int Encode(ReadOnlySpan<float> pcm, Span<byte> packet) => _pcm.Encode(pcm, packet);

    /// <summary>Holds nothing.</summary>
    public void Dispose()
    {
    }
}
