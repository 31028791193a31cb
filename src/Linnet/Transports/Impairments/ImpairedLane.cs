using System.Diagnostics.CodeAnalysis;

namespace Linnet.Transports.Impairments;

/// <summary>
/// Datagrams in transit, each with the fate decided by an <see cref="Impairment"/>, and counts. Not thread-safe.
/// </summary>
/// <param name="ticksPerSecond">Ticks per second of the clock.</param>
internal sealed class ImpairedLane(long ticksPerSecond)
{
    /// <summary>Returned if nothing is in transit.</summary>
    internal const long Never = long.MaxValue;

    /// <summary>The most bytes in transit; more are dropped.</summary>
    internal const int MaxBytes = 32 << 20;

    // A datagram waits no longer than this for the next one; after that there is no next one.
    private readonly long _longestHold = ticksPerSecond / 10;
    private readonly PriorityQueue<Flight, (long At, long Order)> _flights = new();
    private Flight? _held;
    private long _order;
    private long _newest = -1;
    private int _bytes;

    private long _taken, _passed, _lost, _overflowed, _duplicated, _corrupted, _reordered, _heldBack;

    /// <summary>The counts so far.</summary>
    internal ImpairmentCounts Counts => new(
        _taken, _passed, _lost + _overflowed, _overflowed, _duplicated, _corrupted, _reordered, _heldBack);

    /// <summary>When the next datagram arrives; <see cref="Never"/> if none is in transit.</summary>
    internal long NextAt
    {
        get
        {
            long held = _held?.At ?? Never;
            return _flights.TryPeek(out _, out (long At, long Order) first) ? Math.Min(first.At, held) : held;
        }
    }

    /// <summary>Adds a datagram, and copies it unless it is dropped.</summary>
    /// <param name="datagram">The datagram. Not used after the call.</param>
    /// <param name="fate">What happens to it.</param>
    internal void Send(ReadOnlySpan<byte> datagram, in Fate fate)
    {
        long index = _taken++;
        if (fate.Drop is not DropCause.None || _bytes + (2L * datagram.Length) > MaxBytes)
        {
            _lost += fate.Drop is DropCause.Lost ? 1 : 0;
            _overflowed += fate.Drop is DropCause.Lost ? 0 : 1;
            return;
        }

        _heldBack += fate.IsHeldBack ? 1 : 0;
        if (fate.Damage is { } damage)
        {
            _corrupted++;
            Add(new Flight(fate.LeavesAt, Damaged(datagram, damage), Index: -1));
            return;
        }

        _duplicated += fate.CopyLeavesAt is null ? 0 : 1;
        var flight = new Flight(fate.LeavesAt, datagram.ToArray(), index) { CopyAt = fate.CopyLeavesAt };
        if (fate.WaitsForNext)
        {
            Release(Never);
            _held = flight with { At = flight.At + _longestHold };
            _bytes += flight.Datagram.Length;
            return;
        }

        Add(flight);
        Release(flight.At);
    }

    /// <summary>Gets the next datagram that has arrived by <paramref name="now"/>, in order of arrival.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="datagram">The datagram, owned by the caller.</param>
    /// <param name="arrivedAt">When it arrived.</param>
    internal bool TryReceive(long now, [NotNullWhen(true)] out byte[]? datagram, out long arrivedAt)
    {
        if (_held is not null && _held.At <= now)
        {
            Release(Never);
        }

        datagram = null;
        arrivedAt = 0;
        if (!_flights.TryPeek(out Flight? flight, out (long At, long Order) key) || key.At > now)
        {
            return false;
        }

        _flights.Dequeue();
        _bytes -= flight.Datagram.Length;
        _passed++;
        if (flight.Index >= 0 && !flight.IsCopy)
        {
            _reordered += flight.Index < _newest ? 1 : 0;
            _newest = Math.Max(_newest, flight.Index);
        }

        datagram = flight.Datagram;
        arrivedAt = key.At;
        return true;
    }

    /// <summary>Drops all datagrams in transit.</summary>
    internal void Clear()
    {
        _flights.Clear();
        _held = null;
        _bytes = 0;
    }

    // A waiting datagram is released after the one it waits for, or when it has waited long enough.
    private void Release(long after)
    {
        if (_held is not { } held)
        {
            return;
        }

        _held = null;
        _bytes -= held.Datagram.Length;
        long at = Math.Min(held.At, after);
        long? copyAt = held.CopyAt is { } copy ? Math.Max(copy, at) : null;
        Add(held with { At = at, CopyAt = copyAt });
    }

    private void Add(Flight flight)
    {
        _flights.Enqueue(flight, (flight.At, _order++));
        _bytes += flight.Datagram.Length;
        if (flight.CopyAt is { } copyAt)
        {
            byte[] copy = [.. flight.Datagram];
            _flights.Enqueue(flight with { Datagram = copy, IsCopy = true }, (copyAt, _order++));
            _bytes += copy.Length;
        }
    }

    // Sets an unknown version, or cuts it too short to be valid.
    private static byte[] Damaged(ReadOnlySpan<byte> datagram, ulong damage)
    {
        if (datagram.IsEmpty || (damage & 1) == 0)
        {
            return datagram[..Math.Min(datagram.Length, (int)((damage >> 1) % 12))].ToArray();
        }

        byte[] copy = datagram.ToArray();
        copy[0] ^= 0xC0;
        return copy;
    }

    private sealed record Flight(long At, byte[] Datagram, long Index)
    {
        internal long? CopyAt { get; init; }

        internal bool IsCopy { get; init; }
    }
}
