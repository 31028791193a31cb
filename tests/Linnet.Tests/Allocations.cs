namespace Linnet.Tests;

/// <summary>Counts what a hot path allocates.</summary>
internal static class Allocations
{
    /// <summary>Bytes that <paramref name="action"/> allocates on this thread once it has run a few times.</summary>
    internal static long Of(Action action)
    {
        for (int i = 0; i < 3; i++)
        {
            action();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
        {
            action();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
