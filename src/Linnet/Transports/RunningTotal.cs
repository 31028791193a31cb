namespace Linnet.Transports;

/// <summary>Counts items that come and go, and adds up a value of each, so that the sum never falls. Any thread may call.</summary>
/// <param name="measure">The value of an item so far; it never falls.</param>
internal sealed class RunningTotal<T>(Func<T, long> measure)
    where T : class
{
    private readonly Lock _gate = new();
    private readonly HashSet<T> _there = [];
    private long _count;
    private long _ofThoseGone;

    /// <summary>Counts a new item. Does nothing if it is there already.</summary>
    internal void Enter(T one)
    {
        lock (_gate)
        {
            _count += _there.Add(one) ? 1 : 0;
        }
    }

    /// <summary>Keeps the item's value, and removes the item. Does nothing if it is not there.</summary>
    internal void Leave(T one)
    {
        lock (_gate)
        {
            _ofThoseGone += _there.Remove(one) ? measure(one) : 0;
        }
    }

    /// <summary>Those that are there now.</summary>
    internal IReadOnlyList<T> There
    {
        get
        {
            lock (_gate)
            {
                return [.. _there];
            }
        }
    }

    /// <summary>How many have come so far, and what all of them did.</summary>
    internal (long Count, long Sum) Read()
    {
        lock (_gate)
        {
            return (_count, _ofThoseGone + _there.Sum(measure));
        }
    }
}
