using System.Net.Sockets;

namespace Linnet.Broadcast;

/// <summary>
/// What a sender thread does, without the thread: given the time, sends everything due to the listeners it owns
/// and says when something is due next. One thread's own.
/// </summary>
internal sealed class SenderLoop
{
    /// <summary>The value of <see cref="Step(long)"/> when nothing is due until something is published.</summary>
    internal const long Never = long.MaxValue;

    private readonly List<RingGroup> _groups = [];
    private readonly SendBatch _batch = new();
    private readonly SenderCounters _counters;
    private readonly Action<RingItem> _onPublished;
    private readonly long _maxLag;
    private readonly long _stallTimeout;
    private readonly long _reportInterval;
    private readonly long _retryAfter;
    private readonly Random _random = new();
    private long _refused;

    /// <param name="options">Limits.</param>
    /// <param name="ticksPerSecond">Frequency of the ticks that <see cref="Step(long)"/> takes.</param>
    /// <param name="counters">Counts what happens.</param>
    /// <param name="onPublished">Told, on the station's thread, of each item published to a ring that it serves.</param>
    internal SenderLoop(SenderOptions options, long ticksPerSecond, SenderCounters counters, Action<RingItem> onPublished)
    {
        _counters = counters;
        _onPublished = onPublished;
        _maxLag = Ticks(options.MaxLag);
        _stallTimeout = Ticks(options.StallTimeout);
        _reportInterval = Ticks(options.ReportInterval);
        _retryAfter = Ticks(TimeSpan.FromMilliseconds(10));

        long Ticks(TimeSpan span) => (long)(span.TotalSeconds * ticksPerSecond);
    }

    /// <summary>Listeners it owns.</summary>
    internal int Count { get; private set; }

    /// <summary>Takes a listener over; <see cref="Listener.Next"/> says where in the ring it starts.</summary>
    internal void Add(Listener listener, long now)
    {
        RingGroup? group = _groups.Find(g => g.Ring == listener.Ring);
        if (group is null)
        {
            group = new RingGroup(listener.Ring, listener.Ring.IndexAt(now, 0));
            _groups.Add(group);
            group.Ring.Subscribe(_onPublished);
        }

        group.Listeners.Add(listener);
        listener.ServedBy = this;
        Count++;
    }

    /// <summary>Sends a listener what it asked for again, if it is served here. It leaves with the next step.</summary>
    internal void Repair(Listener listener, long now)
    {
        if (listener.ServedBy == this && listener.Followers is Followers followers && _groups.Find(g => g.Ring == listener.Ring) is RingGroup group)
        {
            if (listener.PlainRoute is not var (sender, address) || sender != followers.Sender)
            {
                group.Leave(listener, followers);
            }
            else
            {
                if (!ReferenceEquals(address, listener.FollowsAt))
                {
                    followers.Readdress(listener, address);
                }

                RingGroup.TellNewest(listener, followers);
            }
        }

        listener.Repair(this, now, _batch);
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

        if (listener.Followers is Followers followers)
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
            group.Followers.ForEach(f => f.Dispose());
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
            next = Math.Min(next, Step(_groups[i], now));
            RemoveIfEmpty(i);
        }

