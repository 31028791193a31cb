using System.Globalization;

namespace Linnet.Diagnostics;

/// <summary>Limits how often an event that clients can cause at will is logged. Any thread may call it.</summary>
internal sealed class LogThrottle(TimeProvider time)
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private long? _saidAt;
    private long _unsaid;

    /// <summary>Whether to log the event now.</summary>
    /// <param name="unsaid">The events since the last one logged.</param>
    internal bool TrySay(out Unsaid unsaid)
    {
        lock (_gate)
        {
            long now = time.GetTimestamp();
            if (_saidAt is long before && time.GetElapsedTime(before, now) < Silence)
            {
                unsaid = new Unsaid(++_unsaid);
                return false;
            }

            _saidAt = now;
            unsaid = new Unsaid(_unsaid);
            _unsaid = 0;
            return true;
        }
    }
}

/// <summary>The events that were not logged since the last message, as the end of the next one.</summary>
/// <param name="Count">The number of events.</param>
internal readonly record struct Unsaid(long Count)
{
    /// <summary>Words in parentheses, with a space before them; empty if nothing was left out.</summary>
    public override string ToString() =>
        Count > 0 ? string.Create(CultureInfo.InvariantCulture, $" ({Count} more since the last message)") : "";
}
