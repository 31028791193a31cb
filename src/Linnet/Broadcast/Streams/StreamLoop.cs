using Linnet.Broadcast.Packets;
using Linnet.Clock;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Broadcast.Streams;

/// <summary>
/// The work of a sender thread for stream listeners, without the thread: given the time, it visits those whose turn it is and returns
/// the time of its next step. Owned by one thread.
/// </summary>
/// <remarks>
/// Listeners are spread over buckets, one of which has its turn every <see cref="BucketTime"/>, so that the work is even; a step visits
/// only a few, so that packets that must leave on time wait for no more than these.
/// The promise: after each visit no more than burst + slack is on its way to a listener, in the log and in this machine's kernel; so at
/// any time no more than that and a write interval. The buffers of its own machine and player are not visible here.
/// </remarks>
internal sealed class StreamLoop
{
    /// <summary>The value of <see cref="Step"/> when there is no listener to visit.</summary>
    internal const long Never = long.MaxValue;

    /// <summary>Listeners visited in a step, at most: some 150 µs.</summary>
    internal const int MaxVisits = 24;

    /// <summary>Time between two buckets.</summary>
    internal static readonly TimeSpan BucketTime = TimeSpan.FromMilliseconds(20);

    // A rendition that has just started makes packets faster than they become due, and its first listeners wait for their burst.
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(1);

    private const int MaxYoung = MaxVisits;
    private const int Young = -1, Nowhere = -2;

    private readonly List<StreamListener>[] _buckets;
    private readonly List<StreamListener> _young = [];
    private readonly GatheringWriter _writer = new();
    private readonly StreamCounters _counters;
    private readonly ILogger _logger;
    private readonly long _bucketTime;
    private readonly long _startTime;
    private readonly long _burst;
    private readonly long _maxLag;
    private readonly SendPatience _patience;
    private readonly double _lagShare;
    private long _turn;
    private int _current;
    private bool _hasBegun;
    private int _leftYoung;
    private int _leftSettled;

    /// <param name="options">Burst, slack and timeouts of streams.</param>
    /// <param name="ticksPerSecond">Frequency of the ticks that <see cref="Step"/> takes.</param>
    /// <param name="counters">Counts what happens.</param>
    /// <param name="logger">Logs unexpected failures; default: no log.</param>
    internal StreamLoop(StreamOptions options, long ticksPerSecond, StreamCounters counters, ILogger? logger = null)
    {
        _counters = counters;
        _logger = logger ?? NullLogger.Instance;
        _buckets = [.. Enumerable.Range(0, (int)Math.Round(options.WriteInterval / BucketTime)).Select(_ => new List<StreamListener>())];
        _bucketTime = BucketTime.InTicks(ticksPerSecond);
        _startTime = StartTime.InTicks(ticksPerSecond);
        _burst = options.Burst.InTicks(ticksPerSecond);
        _maxLag = (options.Burst + options.Slack).InTicks(ticksPerSecond);
        _patience = new SendPatience(options.StallTimeout, options.NewcomerTimeout, ticksPerSecond);
        _lagShare = (options.Burst + options.Slack) / options.Retention;
    }

    /// <summary>Listeners it has, those included that have left since their last visit.</summary>
    internal int Count { get; private set; }

    /// <summary>Takes a listener over.</summary>
    internal void Add(StreamListener listener, long now)
    {
        if (Count == 0)
        {
            (_turn, _hasBegun) = ((now / _bucketTime) + 1, false);
        }

        Count++;
        listener.ProgressAt = now;
        if (now - listener.Log.StartedAt < _startTime && _young.Count < MaxYoung)
        {
            listener.Place = (Young, _young.Count);
            _young.Add(listener);
        }
        else
        {
            Settle(listener);
        }
    }

    /// <summary>Visits a limited number of the listeners whose turn it is.</summary>
    /// <returns>When to come again; if it is not after <paramref name="now"/>, some have been left for the next step.</returns>
    internal long Step(long now)
    {
        if (Count == 0)
        {
            return Never;
        }

        // After a delay of this thread all listeners are equally late: it goes on where it was and skips the turns it missed.
        long turn = now / _bucketTime;
        _turn = Math.Max(_turn, turn - _buckets.Length + 1);
        int visits = MaxVisits;
        while (_turn <= turn)
        {
            if (!VisitBucket(now, ref visits))
            {
                return now;
            }

            _turn++;
            _current = (_current + 1) % _buckets.Length;
        }

        return NextTurn();
    }