        _batch.Flush();
        _counters.Refused = _batch.Refused + _refused;
        return next;
    }

    private void RemoveIfEmpty(int index)
    {
        if (_groups[index].Count == 0)
        {
            _groups[index].Followers.ForEach(f => f.Dispose());
            _groups[index].Ring.Unsubscribe(_onPublished);
            _groups.RemoveAt(index);
        }
    }

    private long Step(RingGroup group, long now)
    {
        // The edge is the first item that is not yet due: everybody who keeps up stands there.
        BroadcastRing ring = group.Ring;
        while (true)
        {
            CatchUp(group, now);
            if (!ring.TryGet(group.Edge, out RingItem? item))
            {
                if (group.Edge >= ring.Head)
                {
                    break;
                }

                // Overwritten before it was sent: this thread itself was away for the whole ring.
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
                _counters.CountDue(group.Count, now - item.DueAt);
                SendToFollowers(group, packet, now);
            }
            else if (item is EndItem)
            {
                group.Scatter();
            }

            group.Edge++;
        }

        return NextVisit(group, now);
    }

    private void SendToFollowers(RingGroup group, PacketItem packet, long now)
    {
        if (now - packet.DueAt > _maxLag)
        {
            group.Scatter();
            return;
        }

        foreach (Followers followers in group.Followers)
        {
            if (followers.Count > 0)
            {
                // What one of them got by itself before leaves before.
                _batch.Flush();
                _refused += followers.Count - followers.Send(packet);
                _counters.CountSent(followers.Count);
            }
        }
    }

    /// <summary>Brings every listener up to the edge, as far as each can take it.</summary>
    private void CatchUp(RingGroup group, long now)
    {
        for (int i = group.Listeners.Count - 1; i >= 0; i--)
        {
            Listener listener = group.Listeners[i];
            if (listener.Next < group.Edge && !Pump(listener, group, now))
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
        while (listener.Next < group.Edge)
        {
            bool held = ring.TryGet(listener.Next, out RingItem? item);
            if (item is EndItem)
            {
                return Finish(listener, now);
            }

            if (!held || now - item!.DueAt > _maxLag)
            {
                Skip(listener, group);
                continue;
            }

            if (item is PacketItem packet)
            {
                if (!TrySend(listener, packet))
                {
                    return KeepStalled(listener, now);
                }

                listener.StalledSince = null;
                listener.CountSent(packet);
                _counters.CountSent();
            }

            listener.Next++;
        }

        return true;
    }

    private bool TrySend(Listener listener, PacketItem packet)
    {
        try
        {
            return listener.TrySend(packet, _batch);
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException)
        {
            listener.Drop(DropReason.Disconnected);
            return false;
        }
    }

    /// <summary>Moves a listener that is too far behind to the live edge, but not past the end.</summary>
    private void Skip(Listener listener, RingGroup group)
    {
        bool ended = group.Ring.TryGet(group.Edge - 1, out RingItem? last) && last is EndItem;
        long edge = ended ? group.Edge - 1 : group.Edge;
        listener.CountSkipped(edge - listener.Next);
        _counters.CountSkipped(edge - listener.Next);
        listener.Next = edge;
    }

    private bool Finish(Listener listener, long now)
    {
        if (!listener.TryFlush())
        {
            return KeepStalled(listener, now);
        }

        listener.SendEnd(_batch);
        _batch.Flush();
        // It may still ask for the last packets, until its session ends.
        listener.OnFinished(DropReason.None);
        return false;
    }

    private bool KeepStalled(Listener listener, long now)
    {
        if (listener.Dropped == DropReason.None)
        {
            listener.StalledSince ??= now;

            if (now - listener.StalledSince <= _stallTimeout)
            {
                return true;
            }

            listener.Drop(DropReason.Stalled);
        }

        _counters.CountDropped(listener.Dropped);
        listener.ServedBy = null;
        listener.OnFinished(listener.Dropped);
        return false;
    }

    private long NextVisit(RingGroup group, long now)
    {
        long next = group.Ring.TryGet(group.Edge, out RingItem? item) ? Math.Max(item.DueAt, now + 1) : Never;
        foreach (Followers followers in group.Followers)
        {
            next = Math.Min(next, followers.Report(now, Report));
        }

        for (int i = group.Listeners.Count - 1; i >= 0; i--)
        {
            Listener listener = group.Listeners[i];
            bool flushed = listener.TryFlush();
            if (!flushed && !KeepStalled(listener, now))
            {
                group.Listeners.RemoveAt(i);
                Count--;
                continue;
            }

            if (flushed && listener.Unflushed)
            {
                listener.StalledSince = null;
            }

            listener.Unflushed = !flushed;
            if (!flushed || listener.Next < group.Edge)
            {
                next = Math.Min(next, now + _retryAfter);
            }

            if (listener.ReportAt <= now)
            {
                Report(listener, now);
            }

            next = Math.Min(next, listener.ReportAt);
            if (flushed && group.TryFollow(listener))
            {
                group.Listeners.RemoveAt(i);
            }
        }

        return next;
    }

    private void Report(Listener listener, long now)
    {
        listener.SendReport(now, _batch);
        listener.ReportAt = now + (long)(_reportInterval * (0.5 + _random.NextDouble()));
    }
}
