using Linnet.Audio;

namespace Linnet.Receive;

/// <summary>Turns the play-out error into a correction of speed: a proportional-integral controller, slow enough not to be heard.</summary>
/// <remarks>
/// Critically damped. Its natural frequency begins at 0.3 rad/s, where a drift of 100 ppm is learnt in seconds at the cost of 0.15 ms of
/// error, and falls with the time to 0.05 rad/s: then an error of 1 ms changes the pitch by 0.01 %, and a change of 100 ppm makes an error
/// of 0.74 ms at most, which is gone a minute later. The integral is the drift between the two clocks.
/// </remarks>
internal sealed class DriftController
{
    private const double FirstFrequency = 0.3;
    private const double LastFrequency = 0.05;
    private const double Settling = 6;
    private const double SettledSeconds = 20;
    private const double SmoothingSeconds = 1;
    private const double MaxCorrection = Resampler.MaxAdjustment;
    private const double LongestStepSeconds = 0.1;

    private double _error;
    private bool _hasError;
    private double _drift;
    private double _age;

    /// <summary>
    /// By how much faster than nominal to play, as a fraction: 10⁻⁶ is 1 ppm. Never more than the ±0.1 % that nobody hears.
    /// </summary>
    internal double Correction { get; private set; }

    /// <summary>By how much the sender's clock is faster than the device's, as a fraction.</summary>
    internal double Drift => Volatile.Read(ref _drift);

    /// <summary>
    /// Whether it has steered for long enough (20 s) that the drift is about right; before, it may be off by hundreds of ppm.
    /// </summary>
    internal bool IsSettled => Volatile.Read(ref _age) >= SettledSeconds;

    /// <summary>Takes a new error into account.</summary>
    /// <param name="error">By how many seconds the sound is heard too late.</param>
    /// <param name="elapsed">Seconds since the last call.</param>
    internal void Update(double error, double elapsed)
    {
        elapsed = Math.Clamp(elapsed, 0, LongestStepSeconds);
        _error = _hasError ? _error + ((error - _error) * Math.Min(1, elapsed / SmoothingSeconds)) : error;
        _hasError = true;

        Volatile.Write(ref _age, _age + elapsed);
        double frequency = Math.Clamp(Settling / _age, LastFrequency, FirstFrequency);
        double correction = (2 * frequency * _error) + _drift;
        Correction = Math.Clamp(correction, -MaxCorrection, MaxCorrection);
        if (correction == Correction)
        {
            Volatile.Write(ref _drift, Math.Clamp(_drift + (frequency * frequency * _error * elapsed), -MaxCorrection, MaxCorrection));
        }
    }

    /// <summary>Forgets the error, after a jump. The clocks have not changed.</summary>
    internal void Restart()
    {
        _hasError = false;
        Correction = _drift;
    }
}
