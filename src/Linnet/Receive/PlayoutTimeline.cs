using Linnet.Clock;

namespace Linnet.Receive;

/// <summary>When each position is due at the listener: the sender's media clock as it appears through the network, plus a delay.</summary>
/// <remarks>
/// A packet that met no queue arrives at <c>origin + position/rate</c>, all others later. So the origin is the minimum of
/// <c>arrival − position/rate</c> over a window: neither jitter, which only adds, nor a burst of history at the start, whose packets
/// are all overdue but the newest, moves it. The window forgets, so that it follows a sender whose clock runs slower than ours; at
/// once if for half a second everything came too late to be played, for then the sender or the path stood still and will not catch up.
/// Written by the network's thread, read by any.
/// </remarks>
internal sealed class PlayoutTimeline
{
    private const int Buckets = 16;
    private const double BucketSeconds = 0.5;

    private readonly long[] _minima = new long[Buckets];
    private readonly MediaTimeline _media;
    private readonly long _bucketTicks;
    private readonly long _tolerance;
    private int _bucket;
    private long _bucketEnds;
    private long _origin;
    private long _lastArrivedAt;

    /// <param name="first">The packet that begins it.</param>
    /// <param name="firstSequence">The first it is for; those before belong to an older one.</param>
    /// <param name="media">The stream's clock, with epoch 0.</param>
    /// <param name="tolerance">By how many ticks a packet may come late and still be played.</param>
    internal PlayoutTimeline(in BufferedPacket first, long firstSequence, MediaTimeline media, long tolerance)
    {
        Stream = first.Stream;
        FirstSequence = firstSequence;
        FirstArrivedAt = _lastArrivedAt = first.ArrivedAt;
        _media = media;
        _tolerance = tolerance;
        _bucketTicks = (long)(BucketSeconds * media.TicksPerSecond);
        _bucketEnds = first.ArrivedAt + _bucketTicks;
        Array.Fill(_minima, long.MaxValue);
        _minima[0] = _origin = first.ArrivedAt - media.DueAt(first.Position);
    }

    /// <summary>The stream it is for.</summary>
    internal int Stream { get; }

    /// <summary>The first packet it is for.</summary>
    internal long FirstSequence { get; }

    /// <summary>When the packet that began it arrived.</summary>
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
            if (_minima[_bucket] - _origin > _tolerance)
            {
                ForgetAllBut(_bucket);
            }

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

    private void ForgetAllBut(int bucket)
    {
        long kept = _minima[bucket];
        Array.Fill(_minima, long.MaxValue);
        _minima[bucket] = kept;
    }

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
