using Linnet.Clock;

namespace Linnet.Receive;

/// <summary>When each position is due at the listener: the sender's media clock as it appears through the network, plus a delay.</summary>
/// <remarks>
/// A packet that met no queue arrives at <c>origin + position/rate</c>, all others later. So the origin is the minimum of
/// <c>arrival − position/rate</c> over a window: neither jitter, which only adds, nor a burst of history at the start, whose packets
/// are all overdue but the newest, moves it. The window forgets, so that it follows a sender whose clock runs slower than ours.
/// Written by the network's thread, read by any.
/// </remarks>
internal sealed class PlayoutTimeline
{
    private const int Buckets = 16;
    private const double BucketSeconds = 0.5;

    private readonly long[] _minima = new long[Buckets];
    private readonly MediaTimeline _media;
    private readonly long _bucketTicks;
    private int _bucket;
    private long _bucketEnds;
    private long _origin;
    private long _lastArrivedAt;

    /// <param name="firstSequence">The first packet it is for; those before belong to an older one.</param>
    /// <param name="firstPosition">That packet's.</param>
    /// <param name="arrivedAt">That packet's arrival.</param>
    /// <param name="media">The stream's clock, with epoch 0.</param>
    internal PlayoutTimeline(long firstSequence, long firstPosition, long arrivedAt, MediaTimeline media)
    {
        FirstSequence = firstSequence;
        FirstPosition = firstPosition;
        FirstArrivedAt = _lastArrivedAt = arrivedAt;
        _media = media;
        _bucketTicks = (long)(BucketSeconds * media.TicksPerSecond);
        _bucketEnds = arrivedAt + _bucketTicks;
        Array.Fill(_minima, long.MaxValue);
        _minima[0] = _origin = arrivedAt - media.DueAt(firstPosition);
    }

    /// <summary>The first packet it is for.</summary>
    internal long FirstSequence { get; }

    /// <summary>That packet's position.</summary>
    internal long FirstPosition { get; }

    /// <summary>When that packet arrived.</summary>
    internal long FirstArrivedAt { get; }

    /// <summary>When the last packet that was taken into account arrived.</summary>
    internal long LastArrivedAt => Volatile.Read(ref _lastArrivedAt);

    /// <summary>The earliest arrival of position 0.</summary>
    internal long Origin => Volatile.Read(ref _origin);

    /// <summary>Takes one arrival into account.</summary>
    internal void Observe(long position, long arrivedAt)
    {
        long origin = arrivedAt - _media.DueAt(position);
        if (arrivedAt >= _bucketEnds)
        {
            // Time in which nothing arrives ages nothing: what was known before a silence holds after it.
            _bucketEnds = arrivedAt + _bucketTicks;
            _bucket = (_bucket + 1) % Buckets;
            _minima[_bucket] = origin;
        }
        else
        {
            _minima[_bucket] = Math.Min(_minima[_bucket], origin);
        }

        Volatile.Write(ref _origin, Smallest());
        Volatile.Write(ref _lastArrivedAt, arrivedAt);
    }

    /// <summary>When a position arrives if nothing delays it.</summary>
    internal long ArrivalOf(long position) => (_media with { Epoch = Origin }).DueAt(position);

    /// <summary>The position that arrives at <paramref name="instant"/> if nothing delays it.</summary>
    internal long PositionArrivingAt(long instant) => (_media with { Epoch = Origin }).PositionAt(instant);

    private long Smallest()
    {
        long smallest = long.MaxValue;
        foreach (long minimum in _minima)
        {
            smallest = Math.Min(smallest, minimum);
        }

        return smallest;
    }
}
