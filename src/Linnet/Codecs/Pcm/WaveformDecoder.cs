using Linnet.Audio;

namespace Linnet.Codecs.Pcm;

/// <summary>What all decoders of plain samples share: whole frames, a limit, and concealment by continuing the waveform.</summary>
internal abstract class WaveformDecoder : IAudioDecoder
{
    private const int LongestPacketMs = 200;
    private const int CommonMtu = 1500;

    private readonly int _bytesPerFrame;
    private readonly PcmConcealer _concealer;

    private protected WaveformDecoder(AudioFormat format, int bytesPerSample)
    {
        if (!format.IsValid)
        {
            throw new ArgumentOutOfRangeException(nameof(format), format, "Not a format Linnet carries.");
        }

        Format = format;
        _bytesPerFrame = bytesPerSample * format.Channels;
        _concealer = new PcmConcealer(format);
        MaxFramesPerPacket = Math.Max(format.SampleRate * LongestPacketMs / 1000, CommonMtu / _bytesPerFrame);
    }

    /// <inheritdoc/>
    public AudioFormat Format { get; }

    /// <summary>200 ms (RFC 3551 §4.2), and what fits an Ethernet frame where that is more.</summary>
    public int MaxFramesPerPacket { get; }

    /// <inheritdoc/>
    public bool TryDecode(ReadOnlySpan<byte> packet, Span<float> pcm, out int frames)
    {
        (frames, int rest) = Math.DivRem(packet.Length, _bytesPerFrame);
        if (rest != 0 || frames == 0 || frames > MaxFramesPerPacket)
        {
            frames = 0;
            return false;
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(pcm.Length, frames * Format.Channels, nameof(pcm));
        pcm = pcm[..(frames * Format.Channels)];
        Convert(packet, pcm);
        SampleLimit.Apply(pcm);
        _concealer.Heard(pcm);
        return true;
    }

    /// <inheritdoc/>
    public void Conceal(Span<float> pcm) => _concealer.Conceal(pcm);

    /// <summary>Holds nothing.</summary>
    public void Dispose() => GC.SuppressFinalize(this);

    /// <summary>Turns stored samples into as many floats.</summary>
    private protected abstract void Convert(ReadOnlySpan<byte> packet, Span<float> pcm);
}
