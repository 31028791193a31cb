using Linnet.Broadcast;

namespace Linnet.Stations;

/// <summary>
/// Which of the renditions that are made on demand run: a few at a time, shared fairly among the addresses that listen to them. Pure; one
/// thread at a time.
/// </summary>
/// <remarks>
/// An address may have all of them as long as no other asks. Each rendition counts for those who hear it, in equal parts. Who asks for
/// another while all are taken gets it if that is no more than its share; then one gives way whose listeners all have more than theirs.
/// </remarks>
/// <param name="most">How many run at a time.</param>
internal sealed class OnDemandSlots(int most)
{
    // Parts are thirds, fourths and so on: what differs by less is the same.
    private const double Tolerance = 1e-6;

    private readonly Dictionary<string, Slot> _slots = [];
    private long _taken;

    /// <summary>How many run.</summary>
    internal int Count => _slots.Count;

    /// <summary>Takes a slot for a rendition, unless it has one.</summary>
    /// <param name="rendition">Its name.</param>
    /// <param name="asker">Who asks for it.</param>
    /// <param name="gaveWay">A rendition that runs no longer because of that; <see langword="null"/>: none.</param>
    /// <returns><see langword="false"/>: it may not run now.</returns>
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

    /// <summary>Somebody listens to a rendition that has a slot.</summary>
    internal void Join(string rendition, PeerAddress listener)
    {
        Dictionary<PeerAddress, int> listeners = _slots[rendition].Listeners;
        listeners[listener] = listeners.GetValueOrDefault(listener) + 1;
    }

    /// <summary>A listener has left.</summary>
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

    /// <summary>A rendition runs no longer.</summary>
    internal void Free(string rendition) => _slots.Remove(rendition);

    /// <summary>One that runs on though nobody listens: the one that was started first.</summary>
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
