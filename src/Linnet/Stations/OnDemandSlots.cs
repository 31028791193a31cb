using Linnet.Broadcast;

namespace Linnet.Stations;

/// <summary>
/// Decides which on-demand renditions run: a few at a time, shared fairly among the addresses that listen to them. Pure. Not thread-safe.
/// </summary>
/// <remarks>
/// An address may use all slots while no other address asks. A rendition counts toward each of its listeners' addresses in equal parts.
/// When all slots are taken, a new request succeeds if it stays within the asker's fair share. Then a rendition is stopped whose listeners
/// all exceed their share.
/// </remarks>
/// <param name="most">How many may run at a time.</param>
internal sealed class OnDemandSlots(int most)
{
    // Shares are thirds, fourths and so on: a smaller difference is a rounding error.
    private const double Tolerance = 1e-6;

    private readonly Dictionary<string, Slot> _slots = [];
    private long _taken;

    /// <summary>The number of renditions that run.</summary>
    internal int Count => _slots.Count;

    /// <summary>Takes a slot for a rendition, unless it has one.</summary>
    /// <param name="rendition">The name of the rendition.</param>
    /// <param name="asker">The address that asks for it.</param>
    /// <param name="gaveWay">The rendition that was stopped for it; <see langword="null"/> if none was.</param>
    /// <returns><see langword="false"/> if it may not run now.</returns>
    internal bool TryTake(string rendition, PeerAddress asker, out string? gaveWay)
    {
        gaveWay = null;
        if (_slots.ContainsKey(rendition))
        {
            return true;
        }

        if (_slots.Count >= most)
        {
            gaveWay = FindIdle() ?? FindUnfair(asker);
            if (gaveWay is null)
            {
                return false;
            }

            _slots.Remove(gaveWay);
        }

        _slots.Add(rendition, new Slot(_taken++));
        return true;
    }

    /// <summary>Records a new listener of a rendition that has a slot.</summary>
    internal void Join(string rendition, PeerAddress listener)
    {
        Dictionary<PeerAddress, int> listeners = _slots[rendition].Listeners;
        listeners[listener] = listeners.GetValueOrDefault(listener) + 1;
    }

    /// <summary>Records that a listener has left.</summary>
    internal void Leave(string rendition, PeerAddress listener)
    {
        if (_slots.TryGetValue(rendition, out Slot? slot) && slot.Listeners.TryGetValue(listener, out int count))
        {
            if (count > 1)
            {
                slot.Listeners[listener] = count - 1;
            }
            else
            {
                slot.Listeners.Remove(listener);
            }
        }
    }

    /// <summary>Frees the slot of a rendition that has stopped.</summary>
    internal void Free(string rendition) => _slots.Remove(rendition);

    /// <summary>The first started of the renditions that still run without listeners.</summary>
    private string? FindIdle() => _slots.Where(static s => s.Value.Listeners.Count == 0).OrderBy(static s => s.Value.Order)
        .Select(static s => s.Key).FirstOrDefault();

    private string? FindUnfair(PeerAddress asker)
    {
        var parts = new Dictionary<PeerAddress, double> { [asker] = 0 };
        foreach (Slot slot in _slots.Values)
        {
            foreach (PeerAddress listener in slot.Listeners.Keys)
            {
                parts[listener] = parts.GetValueOrDefault(listener) + (1.0 / slot.Listeners.Count);
            }
        }

        double share = Math.Max(1, most / (double)parts.Count) + Tolerance;
        return parts[asker] + 1 > share
            ? null
            : _slots.Where(s => s.Value.Listeners.Keys.All(l => parts[l] > share))
                .OrderBy(static s => s.Value.Listeners.Count).ThenByDescending(static s => s.Value.Order)
                .Select(static s => s.Key).FirstOrDefault();
    }

    private sealed class Slot(long order)
    {
        public long Order { get; } = order;

        public Dictionary<PeerAddress, int> Listeners { get; } = [];
    }
}
