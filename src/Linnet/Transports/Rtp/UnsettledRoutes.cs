using Linnet.Broadcast;

namespace Linnet.Transports.Rtp;

/// <summary>Unconfirmed routes, which a first packet may therefore move. Lookup by address and stream has constant cost.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class UnsettledRoutes
{
    private readonly Dictionary<PeerAddress, LinkedList<UdpRoute>> _ofPeer = [];
    private readonly Dictionary<(PeerAddress, uint), LinkedList<UdpRoute>> _ofStream = [];
    private readonly Dictionary<UdpRoute, (LinkedListNode<UdpRoute> OfPeer, LinkedListNode<UdpRoute> OfStream)> _nodes = [];

    /// <summary>Routes examined in total: the cost of lookups.</summary>
    internal long LookedAt { get; private set; }

    internal void Add(UdpRoute route) => _nodes.Add(
        route, (AddTo(_ofPeer, route.Peer, route), AddTo(_ofStream, (route.Peer, route.Feedback.Ssrc), route)));

    /// <summary>Removes a route, if it is present.</summary>
    internal void Remove(UdpRoute route)
    {
        if (_nodes.Remove(route, out (LinkedListNode<UdpRoute> OfPeer, LinkedListNode<UdpRoute> OfStream) nodes))
        {
            RemoveFrom(_ofPeer, route.Peer, nodes.OfPeer);
            RemoveFrom(_ofStream, (route.Peer, route.Feedback.Ssrc), nodes.OfStream);
        }
    }

    /// <summary>
    /// Finds the newest route of an address, preferring one with the given stream. Permanently removes the routes on the way that are too
    /// old.
    /// </summary>
    /// <param name="peer">The listener's address.</param>
    /// <param name="ssrc">The stream named by the packet, if any.</param>
    /// <param name="isOver">Whether a route is too old to be moved.</param>
    internal UdpRoute? Newest(PeerAddress peer, uint? ssrc, Func<UdpRoute, bool> isOver) =>
        (ssrc is uint stream ? Newest(_ofStream, (peer, stream), isOver) : null) ?? Newest(_ofPeer, peer, isOver);

    private UdpRoute? Newest<T>(Dictionary<T, LinkedList<UdpRoute>> lists, T key, Func<UdpRoute, bool> isOver)
        where T : notnull
    {
        while (lists.TryGetValue(key, out LinkedList<UdpRoute>? list))
        {
            LookedAt++;
            UdpRoute route = list.Last!.Value;
            if (!isOver(route))
            {
                return route;
            }

            Remove(route);
        }

        return null;
    }

    private static LinkedListNode<UdpRoute> AddTo<T>(Dictionary<T, LinkedList<UdpRoute>> lists, T key, UdpRoute route)
        where T : notnull
    {
        if (!lists.TryGetValue(key, out LinkedList<UdpRoute>? list))
        {
            lists.Add(key, list = []);
        }

        return list.AddLast(route);
    }

    private static void RemoveFrom<T>(Dictionary<T, LinkedList<UdpRoute>> lists, T key, LinkedListNode<UdpRoute> node)
        where T : notnull
    {
        LinkedList<UdpRoute> list = lists[key];
        list.Remove(node);
        if (list.Count == 0)
        {
            lists.Remove(key);
        }
    }
}
