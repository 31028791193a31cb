namespace Linnet.Access;

/// <summary>A listener whom another service has admitted, until it leaves.</summary>
/// <param name="hook">Tells the service.</param>
/// <param name="fields">The fields by which the service knows the listener.</param>
/// <param name="since">When it was admitted, as a timestamp.</param>
internal sealed class HookVisit(AccessHook hook, IReadOnlyList<KeyValuePair<string, string>> fields, long since)
{
    private int _hasEnded;

    /// <summary>When the listener has to leave, as a timestamp; <see langword="null"/>: it may stay.</summary>
    internal long? EndsAt { get; init; }

    /// <summary>How long the listener may stay from now on; <see langword="null"/>: without limit.</summary>
    internal TimeSpan? TimeLeft(TimeProvider time) => EndsAt is not long end ? null
        : time.GetElapsedTime(time.GetTimestamp(), end) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    /// <summary>Tells the service that the listener has left. Does not wait for it. Called again, it does nothing.</summary>
    internal void End()
    {
        if (Interlocked.Exchange(ref _hasEnded, 1) == 0)
        {
            hook.TellEnd(fields, since);
        }
    }
}
