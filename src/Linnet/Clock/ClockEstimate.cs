namespace Linnet.Clock;

/// <summary>What is known of another machine's clock at an instant.</summary>
/// <param name="OffsetMicroseconds">Its clock minus ours.</param>
/// <param name="BoundMicroseconds">The offset is wrong by no more than this.</param>
/// <param name="DriftPpm">Parts per million by which its clock runs faster than ours.</param>
/// <param name="DriftBoundPpm">The drift is wrong by no more than this.</param>
/// <param name="Epoch">
/// Counts the jumps of either clock. Times of different epochs must not be compared: the other machine restarted, or this one slept.
/// </param>
internal readonly record struct ClockEstimate(
    double OffsetMicroseconds, double BoundMicroseconds, double DriftPpm, double DriftBoundPpm, int Epoch);
