namespace Linnet.Clock;

/// <summary>
/// The wait before each retry: longer each time, and random, so that clients of a failed server do not all return at once.
/// </summary>
/// <param name="least">The first wait.</param>
/// <param name="most">The longest wait.</param>
/// <param name="random">Shortens each wait except the first by up to half.</param>
internal sealed class Backoff(TimeSpan least, TimeSpan most, Random random)
{
    private TimeSpan? _last;

    /// <summary>The next wait.</summary>
    internal TimeSpan Next()
    {
        TimeSpan wait = _last is not TimeSpan last ? least : last * 2 < most ? last * 2 : most;
        double share = _last is null ? 1 : 1 - (random.NextDouble() / 2);
        _last = wait;

        // Task.Delay truncates to whole milliseconds.
        return TimeSpan.FromMilliseconds(Math.Ceiling((wait * share).TotalMilliseconds));
    }

    /// <summary>Makes the next wait the longest: an early retry cannot help, and too many wrong passwords may lock an account.</summary>
    internal void Slow() => _last = most;

    /// <summary>Call it after a success: the next failure starts again with the first wait.</summary>
    internal void Reset() => _last = null;
}
