using Linnet.Audio;

namespace Linnet.Sources;

/// <summary>An endless sine at −18 dBFS, the same in both channels, at 48 kHz. For testing.</summary>
/// <remarks>The phase is computed from the position with integers, so it is exact after any length of time.</remarks>
public sealed class ToneSource : IAudioSource
{
    /// <summary>The default frequency in Hz: the A that orchestras tune to.</summary>
    public const double DefaultFrequency = 440;

    /// <summary>The lowest frequency, in Hz.</summary>
    public const double MinFrequency = 1;

    /// <summary>The highest frequency, in Hz: within Opus' band limit.</summary>
    public const double MaxFrequency = 20_000;

    /// <summary>The peak: −18 dBFS, the alignment level of broadcasters (EBU R 68).</summary>
    public const float Peak = 0.12589254f;

    /// <summary>One cycle of the phase: a step is the frequency in millihertz.</summary>
    private const long Turn = 48_000L * 1000;

    private readonly long _step;
    private long _phase;
    private TrackInfo? _track;

    /// <summary>Creates a tone of <paramref name="frequency"/> Hz, to a thousandth.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The frequency is outside
    /// <see cref="MinFrequency"/>–<see cref="MaxFrequency"/>.</exception>
    public ToneSource(double frequency = DefaultFrequency)
    {
        if (!(frequency is >= MinFrequency and <= MaxFrequency))
        {
            throw new ArgumentOutOfRangeException(nameof(frequency), frequency, $"Must be between {MinFrequency} and {MaxFrequency} Hz.");
        }

        _step = (long)Math.Round(frequency * 1000);
        _track = new TrackInfo(FormattableString.Invariant($"{_step / 1000.0} Hz"));
    }

    /// <inheritdoc/>
    public AudioFormat Format { get; } = new(48_000, 2);

    /// <inheritdoc/>
    public int BitDepth => 0;

    /// <inheritdoc/>
    public bool IsLive => false;

    /// <inheritdoc/>
    public bool IsStored => true;

    /// <inheritdoc/>
    public TimeSpan? Duration => null;

    /// <inheritdoc/>
    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int frames = pcm.Length / 2;
        for (int i = 0; i < frames; i++)
        {
            float sample = Peak * (float)Math.Sin(Math.Tau * _phase / Turn);
            pcm[2 * i] = sample;
            pcm[(2 * i) + 1] = sample;
            _phase = (_phase + _step) % Turn;
        }

        TrackInfo? track = _track;
        _track = null;
        return new SourceRead(frames, track);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