    /// <summary>Lets all listeners go.</summary>
    internal void Clear()
    {
        Array.ForEach(_buckets, b => b.Clear());
        _young.Clear();
        Count = 0;
    }

    /// <summary>Visits new listeners and the bucket whose turn it is; <see langword="false"/> if that was too much for one step.</summary>
    private bool VisitBucket(long now, ref int visits)
    {
        List<StreamListener> bucket = _buckets[_current];
        if (!_hasBegun)
        {
            (_hasBegun, _leftYoung, _leftSettled) = (true, _young.Count, bucket.Count);
        }

        if (!VisitList(_young, ref _leftYoung, now, ref visits) || !VisitList(bucket, ref _leftSettled, now, ref visits))
        {
            return false;
        }

        _hasBegun = false;
        return true;
    }

    /// <summary>From the back on: a listener that goes is replaced by the last of its list, which has been visited.</summary>
    private bool VisitList(List<StreamListener> list, ref int left, long now, ref int visits)
    {
        while (left > 0)
        {
            if (visits == 0)
            {
                return false;
            }

            left--;
            if (left < list.Count)
            {
                visits--;
                _counters.Lateness.Record(now - (_turn * _bucketTime));
                TryVisit(list[left], now);
            }
        }

        return true;
    }

    /// <summary>Visits a listener; a failure ends only this listener.</summary>
    private void TryVisit(StreamListener listener, long now)
    {
        try
        {
            Visit(listener, now);
        }
        catch (Exception e)
        {
            _logger.SendingFailed(e, null);
            if (listener.Place.Bucket != Nowhere)
            {
                Finish(listener, DropReason.Failed);
            }
        }
    }

    private void Visit(StreamListener listener, long now)
    {
        if (listener.HasLeft)
        {
            Remove(listener);
            return;
        }

        StreamLog log = listener.Log;
        log.Advance(now);
        bool hasEnded = log.HasEnded;
        int sent = 0;
        bool isHeld = listener.IsHeld;
        StreamOutcome outcome = isHeld || HasTooMuch(listener, now) ? StreamOutcome.Blocked : _writer.Write(listener, out sent);
        listener.NoteProgress(sent, isHeld, now);
        if (sent > 0)
        {
            _counters.CountWrite(sent);
        }

        CountPackets(listener);
        listener.Weigh(outcome, sent, isHeld);
        switch (outcome)
        {
            case StreamOutcome.Broken:
                Finish(listener, DropReason.Disconnected);
                return;
            case StreamOutcome.Done when hasEnded:
                Finish(listener, log.EndReason);
                return;
            case StreamOutcome.Done:
                // A long silence of the station does not count as a stall.
                listener.ProgressAt = now;
                break;
            case StreamOutcome.Blocked when sent == 0
                && _patience.IsOver(now - listener.ProgressAt, listener.HasTaken || isHeld, listener.Memory):
                Finish(listener, DropReason.Stalled);
                return;
            default:
                Hold(listener, now, isGone: outcome == StreamOutcome.Gone);
                break;
        }

        if (listener.Place.Bucket == Young && now - log.StartedAt >= _startTime)
        {
            TakeOut(listener);
            Settle(listener);
        }
    }

    /// <summary>
    /// Whether the kernel holds so much for a listener that it gets no more. Checked only if a full socket buffer would last too long.
    /// </summary>
    private bool HasTooMuch(StreamListener listener, long now)
    {
        StreamLog log = listener.Log;
        return listener.OutputCapacity > log.Kept * _lagShare && log.EntryAt(listener.Offset) is StreamEntry next
            && now - next.DueAt + TimeOf(log, listener.Offset, listener.UnsentBytes) > _maxLag;
    }

    /// <summary>Moves a listener that is too far behind to where about a burst is under way, with what the kernel holds for it.</summary>
    private void Hold(StreamListener listener, long now, bool isGone)
    {
        StreamLog log = listener.Log;
        StreamEntry? next = log.EntryAt(listener.Offset);
        long waiting = next is null ? _maxLag : now - next.DueAt;

        // Only now is asking the kernel worth its cost.
        long inKernel = TimeOf(log, listener.Offset, listener.UnsentBytes);
        _counters.Lag.Record(waiting + inKernel);
        if (!isGone && next is not null && waiting + inKernel <= _maxLag)
        {
            return;
        }

        if (log.EntryDueFrom(now - Math.Max(0, _burst - inKernel)) is not StreamEntry to || to.Number <= next?.Number)
        {
            return;
        }

        listener.Ahead = AheadOf(listener, to);
        listener.Offset = to.Offset;
        listener.CountedSent = to.Number;
        CountMove(listener, to.Number - (next?.Number ?? to.Number), now);
    }

