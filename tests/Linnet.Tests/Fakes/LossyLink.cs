namespace Linnet.Tests.Fakes;

/// <summary>What a <see cref="LossyLink"/> does to datagrams. Shares are 0–1 of the datagrams sent; times are in ticks.</summary>
internal sealed record LossyLinkOptions
{
    public double Loss { get; init; }

    public double Duplication { get; init; }

    public double Corruption { get; init; }

    /// <summary>Held back by <see cref="LateBy"/>, which is meant to be more than any receiver waits.</summary>
    public double Lateness { get; init; }

    public long LateBy { get; init; }

    public long Delay { get; init; }

    /// <summary>Uniform, on top of <see cref="Delay"/>. Reorders where it exceeds the distance between datagrams.</summary>
    public long Jitter { get; init; }

    /// <summary>How long after its original a duplicate comes, at most.</summary>
    public long DuplicateBy { get; init; } = 1;
}

/// <summary>A seeded network between a sender and a receiver in simulated time, which counts what it does to each datagram.</summary>
internal sealed class LossyLink(LossyLinkOptions options, int seed)
{
    private readonly Random _random = new(seed);
    private readonly PriorityQueue<Delivery, (long At, int Order)> _queue = new();
    private readonly HashSet<int> _delivered = [];
    private int _order;
    private int _newest = -1;

    /// <summary>Whether datagrams sent from now on meet with anything but the delay.</summary>
    public bool IsImpaired { get; set; } = true;

    public int Sent { get; private set; }

    public int Lost { get; private set; }

    public int Duplicated { get; private set; }

    public int Corrupted { get; private set; }

    public int Late { get; private set; }

    /// <summary>Delivered after one that was sent later, late ones apart. Complete when all is delivered.</summary>
    public int Reordered { get; private set; }

    public bool IsEmpty => _queue.Count == 0;

    public void Send(ReadOnlySpan<byte> datagram, long sentAt)
    {
        int index = Sent++;
        long at = sentAt + options.Delay + (long)(_random.NextDouble() * options.Jitter);
        double fate = _random.NextDouble();
        bool isDuplicated = _random.NextDouble() < options.Duplication;
        long duplicateBy = 1 + (long)(_random.NextDouble() * options.DuplicateBy);
        byte[] copy = datagram.ToArray();
        if (!IsImpaired)
        {
            Deliver(index, copy, sentAt + options.Delay, isLate: false);
            return;
        }

        if (fate < options.Loss)
        {
            Lost++;
            return;
        }

        if (fate < options.Loss + options.Corruption)
        {
            Corrupted++;
            Deliver(-1, Corrupt(copy), at, isLate: false);
            return;
        }

        bool isLate = fate < options.Loss + options.Corruption + options.Lateness;
        Late += isLate ? 1 : 0;
        at += isLate ? options.LateBy : 0;
        Deliver(index, copy, at, isLate);
        if (isDuplicated)
        {
            Duplicated++;
            Deliver(index, copy, at + duplicateBy, isLate);
        }
    }

    /// <summary>The next datagram that has arrived by <paramref name="now"/>, in the order of arrival.</summary>
    public bool TryReceive(long now, out byte[] datagram, out long arrivedAt)
    {
        datagram = [];
        arrivedAt = 0;
        if (!_queue.TryPeek(out Delivery? delivery, out (long At, int Order) key) || key.At > now)
        {
            return false;
        }

        _queue.Dequeue();
        datagram = delivery.Datagram;
        arrivedAt = key.At;
        if (delivery.Index >= 0 && _delivered.Add(delivery.Index))
        {
            Reordered += delivery.Index < _newest && !delivery.IsLate ? 1 : 0;
            _newest = Math.Max(_newest, delivery.Index);
        }

        return true;
    }

    private void Deliver(int index, byte[] datagram, long at, bool isLate) => _queue.Enqueue(new Delivery(index, datagram, isLate), (at, _order++));

    // What a checksum would have caught, had there been one: no version, or cut short.
    private byte[] Corrupt(byte[] datagram)
    {
        if (_random.Next(2) == 0)
        {
            return datagram[.._random.Next(12)];
        }

        datagram[0] ^= 0xC0;
        return datagram;
    }

    private sealed record Delivery(int Index, byte[] Datagram, bool IsLate);
}
