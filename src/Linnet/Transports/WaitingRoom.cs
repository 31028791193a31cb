using Linnet.Broadcast;

namespace Linnet.Transports;

/// <summary>
/// Connections from which nothing whole has come yet, in the order in which they began to wait. Where places are short, the one that has
/// waited longest gives its own to another. Any thread may call.
/// </summary>
/// <remarks>
/// Whoever wants something says so at once. Who says nothing costs a place, and a crowd of such would else have all places for as long as
/// they may wait.
/// </remarks>
/// <param name="most">Places.</param>
/// <param name="mostPerAddress">Those of one address (IPv6: of one network of 64 bits).</param>
/// <param name="time">The clock.</param>
internal sealed class WaitingRoom(int most, int mostPerAddress, TimeProvider time)
{
    /// <summary>
    /// Who waits less than this keeps its place: a request comes one round trip after its connection, and a packet of it that was lost is
    /// sent again after some tenths of a second.
    /// </summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly LinkedList<Place> _places = new();
    private readonly Dictionary<PeerAddress, LinkedList<Place>> _ofNetwork = [];
    private long _gaveWay;

    /// <summary>Who waits now.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
            {
                return _places.Count;
            }
        }
    }

    /// <summary>Connections that were ended so that others could come in.</summary>
    internal long GaveWay => Volatile.Read(ref _gaveWay);

    /// <summary>
    /// Lets a connection in, if need be in the place of the one that has waited longest: of all, or of its own address if that has its
    /// share.
    /// </summary>
    /// <param name="peer">Whose it is.</param>
    /// <param name="end">Ends it, if it has to give way: quick, from any thread.</param>
    /// <param name="isMany">Whether many stand behind its address, a trusted proxy's, so that there cannot be too many of it.</param>
    /// <returns>Its place; <see langword="null"/>: nobody has waited long enough.</returns>
    internal Place? TryEnter(PeerAddress peer, Action end, bool isMany = false)
    {
        Place? longest = null;
        Place place;
        lock (_gate)
        {
            PeerAddress? whose = !isMany && _ofNetwork.GetValueOrDefault(peer.Network)?.Count >= mostPerAddress ? peer.Network : null;
            if (whose is not null || _places.Count >= most)
            {
                longest = Longest(whose);
                if (longest is null || time.GetElapsedTime(longest.Since) < Grace)
                {
                    return null;
                }

                GiveWay(longest);
            }

            place = Add(peer, end);
        }

        longest?.End();
        return place;
    }

    /// <summary>Lets a connection in whatever the limits are: it was here before.</summary>
    internal Place Enter(PeerAddress peer, Action end)
    {
        lock (_gate)
        {
            return Add(peer, end);
        }
    }

    /// <summary>Since when the one waits that has waited longest, in ticks; <see langword="null"/>: nobody waits.</summary>
    /// <param name="whose">Of one address alone; <see langword="null"/>: of all.</param>
    internal long? WaitingSince(PeerAddress? whose)
    {
        lock (_gate)
        {
            return Longest(whose)?.Since;
        }
    }

    /// <summary>Ends the one that has waited longest, if that is long enough.</summary>
    /// <param name="whose">Of one address alone; <see langword="null"/>: of all.</param>
    internal bool TryEndLongest(PeerAddress? whose)
    {
        Place? longest;
        lock (_gate)
        {
            longest = Longest(whose);
            if (longest is null || time.GetElapsedTime(longest.Since) < Grace)
            {
                return false;
            }

            GiveWay(longest);
        }

        longest.End();
        return true;
    }

    private Place? Longest(PeerAddress? whose) =>
        (whose is PeerAddress peer ? _ofNetwork.GetValueOrDefault(peer.Network) : _places)?.First?.Value;

    private Place Add(PeerAddress peer, Action end)
    {
        var place = new Place(this, peer.Network, end);
        Append(place);
        return place;
    }

    private void Append(Place place)
    {
        place.Since = time.GetTimestamp();
        _places.AddLast(place.InAll);
        if (!_ofNetwork.TryGetValue(place.Network, out LinkedList<Place>? others))
        {
            _ofNetwork.Add(place.Network, others = new LinkedList<Place>());
        }

        others.AddLast(place.InNetwork);
    }

    private bool Remove(Place place)
    {
        if (place.InAll.List is null)
        {
            return false;
        }

        _places.Remove(place.InAll);
        LinkedList<Place> others = _ofNetwork[place.Network];
        others.Remove(place.InNetwork);
        if (others.Count == 0)
        {
            _ofNetwork.Remove(place.Network);
        }

        return true;
    }

    private void GiveWay(Place place)
    {
        Remove(place);
        place.GaveWay = true;
        _gaveWay++;
    }

    /// <summary>One connection's place. Left by disposing it, more than once if need be.</summary>
    internal sealed class Place : IDisposable
    {
        private readonly WaitingRoom _room;

        internal Place(WaitingRoom room, PeerAddress network, Action end)
        {
            (_room, Network, End) = (room, network, end);
            InAll = new LinkedListNode<Place>(this);
            InNetwork = new LinkedListNode<Place>(this);
        }

        /// <summary>Whether it had to give way; set before its connection is ended.</summary>
        internal bool GaveWay { get; set => Volatile.Write(ref field, value); }

        internal PeerAddress Network { get; }

        internal Action End { get; }

        internal long Since { get; set; }

        internal LinkedListNode<Place> InAll { get; }

        internal LinkedListNode<Place> InNetwork { get; }

        /// <summary>Something whole came: if it waits still, it waits from now on.</summary>
        internal void Hear()
        {
            lock (_room._gate)
            {
                if (_room.Remove(this))
                {
                    _room.Append(this);
                }
            }
        }

        /// <summary>It waits no longer.</summary>
        public void Dispose()
        {
            lock (_room._gate)
            {
                _room.Remove(this);
            }
        }
    }
}
