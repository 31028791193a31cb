using Linnet.Broadcast;
using Linnet.Clock;
using Linnet.Diagnostics;
using Linnet.Relay.Nats;
using Linnet.Relay.Wire;
using Microsoft.Extensions.Logging;

namespace Linnet.Relay.Origins;

/// <summary>Publishes a rendition of this node in batches, only while other nodes want it.</summary>
internal sealed class RenditionPublisher
{
    // How often it looks whether the rendition is still wanted, if nothing is published.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private readonly NatsLink _link;
    private readonly BroadcastRing _ring;
    private readonly ulong _incarnation;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LogThrottle _failures;
    private readonly CancellationToken _stopping;
    private readonly OriginClock _clock;
    private readonly string _subject;
    private readonly Lock _gate = new();
    private readonly Interest _interest;
    private bool _isRunning;
    private long _sequence;
    private long _bytes;

    /// <summary>A publisher that waits until the rendition is wanted.</summary>
    /// <param name="link">The connection.</param>
    /// <param name="ring">The rendition.</param>
    /// <param name="incarnation">This life of the station.</param>
    /// <param name="time">The clock of the ring.</param>
    /// <param name="logger">Logs failures.</param>
    /// <param name="stopping">Ends it.</param>
    internal RenditionPublisher(
        NatsLink link, BroadcastRing ring, ulong incarnation, TimeProvider time, ILogger logger, CancellationToken stopping)
    {
        (_link, _ring, _incarnation, _time, _logger, _stopping) = (link, ring, incarnation, time, logger, stopping);
        _failures = new LogThrottle(time);
        _clock = new OriginClock(0, time.TimestampFrequency);
        _subject = Subjects.Batches(ring.Info.Station, ring.Info.Name);
        _interest = new Interest(time.TimestampFrequency);
    }

    /// <summary>The rendition.</summary>
    internal BroadcastRing Ring => _ring;

    /// <summary>Batches that were published.</summary>
    internal long Batches => Volatile.Read(ref _sequence);

    /// <summary>Their bytes.</summary>
    internal long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Whether it is published now.</summary>
    internal bool IsRunning => Volatile.Read(ref _isRunning);

    /// <summary>A node wants the rendition: starts it if need be. <see langword="null"/>: another node is the origin now.</summary>
    internal WantAnswer? Take(Want want)
    {
        long now = _time.GetTimestamp();
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested)
            {
                return null;
            }

            if (!_isRunning)
            {
                if (!_ring.TryOpen(new RingRequest(want.Stock), out RingLease? lease, out RingRefusal? refusal))
                {
                    return Answer(refusal);
                }

                // Its listeners are counted where they are.
                _ring.Count(lease, 0);
                Volatile.Write(ref _isRunning, true);
                _ = Task.Run(() => RunAsync(lease), CancellationToken.None);
            }

            _interest.Add(want.Node, want.Batch, now);
            return Answer(null);
        }
    }

    private WantAnswer Answer(RingRefusal? refusal) => new(
        refusal,
        _ring.Timeline is { } timeline
            ? Math.Clamp(_clock.NanosecondsAt(timeline.Epoch), -OriginClock.MaxTime, OriginClock.MaxTime) : -OriginClock.MaxTime);

    private async Task RunAsync(RingLease lease)
    {
        try
        {
            using (lease)
            {
                long next = lease.OpenedAt;
                while (IsWanted(lease))
                {
                    next = await PublishAsync(next, lease).ConfigureAwait(false);
                }

                if (lease.IsOver)
                {
                    await FinishAsync(next, lease).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            Failed(e);
            lock (_gate)
            {
                Volatile.Write(ref _isRunning, false);
            }
        }
    }

    private bool IsWanted(RingLease lease)
    {
        lock (_gate)
        {
            bool isWanted = _interest.IsWanted(_time.GetTimestamp(), _link.State.IsOpen) && !lease.IsOver
                && !_stopping.IsCancellationRequested;
            Volatile.Write(ref _isRunning, isWanted);
            return isWanted;
        }
    }

    // Publishes the rest of a run that was cut short, with its end.
    private async Task FinishAsync(long next, RingLease lease)
    {
        var batch = new BatchWriter(_incarnation, _ring.Info, _clock, _interest.Batch);
        for (bool hasEnd = false; !hasEnd && _ring.TryGet(next, out RingItem? item); next++)
        {
            if (!batch.TryAdd(item))
            {
                await SendAsync(batch, lease).ConfigureAwait(false);
                batch.TryAdd(item);
            }

            hasEnd = item is EndItem;
        }

        await SendAsync(batch, lease).ConfigureAwait(false);
    }

    // Publishes what there is from an index on, at least one batch unless nothing comes for a while.
    private async Task<long> PublishAsync(long next, RingLease lease)
    {
        var batch = new BatchWriter(_incarnation, _ring.Info, _clock, _interest.Batch);
        while (true)
        {
            if (_ring.TryGet(next, out RingItem? item))
            {
                if (!batch.TryAdd(item))
                {
                    await SendAsync(batch, lease).ConfigureAwait(false);
                    batch.TryAdd(item);
                }

                next++;
                if (batch.IsComplete)
                {
                    await SendAsync(batch, lease).ConfigureAwait(false);
                    return next;
                }
            }
            else if (next < _ring.Head)
            {
                // It was overwritten before it was read: the others ask for what they can still have.
                await SendAsync(batch, lease).ConfigureAwait(false);
                next = Math.Max(next + 1, _ring.Head - (_ring.Capacity / 2));
            }
            else if (!await HasMoreAsync(next, batch).ConfigureAwait(false))
            {
                await SendAsync(batch, lease).ConfigureAwait(false);
                return next;
            }
        }
    }

    private async Task<bool> HasMoreAsync(long next, BatchWriter batch)
    {
        long left = batch.LeaveAt == long.MaxValue ? long.MaxValue : batch.LeaveAt - _time.GetTimestamp();
        if (left <= 0)
        {
            return false;
        }

        TimeSpan wait = TimeSpan.FromSeconds(Math.Clamp(left / (double)_time.TimestampFrequency, 0.001, LongestWait.TotalSeconds));
        try
        {
            await _ring.WaitForAsync(next, _stopping).WaitAsync(wait, _time, _stopping).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async ValueTask SendAsync(BatchWriter batch, RingLease lease)
    {
        if (batch.Count == 0)
        {
            return;
        }

        byte[] message = batch.Take(lease.Run, _sequence);
        if (!_link.State.IsOpen)
        {
            // The others ask for it when they can.
            return;
        }

        try
        {
            await _link.Connection.PublishAsync(_subject, message, cancellationToken: _stopping).ConfigureAwait(false);
            Volatile.Write(ref _sequence, _sequence + 1);
            Volatile.Write(ref _bytes, _bytes + message.Length);
        }
        catch (Exception e) when (!_stopping.IsCancellationRequested)
        {
            Failed(e);
        }
    }

    private void Failed(Exception error)
    {
        if (_failures.TrySay(out Unsaid unsaid))
        {
            _logger.PublishFailed(error, _ring.Info.ToString(), unsaid);
        }
    }
}
