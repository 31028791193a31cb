using System.Collections.Concurrent;

namespace Linnet.Diagnostics;

/// <summary>Counts events by reason. Any thread may count and read.</summary>
internal sealed class ReasonCounts<T>
    where T : struct, Enum
{
    private readonly ConcurrentDictionary<T, long> _counts = new();

    internal void Count(T reason) => _counts.AddOrUpdate(reason, 1, static (_, count) => count + 1);

    /// <summary>The counts so far; reasons that never occurred are missing.</summary>
    internal IReadOnlyDictionary<T, long> Read() => new Dictionary<T, long>(_counts);
}