    /// <summary>Sends the rest of the packet in progress, then the head that holds where it continues, unless it has that.</summary>
    private static StreamAhead? AheadOf(StreamListener listener, StreamEntry to)
    {
        StreamLog log = listener.Log;
        StreamEntry? begun = log.EntryAt(listener.Offset);
        ReadOnlySpan<byte> rest = [];
        if (listener.Ahead is { } ahead)
        {
            rest = ahead.Rest;
        }
        else if (begun is not null && begun.Offset < listener.Offset)
        {
            rest = Copy(log, listener.Offset, log.EntryBehind(listener.Offset)?.Offset ?? log.End);
        }

        bool hasHead = begun is not null && begun.Head == to.Head && listener.Ahead?.HasHead != true;
        return rest.IsEmpty && (hasHead || to.Head.Length == 0) ? null : new StreamAhead(rest, hasHead ? [] : to.Head);
    }

    private static byte[] Copy(StreamLog log, long offset, long end)
    {
        byte[] bytes = new byte[end - offset];
        for (int at = 0; at < bytes.Length;)
        {
            ReadOnlySpan<byte> piece = log.Read(offset + at, end).Span;
            if (piece.IsEmpty)
            {
                return [];
            }

            piece.CopyTo(bytes.AsSpan(at));
            at += piece.Length;
        }

        return bytes;
    }

    /// <summary>Counts what has become due to a listener since it was last counted, and what it got of that.</summary>
    private void CountPackets(StreamListener listener)
    {
        StreamLog log = listener.Log;
        long due = log.Due;
        long sent = listener.Offset >= log.End ? log.Count : log.EntryAt(listener.Offset)?.Number ?? listener.CountedSent;
        _counters.CountPackets(Math.Max(0, due - listener.CountedDue), Math.Max(0, sent - listener.CountedSent));
        listener.CountedDue = Math.Max(due, listener.CountedDue);
        listener.CountedSent = Math.Max(sent, listener.CountedSent);
    }

    /// <summary>Counts what a listener misses. A listener that has accepted no data since its last move is moved once more.</summary>
    private void CountMove(StreamListener listener, long packets, long now)
    {
        bool isSame = listener.MovedAt is long before && listener.ProgressAt <= before;
        listener.MovedAt = now;
        listener.CountMove(isSame ? 0 : 1);
        _counters.CountMove(isSame ? 0 : 1, packets);
    }

    /// <summary>How long the bytes before <paramref name="offset"/> last.</summary>
    private static long TimeOf(StreamLog log, long offset, long bytes)
    {
        if (bytes <= 0 || log.EntryDueFrom(long.MinValue) is not StreamEntry oldest
            || log.EntryDueFrom(long.MaxValue) is not StreamEntry last)
        {
            return 0;
        }

        StreamEntry to = log.EntryAt(offset) ?? last;
        if (log.EntryAt(to.Offset - bytes) is StreamEntry from)
        {
            return to.DueAt - from.DueAt;
        }

        // More than the log has, or it was moved since: by the average.
        return last.Offset > oldest.Offset ? (long)((double)bytes * (last.DueAt - oldest.DueAt) / (last.Offset - oldest.Offset)) : 0;
    }

    private void Finish(StreamListener listener, DropReason reason)
    {
        Remove(listener);
        if (reason != DropReason.None)
        {
            _counters.CountDropped(reason);
        }

        listener.OnFinished(reason);
    }

    private void Remove(StreamListener listener)
    {
        TakeOut(listener);
        Count--;
    }

    private void Settle(StreamListener listener)
    {
        List<StreamListener> bucket = _buckets.MinBy(b => b.Count)!;
        listener.Place = (Array.IndexOf(_buckets, bucket), bucket.Count);
        bucket.Add(listener);
    }

    private void TakeOut(StreamListener listener)
    {
        (int place, int index) = listener.Place;
        List<StreamListener> bucket = place == Young ? _young : _buckets[place];
        StreamListener last = bucket[^1];
        bucket[index] = last;
        last.Place = (place, index);
        bucket.RemoveAt(bucket.Count - 1);
        listener.Place = (Nowhere, 0);
    }

    private long NextTurn()
    {
        if (_young.Count > 0)
        {
            return _turn * _bucketTime;
        }

        for (int i = 0; i < _buckets.Length; i++)
        {
            if (_buckets[(_current + i) % _buckets.Length].Count > 0)
            {
                return (_turn + i) * _bucketTime;
            }
        }

        return Never;
    }
}
