namespace Linnet.Serving;

/// <summary>The number of listeners to one rendition over one transport.</summary>
/// <param name="Station">The station's name.</param>
/// <param name="Rendition">The rendition's name; empty: the station has no renditions yet.</param>
/// <param name="Transport">The transport to the listeners.</param>
/// <param name="Listeners">Listeners that play; 0: it is offered and has no listeners.</param>
public sealed record ListenerCount(string Station, string Rendition, string Transport, int Listeners)
{
    /// <summary>The most listeners at one time; 0: not counted.</summary>
    public int Peak { get; init; }

    /// <summary>The lag of the slowest listener; <see langword="null"/>: not measured, or no listeners.</summary>
    public TimeSpan? Lag { get; init; }

    /// <summary>Counts listeners that play.</summary>
    /// <param name="listeners">All listeners.</param>
    /// <param name="offered">Renditions to count even without listeners.</param>
    internal static IReadOnlyList<ListenerCount> Of(
        IEnumerable<ListenerSnapshot> listeners, IEnumerable<(string Station, string Rendition, string Transport)>? offered = null)
    {
        var counts = new Dictionary<(string, string, string), ListenerCount>();
        foreach ((string Station, string Rendition, string Transport) key in offered ?? [])
        {
            counts[key] = new ListenerCount(key.Station, key.Rendition, key.Transport, 0);
        }

        foreach (var group in listeners.Where(static l => l.IsPlaying).GroupBy(static l => (l.Station, l.Rendition, l.Transport)))
        {
            counts[group.Key] = new ListenerCount(group.Key.Station, group.Key.Rendition, group.Key.Transport, group.Count())
            {
                Lag = group.Max(static l => l.Lag),
            };
        }

        return [.. counts.Values];
    }
}
