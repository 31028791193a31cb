using Linnet.Clock;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Broadcast.Packets;

/// <summary>
/// The work of a sender thread, without the thread: given the time, it sends everything due to the listeners it owns
/// and returns when something is due next. Owned by one thread.
/// </summary>
internal sealed class SenderLoop
{
    /// <summary>The value of <see cref="Step(long)"/> when nothing is due until something is published.</summary>
    internal const long Never = long.MaxValue;

    private readonly List<RingGroup> _groups = [];
    private readonly SendBatch _batch = new();
    private readonly SenderCounters _counters;
    private readonly ListenerCalls _calls;
    private readonly ILogger _logger;
    private readonly long _ticksPerSecond;
    private readonly Action<RingItem> _onPublished;
    private readonly long _maxLag;
    private readonly SendPatience _patience;
    private readonly long _reportInterval;
    private readonly long _retryAfter;
    private readonly Random _random = new();

    /// <param name="options">Limits of sending.</param>
    /// <param name="ticksPerSecond">Frequency of the ticks that <see cref="Step(long)"/> takes.</param>
    /// <param name="counters">Counts what happens.</param>
    /// <param name="onPublished">Called, on the station's thread, for each item published to a ring that it serves.</param>
    /// <param name="logger">Logs unexpected failures; default: no log.</param>
    internal SenderLoop(
        SenderOptions options, long ticksPerSecond, SenderCounters counters, Action<RingItem> onPublished, ILogger? logger = null)
    {
        _counters = counters;
        _logger = logger ?? NullLogger.Instance;
        _calls = new ListenerCalls(_batch, counters, _logger);
        _ticksPerSecond = ticksPerSecond;
        _onPublished = onPublished;
        _maxLag = options.MaxLag.InTicks(ticksPerSecond);
        _patience = new SendPatience(options.StallTimeout, options.NewcomerTimeout, ticksPerSecond);
        _reportInterval = options.ReportInterval.InTicks(ticksPerSecond);
        _retryAfter = TimeSpan.FromMilliseconds(10).InTicks(ticksPerSecond);
    }

    /// <summary>Listeners it owns.</summary>
    internal int Count { get; private set; }

    /// <summary>Takes a listener over; <see cref="Listener.Next"/> says where in the ring it starts.</summary>
    internal void Add(Listener listener, long now)
    {
        RingGroup? group = _groups.Find(g => g.Ring == listener.Ring);
        if (group is null)
        {
            group = new RingGroup(listener.Ring, listener.Ring.IndexAt(now, 0), _calls, _ticksPerSecond);
            _groups.Add(group);
            group.Ring.Subscribe(_onPublished);
            if (group.Ring.TryGet(group.Edge - 1, out RingItem? last) && last is PacketItem packet)
            {
                group.Clock.StartAt(Math.Max(now, packet.DueAt + group.TimeOf(packet.Frames)), group.TimeOf(packet.Frames));
            }
        }

        // The packets it gets at the start count as due, for they will be sent.
        _counters.CountDue(group.Add(listener));
        listener.ServedBy = this;
        Count++;
    }

    /// <summary>Sends a listener what it asked for again, if it is served here. It leaves with the next step.</summary>
    internal void Repair(Listener listener, long now)
    {
        if (listener.ServedBy == this && listener.LiveEdgeFan is LiveEdgeFan followers
            && _groups.Find(g => g.Ring == listener.Ring) is RingGroup group)
        {
            if (_calls.PlainRoute(listener) is not var (sender, address, framing) || !followers.IsFor(sender, framing))
            {
                group.Leave(listener, followers);
            }
            else
            {
                if (!ReferenceEquals(address, listener.FollowsAt))
                {
                    followers.Readdress(listener, address);
                }

                group.TellNewest(listener, followers);
            }
        }

        _calls.Repair(listener, this, now);
        LeaveIfDropped(listener);
    }

