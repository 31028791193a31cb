using Linnet.Clock;

namespace Linnet.Relay.Origins;

/// <summary>
/// The nodes that want a rendition: each for some seconds, unless it says so again. Pure: the caller provides the time. Call it from one
/// thread at a time.
/// </summary>
/// <param name="ticksPerSecond">Frequency of all instants.</param>
internal sealed class Interest(long ticksPerSecond)
{
    /// <summary>How long a node's wish counts.</summary>
    internal static readonly TimeSpan Time = TimeSpan.FromSeconds(3);

    private const int MostWishes = 10_000;

    private readonly Dictionary<(string Node, TimeSpan Batch), long> _until = [];
    private readonly long _time = Time.InTicks(ticksPerSecond);

    /// <summary>The most sound in a batch: the least that a node wants.</summary>
    internal TimeSpan Batch { get; private set; }

    /// <summary>A node wants it.</summary>
    internal void Add(string node, TimeSpan batch, long now)
    {
        if (_until.Count < MostWishes || _until.ContainsKey((node, batch)))
        {
            _until[(node, batch)] = now + _time;
            Batch = _until.Keys.Min(static key => key.Batch);
        }
    }

    /// <summary>Forgets old wishes.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="canHear">Whether nodes can be heard now. If not, no wish grows old.</param>
    /// <returns>Whether any node wants it.</returns>
    internal bool IsWanted(long now, bool canHear)
    {
        foreach (((string, TimeSpan) key, long until) in _until)
        {
            if (!canHear)
            {
                _until[key] = now + _time;
            }
            else if (until <= now)
            {
                _until.Remove(key);
            }
        }

        Batch = _until.Count == 0 ? Batch : _until.Keys.Min(static key => key.Batch);
        return _until.Count > 0;
    }
}
