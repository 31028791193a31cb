namespace Linnet.Diagnostics;

/// <summary>Says when something that strangers can bring about as often as they like may be logged again. Any thread may ask.</summary>
internal sealed class LogThrottle(TimeProvider time)
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private long? _saidAt;
    private long _unsaid;

    /// <summary>Whether to say it now.</summary>
    /// <param name="unsaid">How often it happened since it was said last.</param>
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
