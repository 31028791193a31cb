namespace Linnet.Native;

/// <summary>
/// When to move to a device that the user has chosen. A device that has just appeared, above all over Bluetooth, may refuse to open for a
/// moment. Meanwhile the old device stays in use.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class MoveAttempts(TimeProvider time)
{
    // Two seconds in all. Each attempt may disturb the sound of the old device.
    private const int Most = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private volatile bool _hasChanged;
    private int _left;
    private long _lastAt;

    /// <summary>Whether to move now.</summary>
    internal bool IsDue
    {
        get
        {
            if (_hasChanged)
            {
                _hasChanged = false;
                _left = Most;
                return true;
            }

            return _left > 0 && time.GetElapsedTime(_lastAt) >= Pause;
        }
    }

    /// <summary>Another device was chosen. Any thread may call it.</summary>
    internal void OnChanged() => _hasChanged = true;

    /// <summary>A move was tried.</summary>
    internal void OnMoved(bool hasSucceeded) => (_left, _lastAt) = (hasSucceeded ? 0 : _left - 1, time.GetTimestamp());
}
