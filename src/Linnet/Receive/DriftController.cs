using Linnet.Audio;

namespace Linnet.Receive;

/// <summary>Turns the play-out error into a speed correction: a proportional-integral controller, slow enough to be inaudible.</summary>
/// <remarks>
/// Critically damped. Its natural frequency starts at 0.3 rad/s, which learns a drift of 100 ppm in seconds at the cost of 0.15 ms of
/// error. It falls over time to 0.05 rad/s: an error of 1 ms then changes the pitch by 0.01 %, and a change of 100 ppm causes an error
/// of at most 0.74 ms, which is gone a minute later. The integral is the drift between the two clocks.
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
    /// How much faster than nominal to play, as a fraction: 10⁻⁶ is 1 ppm. Limited to ±0.1 %, which is inaudible.
    /// </summary>
    internal double Correction { get; private set; }

    /// <summary>How much faster the sender's clock runs than the device's, as a fraction.</summary>
    internal double Drift => Volatile.Read(ref _drift);

    /// <summary>
    /// Whether it has run long enough (20 s) for the drift to be about right. Before, it may be off by hundreds of ppm.
    /// </summary>
    internal bool IsSettled => Volatile.Read(ref _age) >= SettledSeconds;

    /// <summary>Processes a new error.</summary>
    /// <param name="error">How late the audio plays, in seconds.</param>
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

    /// <summary>Forgets the error after a jump, but not the drift: the clocks have not changed.</summary>
    internal void Restart()
    {
        _hasError = false;
        Correction = _drift;
    }
}