    /// <summary>Lets a listener go; nothing is sent to it afterwards.</summary>
    internal void Remove(Listener listener)
    {
        if (listener.ServedBy != this)
        {
            return;
        }

        listener.ServedBy = null;
        int index = _groups.FindIndex(g => g.Ring == listener.Ring);
        if (index < 0)
        {
            return;
        }

        if (listener.LiveEdgeFan is LiveEdgeFan followers)
        {
            _groups[index].Leave(listener, followers);
        }

        if (!_groups[index].Listeners.Remove(listener))
        {
            return;
        }

        Count--;
        RemoveIfEmpty(index);
    }

    /// <summary>Lets all listeners go.</summary>
    internal void Clear()
    {
        foreach (RingGroup group in _groups)
        {
            group.Ring.Unsubscribe(_onPublished);
            group.LiveEdgeFan.ForEach(f => f.Dispose());
        }

        _groups.Clear();
        Count = 0;
    }

    /// <summary>Sends everything that is due at <paramref name="now"/>.</summary>
    /// <returns>When to come again: the next deadline, or <see cref="Never"/>.</returns>
    internal long Step(long now)
    {
        long next = Never;
        for (int i = _groups.Count - 1; i >= 0; i--)
        {
            try
            {
                next = Math.Min(next, Step(_groups[i], now));
            }
            catch (Exception e)
            {
                // Calls to listeners are guarded, so no listener caused this: the ring's listeners go on at its live edge, other rings
                // where they were.
                _counters.CountFault(e, _logger);
                _groups[i].JumpTo(_groups[i].Ring.IndexAt(now, 0));
                next = Math.Min(next, now + _retryAfter);
            }

            RemoveIfEmpty(i);
        }

        _batch.Flush();
        _counters.Refused = _batch.Refused + _calls.Refused;
        return next;
    }

    private void RemoveIfEmpty(int index)
    {
        if (_groups[index].Count == 0)
        {
            _groups[index].LiveEdgeFan.ForEach(f => f.Dispose());
            _groups[index].Ring.Unsubscribe(_onPublished);
            _groups.RemoveAt(index);
        }
    }

    private long Step(RingGroup group, long now)
    {
        // The edge is the first item that is not yet due: all listeners that keep up are there.
        BroadcastRing ring = group.Ring;
        group.Settle();
        while (true)
        {
            CatchUp(group, now);

            // The head is read first: items published after it have not been missed.
            long head = ring.Head;
            if (!ring.TryGet(group.Edge, out RingItem? item))
            {
                if (group.Edge >= head)
                {
                    break;
                }

                // Overwritten before it was sent: this thread was delayed by the whole ring. It goes on at the live edge.
                group.Scatter();
                group.Edge = ring.IndexAt(now, 0);
                continue;
            }

            if (item.DueAt > now)
            {
                break;
            }

            if (item is PacketItem packet)
            {
                _counters.CountDue(group.Clock.Take(item.DueAt, group.TimeOf(packet.Frames)) * group.CountAtEdge());
                _counters.CountLateness(now - item.DueAt);
                if (now - item.DueAt > _maxLag)
                {
                    group.Scatter();
                }
                else
                {
                    group.SendToFollowers(packet);
                }
            }
            else if (item is EndItem)
            {
                group.Clock.End();
                group.Scatter();
            }
            else
            {
                group.TellFollowers(item);
            }

            group.Edge++;
        }

        _counters.CountDue(group.Clock.Pass(now) * group.CountAtEdge());
        return NextVisit(group, now);
    }

    /// <summary>Brings every listener up to the edge, as far as each can take it.</summary>
    private void CatchUp(RingGroup group, long now)
    {
        for (int i = group.Listeners.Count - 1; i >= 0; i--)
        {
            Listener listener = group.Listeners[i];
            if (group.Owes(listener) && !Pump(listener, group, now))
            {
                group.Listeners.RemoveAt(i);
                Count--;
            }
        }
    }

