using Linnet.Audio;

namespace Linnet.Codecs.Pcm;

/// <summary>Writes the samples of a WAV: little-endian integers, interleaved, channels in WAV order.</summary>
/// <remarks>Integers that came from PCM of as many bits leave bit for bit. Samples are clipped at ±1, and NaN is silence. Allocates
/// nothing.</remarks>
public sealed class WavEncoder : IAudioEncoder
{
    private readonly RawPcmFormat _pcm;

    /// <summary>An encoder.</summary>
    /// <param name="format">The PCM it takes, and the format it makes.</param>
    /// <param name="bitDepth">16 or 24.</param>
    /// <param name="packetTime">Length of one packet; at least one frame.</param>
    public WavEncoder(AudioFormat format, int bitDepth, TimeSpan packetTime)
    {
        if (!format.IsValid)
        {
            throw new ArgumentOutOfRangeException(nameof(format), format, "Not a format Linnet carries.");
        }

        _pcm = new RawPcmFormat(EncodingOf(bitDepth), format);
        FramesPerPacket = format.FramesIn(packetTime);
        ArgumentOutOfRangeException.ThrowIfLessThan(FramesPerPacket, 1, nameof(packetTime));
        MaxPacketLength = FramesPerPacket * _pcm.BytesPerFrame;
    }

    /// <inheritdoc/>
    public AudioFormat Format => _pcm.Format;

    /// <summary>For people alone: RTP has no name for it.</summary>
    public PayloadFormat Payload => new(_pcm.Encoding.Name, Format.SampleRate, Format.Channels);

    /// <inheritdoc/>
    public int FramesPerPacket { get; }

    /// <inheritdoc/>
    public int Delay => 0;

    /// <inheritdoc/>
    public int MaxPacketLength { get; }

    /// <inheritdoc/>
    public int Encode(ReadOnlySpan<float> pcm, Span<byte> packet)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pcm.Length, FramesPerPacket * Format.Channels, nameof(pcm));
        ArgumentOutOfRangeException.ThrowIfNotEqual(pcm.Length % Format.Channels, 0, nameof(pcm));
        return PcmConvert.FromFloat(_pcm.Encoding, pcm, packet);
    }

    /// <summary>Holds nothing.</summary>
    public void Dispose()
    {
    }

    /// <summary>How a WAV stores samples of so many bits.</summary>
    internal static SampleEncoding EncodingOf(int bitDepth) => bitDepth switch
    {
        16 => SampleEncoding.S16LE,
        24 => SampleEncoding.S24LE,
        _ => throw new ArgumentOutOfRangeException(nameof(bitDepth), bitDepth, "A WAV stream has samples of 16 or 24 bits."),
    };
}
