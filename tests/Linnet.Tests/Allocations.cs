namespace Linnet.Tests;

/// <summary>Counts what a hot path allocates.</summary>
/// <remarks>
/// The least of several rounds counts. What a path allocates, it allocates in every round; the runtime's own share (a method compiled
/// again, a collection that closes the thread's allocation context: up to 8 KB) falls into one round or another.
/// </remarks>
internal static class Allocations
{
    private const int Rounds = 5;

    /// <summary>Bytes that ten runs of <paramref name="action"/> allocate on this thread once it has run a few times.</summary>
    internal static long Of(Action action)
    {
        for (int i = 0; i < 3; i++)
        {
            action();
        }

        return OfRounds(Rounds, _ =>
        {
            for (int i = 0; i < 10; i++)
            {
                action();
            }
        });
    }

    /// <summary>
    /// The fewest bytes that one of <paramref name="count"/> rounds allocates on this thread. Each round is told its number, from 0.
    /// </summary>
    internal static long OfRounds(int count, Action<int> round)
    {
        long fewest = long.MaxValue;
        for (int i = 0; i < count; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            round(i);
            fewest = Math.Min(fewest, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return fewest;
    }

    /// <summary>
    /// The fewest bytes allocated in one of five equal stretches of <paramref name="readings"/>, each a
    /// <see cref="GC.GetAllocatedBytesForCurrentThread"/> taken on the thread in question.
    /// </summary>
    internal static long Between(ReadOnlySpan<long> readings)
    {
        int stretch = (readings.Length - 1) / Rounds;
        long fewest = long.MaxValue;
        for (int from = 0; from + stretch < readings.Length; from += stretch)
        {
            fewest = Math.Min(fewest, readings[from + stretch] - readings[from]);
        }

        return fewest;
    }
}
