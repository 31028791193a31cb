using Linnet.Audio;

namespace Linnet.Codecs.Opus;

/// <summary>Opus encoder: 48 kHz, mono or stereo.</summary>
/// <remarks>
/// Source: RFC 6716 (codec), RFC 7587 (payload). In-band FEC stays off: only the voice modes have it, and it would force the stream that
/// all listeners share into one. Discontinuous transmission stays off, too: every packet is due. Samples are limited to ±16, and NaN
/// becomes silence; libopus itself clips at ±2 and would make a block of much louder samples silent; Concentus clips at ±1. With libopus it
/// allocates nothing, unless a block needs limiting.
/// </remarks>
internal sealed class OpusEncoder : IAudioEncoder
{
    /// <summary>The sample rate; resample other rates first.</summary>
    public const int SampleRate = 48_000;

    private const int LongestPacket = 1275;

    private readonly IOpusEncoding _encoder;
    private bool _startsAfresh;
    private float[] _limited = [];

    /// <summary>Creates an encoder for <paramref name="channels"/> channels, 1 or 2.</summary>
    /// <param name="channels">Channels of the sound.</param>
    /// <param name="options">Bit rate, packet time and effort.</param>
    /// <param name="provider">The library to use; default: the one that <see cref="OpusProvider.Chosen"/> names.</param>
    /// <exception cref="ArgumentException">The options have problems, or the channels are not 1 or 2.</exception>
    public OpusEncoder(int channels, OpusEncoderOptions? options = null, OpusProvider? provider = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(channels, 2);
        options = (options ?? new OpusEncoderOptions()).ThrowIfInvalid();

        Format = new AudioFormat(SampleRate, channels);
        FramesPerPacket = Format.FramesIn(options.PacketTime);

        // Without this parameter, a receiver assumes mono (RFC 7587 §6.1).
        Payload = new PayloadFormat("opus", SampleRate, 2, $"sprop-stereo={channels - 1}");

        _encoder = (provider ?? OpusProvider.Chosen).CreateEncoder(channels, options);
    }

    /// <inheritdoc/>
    public AudioFormat Format { get; }

    /// <inheritdoc/>
    public PayloadFormat Payload { get; }

    /// <inheritdoc/>
    public int FramesPerPacket { get; }

    /// <inheritdoc/>
    public int Delay => _encoder.Delay;

    /// <inheritdoc/>
    public int MaxPacketLength => LongestPacket;

    /// <inheritdoc/>
    /// <remarks>Without prediction from earlier packets, a decoder that starts there lacks only the 2.5 ms in the packet before, and some 5
    /// ms of its pitch filter.</remarks>
    public void StartAfresh() => _startsAfresh = true;

    /// <inheritdoc/>
    public int Encode(ReadOnlySpan<float> pcm, Span<byte> packet)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(pcm.Length, FramesPerPacket * Format.Channels, nameof(pcm));
        ArgumentOutOfRangeException.ThrowIfLessThan(packet.Length, MaxPacketLength, nameof(packet));

        int length = _encoder.Encode(SampleLimit.Within(pcm, ref _limited), packet[..LongestPacket], _startsAfresh);
        _startsAfresh = false;
        return length;
    }

    /// <summary>Frees the state of the library.</summary>
    public void Dispose() => _encoder.Dispose();
}
