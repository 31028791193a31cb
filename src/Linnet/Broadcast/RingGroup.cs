namespace Linnet.Broadcast;

/// <summary>The listeners of one ring that one sender thread serves. That thread's own.</summary>
/// <param name="ring">The ring.</param>
/// <param name="edge">Index of the first item that is not yet due: everybody who keeps up stands there.</param>
internal sealed class RingGroup(BroadcastRing ring, long edge)
{
    internal BroadcastRing Ring { get; } = ring;

    internal long Edge { get; set; } = edge;

    /// <summary>Those who are served one by one.</summary>
    internal List<Listener> Listeners { get; } = [];

    /// <summary>Those who are served together, by the socket they are served through.</summary>
    internal List<Followers> Followers { get; } = [];

    internal int Count
    {
        get
        {
            int count = Listeners.Count;
            foreach (Followers followers in Followers)
            {
                count += followers.Count;
            }

            return count;
        }
    }

    /// <summary>Serves each follower by itself until it has what is due: something comes that is not the same for all.</summary>
    internal void Scatter()
    {
        foreach (Followers followers in Followers)
        {
            while (followers.Count > 0)
            {
                Leave(followers.Last, followers);
            }
        }
    }

    /// <summary>Serves one by itself again.</summary>
    internal void Leave(Listener listener, Followers followers)
    {
        followers.Remove(listener);
        TellNewest(listener, followers);
        listener.Next = Edge;
        Listeners.Add(listener);
    }

    /// <summary>Tells one what it was sent last.</summary>
    internal static void TellNewest(Listener listener, Followers followers)
    {
        if (followers.Newest is PacketItem newest)
        {
            listener.OnSent(newest);
        }
    }

    /// <summary>Lets a listener that has all that was due follow, if it can. <see langword="false"/>: it cannot.</summary>
    internal bool TryFollow(Listener listener)
    {
        if (listener.Next != Edge || listener.PlainRoute is not var (sender, address))
        {
            return false;
        }

        Followers? followers = Followers.Find(f => f.Sender == sender);
        if (followers is null)
        {
            Followers.Add(followers = new Followers(sender));
        }

        followers.Add(listener, address);
        return true;
    }
}
