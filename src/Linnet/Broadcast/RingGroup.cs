using Linnet.Broadcast.Packets;

namespace Linnet.Broadcast;

/// <summary>The listeners of one ring that one sender thread serves. Owned by that thread.</summary>
/// <param name="ring">The ring.</param>
/// <param name="edge">Index of the first item that is not yet due: all listeners that keep up are there.</param>
/// <param name="calls">Calls its listeners.</param>
/// <param name="ticksPerSecond">Frequency of the ticks.</param>
internal sealed class RingGroup(BroadcastRing ring, long edge, ListenerCalls calls, long ticksPerSecond)
{
    // The furthest place at which one of its listeners starts: until then not every packet is due to all of them.
    private long _allFrom = edge;
    private bool _hasJumped;

    internal BroadcastRing Ring { get; } = ring;

    internal long Edge { get; set; } = edge;

    /// <summary>Counts what is due.</summary>
    internal DueClock Clock { get; } = new(ticksPerSecond);

    /// <summary>Those who are served one by one.</summary>
    internal List<Listener> Listeners { get; } = [];

    /// <summary>Those who are served together, by the socket they are served through.</summary>
    internal List<LiveEdgeFan> LiveEdgeFan { get; } = [];

    internal int Count
    {
        get
        {
            int count = Listeners.Count;
            foreach (LiveEdgeFan followers in LiveEdgeFan)
            {
                count += followers.Count;
            }

            return count;
        }
    }

    /// <summary>How long a packet lasts, in ticks.</summary>
    internal long TimeOf(int frames) => (long)((Int128)frames * ticksPerSecond / Ring.Info.Payload.ClockRate);

    /// <summary>Takes a listener in, served by itself.</summary>
    /// <returns>Packets before the edge that are due to it: those it gets at the start.</returns>
    internal long Add(Listener listener)
    {
        Listeners.Add(listener);
        _allFrom = Math.Max(_allFrom, listener.Next);
        long due = 0;
        for (long i = Math.Max(listener.Next, Edge - Ring.Capacity); i < Edge; i++)
        {
            due += Ring.TryGet(i, out RingItem? item) && item is PacketItem ? 1 : 0;
        }

        return due;
    }

    /// <summary>Whether something is due to a listener that is served by itself.</summary>
    internal bool Owes(Listener listener) =>
        listener.Next < Edge || (listener.PassedOverFrom is not null && listener.Next == Edge);

    /// <summary>Listeners to whom the packet at the edge is due: all but those who start behind it.</summary>
    internal int CountAtEdge()
    {
        int count = Count;
        if (Edge < _allFrom)
        {
            foreach (Listener listener in Listeners)
            {
                count -= listener.Next > Edge ? 1 : 0;
            }
        }

        return count;
    }

    /// <summary>Moves a listener that is too far behind to the live edge, but not past the end.</summary>
    /// <returns>The number of items it missed.</returns>
    internal long MoveToEdge(Listener listener)
    {
        bool ended = Ring.TryGet(Edge - 1, out RingItem? last) && last is EndItem;
        long edge = ended ? Edge - 1 : Edge;
        long skipped = edge - listener.Next;
        listener.CountSkipped(skipped);
        listener.PassedOverFrom ??= listener.Next;
        listener.Next = edge;
        return skipped;
    }

    /// <summary>Sends the packet at the edge to all followers.</summary>
    internal void SendToFollowers(PacketItem packet)
    {
        foreach (LiveEdgeFan followers in LiveEdgeFan)
        {
            if (followers.Count > 0)
            {
                calls.Send(followers, packet);
            }
        }
    }

    /// <summary>Gives the item at the edge to all followers; a follower without room is served by itself.</summary>
    internal void TellFollowers(RingItem item)
    {
        foreach (LiveEdgeFan followers in LiveEdgeFan)
        {
            for (int i = followers.Count - 1; i >= 0; i--)
            {
                Listener listener = followers[i];
                if (!calls.TryTell(listener, item))
                {
                    Leave(listener, followers);
                }
            }
        }
    }

    /// <summary>After a fault: goes on further along. The next step gives followers the items they missed.</summary>
    internal void JumpTo(long edge)
    {
        foreach (LiveEdgeFan followers in LiveEdgeFan)
        {
            for (int i = 0; i < followers.Count; i++)
            {
                followers[i].PassedOverFrom ??= Edge;
            }
        }

        Edge = Math.Max(Edge, edge);
        _hasJumped = true;
    }

    /// <summary>To be called before each step: serves followers by themselves that were passed over something.</summary>
    internal void Settle()
    {
        if (_hasJumped)
        {
            _hasJumped = false;
            Scatter();
        }
    }

    /// <summary>Serves each follower by itself until it has what is due: something comes that is not the same for all.</summary>
    internal void Scatter()
    {
        foreach (LiveEdgeFan followers in LiveEdgeFan)
        {
            while (followers.Count > 0)
            {
                Leave(followers.Last, followers);
            }
        }
    }

    /// <summary>Serves one by itself again.</summary>
    internal void Leave(Listener listener, LiveEdgeFan followers)
    {
        followers.Remove(listener);
        listener.Next = Edge;
        Listeners.Add(listener);
        TellNewest(listener, followers);
    }

    // Each local address that a listener has reached has its own sender: senders come and go.
    private void RemoveEmpty() => LiveEdgeFan.RemoveAll(static f =>
    {
        bool isEmpty = f.Count == 0;
        if (isEmpty)
        {
            f.Dispose();
        }

        return isEmpty;
    });

    /// <summary>Tells one what it was sent last.</summary>
    internal void TellNewest(Listener listener, LiveEdgeFan followers)
    {
        if (followers.Newest is PacketItem newest)
        {
            calls.TellSent(listener, newest);
        }
    }

    /// <summary>Lets a listener that has all that was due follow, if it can. <see langword="false"/>: it cannot.</summary>
    internal bool TryFollow(Listener listener)
    {
        if (listener.Next != Edge || listener.PassedOverFrom is not null
            || calls.PlainRoute(listener) is not var (sender, address, framing))
        {
            return false;
        }

        if (FanFor(sender, framing) is not LiveEdgeFan followers)
        {
            RemoveEmpty();
            LiveEdgeFan.Add(followers = new LiveEdgeFan(sender, framing));
        }

        followers.Add(listener, address);
        return true;
    }

    // No lambda: its closure would be allocated for each listener that cannot follow, at each step.
    private LiveEdgeFan? FanFor(IDatagramSender sender, PacketFraming framing)
    {
        foreach (LiveEdgeFan fan in LiveEdgeFan)
        {
            if (fan.IsFor(sender, framing))
            {
                return fan;
            }
        }

        return null;
    }
}
