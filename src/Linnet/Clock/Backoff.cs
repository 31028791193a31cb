namespace Linnet.Clock;

/// <summary>How long to wait before the next try: longer each time, and not the same for all who lost the same server.</summary>
/// <param name="least">The first wait.</param>
/// <param name="most">No wait is longer.</param>
/// <param name="random">Shortens each wait but the first by up to half.</param>
internal sealed class Backoff(TimeSpan least, TimeSpan most, Random random)
{
    private TimeSpan? _last;

    /// <summary>The next wait.</summary>
    internal TimeSpan Next()
    {
        TimeSpan wait = _last is not TimeSpan last ? least : last * 2 < most ? last * 2 : most;
        double share = _last is null ? 1 : 1 - (random.NextDouble() / 2);
        _last = wait;

        // Task.Delay cuts to whole milliseconds.
        return TimeSpan.FromMilliseconds(Math.Ceiling((wait * share).TotalMilliseconds));
    }

    /// <summary>The next wait is the longest: trying again soon cannot help, and too many wrong passwords may lock an account.</summary>
    internal void Slow() => _last = most;

    /// <summary>The try was a success: the next failure is a first one again.</summary>
    internal void Reset() => _last = null;
}
