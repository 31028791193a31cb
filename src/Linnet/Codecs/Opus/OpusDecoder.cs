using Linnet.Audio;

namespace Linnet.Codecs.Opus;

/// <summary>Opus decoder, at 48 kHz. The codec itself conceals losses.</summary>
/// <remarks>
/// Source: RFC 6716 §4 (decoding), §4.4 (concealment), §2.1.7 (in-band FEC). With libopus it allocates nothing after the constructor.
/// </remarks>
internal sealed class OpusDecoder : IAudioDecoder
{
    /// <summary>Concealment has steps of 2.5 ms, which is also the shortest packet.</summary>
    private const int StepFrames = 120;

    /// <summary>In a long loss Opus gives faint noise that never stops. It is faded out from 200 ms on, and silent at 400 ms.</summary>
    private const int FadeFrom = 9_600;
    private const int SilentFrom = 19_200;

    private readonly IOpusDecoding _decoder;
    private readonly float[] _step;

    /// <summary>Index in <see cref="_step"/> of the first concealed frame that is not used yet.</summary>
    private int _stepUsed;

    /// <summary>Frames concealed since the last packet; counted until the output is silent.</summary>
    private int _concealed;

    /// <summary>Creates a decoder that gives <paramref name="channels"/> channels, 1 or 2, whatever the packets hold.</summary>
    /// <param name="channels">Channels of the output.</param>
    /// <param name="provider">The library to use; default: the one that <see cref="OpusProvider.Chosen"/> names.</param>
    public OpusDecoder(int channels, OpusProvider? provider = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(channels, 2);

        Format = new AudioFormat(OpusEncoder.SampleRate, channels);
        _step = new float[StepFrames * channels];
        _stepUsed = _step.Length;
        _decoder = (provider ?? OpusProvider.Chosen).CreateDecoder(channels);
    }

    /// <inheritdoc/>
    public AudioFormat Format { get; }

    /// <inheritdoc/>
    public int MaxFramesPerPacket => OpusPacket.LongestFrames;

    /// <inheritdoc/>
    public bool TryDecode(ReadOnlySpan<byte> packet, Span<float> pcm, out int frames)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pcm.Length, MaxFramesPerPacket * Format.Channels, nameof(pcm));
        frames = packet.IsEmpty ? 0 : Math.Max(_decoder.Decode(packet, pcm, OpusPacket.LongestFrames), 0);
        if (frames == 0)
        {
            return false;
        }

        pcm = pcm[..(frames * Format.Channels)];
        FadeIn(pcm);
        JoinRest(pcm);
        return true;
    }

    /// <inheritdoc/>
    public void Conceal(Span<float> pcm)
    {
        pcm = TakeRest(pcm);
        int whole = pcm.Length / _step.Length * _step.Length;
        if (whole > 0)
        {
            ConcealSteps(pcm[..whole]);
        }

        if (whole < pcm.Length)
        {
            ConcealSteps(_step);
            _stepUsed = 0;
            TakeRest(pcm[whole..]);
        }
    }

    /// <inheritdoc/>
    public bool TryRecover(ReadOnlySpan<byte> following, Span<float> pcm)
    {
        // The libraries need whole steps. If concealment has begun within a step, it is better to let it finish the step.
        int frames = pcm.Length / Format.Channels;
        if (frames == 0 || frames % StepFrames != 0 || _stepUsed < _step.Length || !OpusPacket.HasRecovery(following)
            || _decoder.Decode(following, pcm, frames, recovers: true) != frames)
        {
            return false;
        }

        FadeIn(pcm);
        return true;
    }

    /// <summary>Frees the state of the library.</summary>
    public void Dispose() => _decoder.Dispose();

    /// <summary>Copies concealed frames left over from the last call. Returns the part that is still to be filled.</summary>
    private Span<float> TakeRest(Span<float> pcm)
    {
        int taken = Math.Min(_step.Length - _stepUsed, pcm.Length);
        _step.AsSpan(_stepUsed, taken).CopyTo(pcm);
        _stepUsed += taken;
        return pcm[taken..];
    }

    /// <summary>
    /// Cross-fades from the unused concealed frames into this packet, so that they do not end in a click.
    /// </summary>
    private void JoinRest(Span<float> pcm)
    {
        int channels = Format.Channels;
        ReadOnlySpan<float> rest = _step.AsSpan(_stepUsed);
        rest = rest[..Math.Min(rest.Length, pcm.Length)];
        int frames = rest.Length / channels;
        for (int frame = 0; frame < frames; frame++)
        {
            float weight = (frame + 1f) / (frames + 1);
            for (int i = frame * channels; i < (frame + 1) * channels; i++)
            {
                pcm[i] = rest[i] + (weight * (pcm[i] - rest[i]));
            }
        }

        _stepUsed = _step.Length;
    }

    private void ConcealSteps(Span<float> pcm)
    {
        int frames = pcm.Length / Format.Channels;

        // The library can fail here only if it is out of memory; silence is the only option then.
        if (_concealed >= SilentFrom || _decoder.Decode([], pcm, frames) < 0)
        {
            pcm.Clear();
            return;
        }

        for (int frame = Math.Max(FadeFrom - _concealed, 0); frame < frames; frame++)
        {
            float gain = Math.Max(1 - ((_concealed + frame - FadeFrom) / (float)(SilentFrom - FadeFrom)), 0);
            foreach (ref float sample in pcm.Slice(frame * Format.Channels, Format.Channels))
            {
                sample *= gain;
            }
        }

        _concealed += frames;
    }

    /// <summary>Fades in after a loss that was faded out: Opus continues from its own noise, which was not audible.</summary>
    private void FadeIn(Span<float> pcm)
    {
        int channels = Format.Channels;
        float from = Math.Clamp(1 - ((_concealed - FadeFrom) / (float)(SilentFrom - FadeFrom)), 0, 1);
        for (int i = 0; from < 1 && i < StepFrames * channels; i++)
        {
            pcm[i] *= from + ((1 - from) * (i / channels) / StepFrames);
        }

        _concealed = 0;
    }
}
