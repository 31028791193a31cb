namespace Linnet.Diagnostics;

/// <summary>Limits how often an event that clients can cause at will is logged. Any thread may call it.</summary>
internal sealed class LogThrottle(TimeProvider time)
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private long? _saidAt;
    private long _unsaid;

    /// <summary>Whether to log the event now.</summary>
    /// <param name="unsaid">Number of events since the last one logged.</param>
    internal bool TrySay(out long unsaid)
    {
        lock (_gate)
        {
            long now = time.GetTimestamp();
            if (_saidAt is long before && time.GetElapsedTime(before, now) < Silence)
            {
                unsaid = ++_unsaid;
                return false;
            }

            _saidAt = now;
            (unsaid, _unsaid) = (_unsaid, 0);
            return true;
        }
    }
}
