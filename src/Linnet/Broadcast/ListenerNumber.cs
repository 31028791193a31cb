namespace Linnet.Broadcast;

/// <summary>Numbers the listeners of this process, so that each can be named.</summary>
internal static class ListenerNumber
{
    private static long _last;

    /// <summary>A number that no listener had before. Any thread may ask.</summary>
    internal static long Next() => Interlocked.Increment(ref _last);
}