    /// <summary>Sends to one listener all that is due. <see langword="false"/> if it is finished.</summary>
    private bool Pump(Listener listener, RingGroup group, long now)
    {
        BroadcastRing ring = group.Ring;
        while (group.Owes(listener))
        {
            if (listener.PassedOverFrom is not null)
            {
                if (!_calls.TryTellWhatHolds(listener))
                {
                    return KeepStalled(listener, now);
                }

                continue;
            }

            bool held = ring.TryGet(listener.Next, out RingItem? item);
            if (item is EndItem end)
            {
                return Finish(listener, end.Reason, now);
            }

            if (!held || now - item!.DueAt > _maxLag)
            {
                _counters.CountSkipped(group.MoveToEdge(listener));
                continue;
            }

            if (item is PacketItem packet)
            {
                if (!_calls.TrySend(listener, packet))
                {
                    return KeepStalled(listener, now);
                }

                listener.Recover(now, _patience);
                listener.CountSent(packet);
                _counters.CountSent();
            }
            else if (!_calls.TryTell(listener, item))
            {
                return KeepStalled(listener, now);
            }

            listener.Next++;
        }

        return true;
    }

    private bool Finish(Listener listener, DropReason reason, long now)
    {
        if (!_calls.TryFlush(listener))
        {
            return KeepStalled(listener, now);
        }

        if (reason == DropReason.None || listener.IsToldOfStop)
        {
            _calls.SendEnd(listener);
        }

        _batch.Flush();
        // It may still ask for the last packets, until its session ends.
        _calls.Finish(listener, listener.Dropped != DropReason.None ? listener.Dropped : reason);
        return false;
    }

    private bool KeepStalled(Listener listener, long now)
    {
        if (listener.Dropped == DropReason.None)
        {
            if (!listener.Stall(now, _patience))
            {
                return true;
            }

            listener.Drop(DropReason.Stalled);
        }

        listener.ServedBy = null;
        _calls.Finish(listener, listener.Dropped);
        return false;
    }

    private long NextVisit(RingGroup group, long now)
    {
        long next = group.Ring.TryGet(group.Edge, out RingItem? item) ? Math.Max(item.DueAt, now + 1) : Never;
        next = Math.Min(next, Math.Max(group.Clock.LookAt, now + 1));
        foreach (LiveEdgeFan followers in group.LiveEdgeFan)
        {
            next = Math.Min(next, followers.Report(now, Report));
        }

        for (int i = group.Listeners.Count - 1; i >= 0; i--)
        {
            Listener listener = group.Listeners[i];
            bool flushed = listener.Dropped == DropReason.None && (listener.WakeAt > now || _calls.TryWake(listener, now))
                && _calls.TryFlush(listener);
            if (!flushed && !KeepStalled(listener, now))
            {
                group.Listeners.RemoveAt(i);
                Count--;
                continue;
            }

            if (flushed && listener.Unflushed)
            {
                listener.Recover(now, _patience);
            }

            listener.Unflushed = !flushed;
            if (!flushed || group.Owes(listener))
            {
                next = Math.Min(next, now + _retryAfter);
            }

            if (listener.ReportAt <= now)
            {
                Report(listener, now);
            }

            next = Math.Min(next, Math.Min(listener.ReportAt, flushed ? listener.WakeAt : Never));
            if (flushed && group.TryFollow(listener))
            {
                group.Listeners.RemoveAt(i);
            }
        }

        return next;
    }

    private void Report(Listener listener, long now)
    {
        listener.Weigh();
        listener.ReportAt = now + (long)(_reportInterval * (0.5 + _random.NextDouble()));
        _calls.SendReport(listener, now);
        LeaveIfDropped(listener);
    }

    /// <summary>Serves a listener that is to be dropped by itself: the next visit drops it.</summary>
    private void LeaveIfDropped(Listener listener)
    {
        if (listener.Dropped != DropReason.None && listener.ServedBy == this && listener.LiveEdgeFan is LiveEdgeFan followers)
        {
            _groups.Find(g => g.Ring == listener.Ring)?.Leave(listener, followers);
        }
    }
}
