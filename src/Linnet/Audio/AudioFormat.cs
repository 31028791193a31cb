namespace Linnet.Audio;

/// <summary>The format of PCM inside Linnet: interleaved float32, full scale ±1.</summary>
/// <param name="SampleRate">Frames per second, <see cref="MinSampleRate"/>–<see cref="MaxSampleRate"/>.</param>
/// <param name="Channels">Samples per frame, 1–<see cref="MaxChannels"/>, in WAV order (L R C LFE Ls Rs …).</param>
public readonly record struct AudioFormat(int SampleRate, int Channels)
{
    /// <summary>The lowest sample rate Linnet carries, in Hz.</summary>
    public const int MinSampleRate = 2_000;

    /// <summary>The highest sample rate Linnet carries, in Hz.</summary>
    public const int MaxSampleRate = 384_000;

    /// <summary>The highest number of channels Linnet carries.</summary>
    public const int MaxChannels = 8;

    /// <summary>Whether both numbers are in range. Check this first for a format that comes from a file or a peer.</summary>
    public bool IsValid => SampleRate is >= MinSampleRate and <= MaxSampleRate && Channels is >= 1 and <= MaxChannels;

    /// <summary>Frames in <paramref name="duration"/>, rounded down.</summary>
    public int FramesIn(TimeSpan duration) => (int)(duration.Ticks * SampleRate / TimeSpan.TicksPerSecond);

    /// <summary>The duration of <paramref name="frames"/> frames, to 100 ns.</summary>
    public TimeSpan DurationOf(long frames)
    {
        (long seconds, long rest) = Math.DivRem(frames, SampleRate);
        return new TimeSpan((seconds * TimeSpan.TicksPerSecond) + (rest * TimeSpan.TicksPerSecond / SampleRate));
    }

    /// <summary>The format itself, if it is valid.</summary>
    /// <exception cref="ArgumentException">It is not; the message says what is.</exception>
    internal AudioFormat ThrowIfInvalid() => IsValid ? this : throw new ArgumentException(
        $"The format is {this}; it must have {MinSampleRate} to {MaxSampleRate} Hz and 1 to {MaxChannels} channels.");

    /// <inheritdoc/>
    public override string ToString() => $"{SampleRate} Hz, {Channels} ch";
}
