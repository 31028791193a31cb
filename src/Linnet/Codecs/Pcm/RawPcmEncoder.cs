using Linnet.Audio;

namespace Linnet.Codecs.Pcm;

/// <summary>Writes bare PCM of any encoding, interleaved, channels in WAV order: the inverse of <see cref="RawPcmDecoder"/>.</summary>
/// <remarks>
/// Integers that came from PCM of as many bits leave bit for bit. Samples are clipped at ±1, and NaN is silence. Allocates nothing.
/// </remarks>
internal sealed class RawPcmEncoder : IAudioEncoder
{
    private readonly RawPcmFormat _pcm;
    private readonly TpdfDither? _dither;
    private readonly float[] _dithered;
    private readonly float[] _spread;

    /// <summary>An encoder.</summary>
    /// <param name="pcm">The format it makes.</param>
    /// <param name="framesPerPacket">Frames in a packet, the last one excepted; at least one.</param>
    /// <param name="dither">Noise to add before rounding, for sound with more bits; else <see langword="null"/>.</param>
    /// <param name="isMono">Whether it takes one channel, which it writes to all channels, dither included.</param>
    public RawPcmEncoder(RawPcmFormat pcm, int framesPerPacket, TpdfDither? dither = null, bool isMono = false)
    {
        ArgumentNullException.ThrowIfNull(pcm);
        if (!pcm.Format.IsValid)
        {
            throw new ArgumentOutOfRangeException(nameof(pcm), pcm, "Not a format Linnet carries.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(framesPerPacket, 1);
        _pcm = pcm;
        Format = isMono ? pcm.Format with { Channels = 1 } : pcm.Format;
        FramesPerPacket = framesPerPacket;
        MaxPacketLength = framesPerPacket * pcm.BytesPerFrame;
        _dither = dither;
        _dithered = dither is null ? [] : new float[framesPerPacket * Format.Channels];
        _spread = Format == pcm.Format ? [] : new float[framesPerPacket * pcm.Format.Channels];
    }

    /// <inheritdoc/>
    public AudioFormat Format { get; }

    /// <summary>For display only: RTP has no name for it.</summary>
    public PayloadFormat Payload => new(_pcm.Encoding.Name, _pcm.Format.SampleRate, _pcm.Format.Channels);

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
        if (_dither is not null)
        {
            Span<float> dithered = _dithered.AsSpan(0, pcm.Length);
            _dither.Apply(pcm, dithered, _pcm.Encoding.BitDepth);
            pcm = dithered;
        }

        return PcmConvert.FromFloat(_pcm.Encoding, _spread.Length > 0 ? Spread(pcm) : pcm, packet);
    }

    /// <summary>Holds nothing.</summary>
    public void Dispose()
    {
    }

    private ReadOnlySpan<float> Spread(ReadOnlySpan<float> mono)
    {
        int channels = _pcm.Format.Channels;
        for (int i = 0; i < mono.Length; i++)
        {
            _spread.AsSpan(i * channels, channels).Fill(mono[i]);
        }

        return _spread.AsSpan(0, mono.Length * channels);
    }
}
