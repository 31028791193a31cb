using Linnet.Broadcast;

namespace Linnet.Transports;

/// <summary>
/// Connections that have not yet sent a complete request, in order of arrival. When places run out, the connection that has waited longest
/// is closed for another. Thread-safe.
/// </summary>
/// <remarks>
/// A real client sends its request at once. Without this, silent connections could occupy all places until their timeout.
/// </remarks>
/// <param name="most">The most places.</param>
/// <param name="mostPerAddress">The most places of one address (IPv6: of one /64 network).</param>
/// <param name="time">The clock.</param>
internal sealed class WaitingRoom(int most, int mostPerAddress, TimeProvider time)
{
    /// <summary>
    /// A connection that has waited less than this keeps its place: a request arrives one round trip after its connection, and a lost
    /// packet of it is resent after some tenths of a second.
    /// </summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly LinkedList<Place> _places = new();
    private readonly Dictionary<PeerAddress, LinkedList<Place>> _ofNetwork = [];
    private long _gaveWay;

    /// <summary>Connections waiting now.</summary>
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

    /// <summary>Connections closed to make room for others.</summary>
    internal long GaveWay => Volatile.Read(ref _gaveWay);

    /// <summary>
    /// Admits a connection. If there is no place, closes the one that has waited longest: of all, or of the same address if that has
    /// reached its limit.
    /// </summary>
    /// <param name="peer">The connection's peer.</param>
    /// <param name="end">Closes the connection when its place is needed: must be quick, called on any thread.</param>
    /// <param name="isMany">Whether the address is a trusted proxy's with many clients behind it, so that the limit per address does not
    /// apply.</param>
    /// <returns>The place; <see langword="null"/> if no connection has waited long enough to be closed.</returns>
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

    /// <summary>Admits a connection regardless of the limits: it had a place before.</summary>
    internal Place Enter(PeerAddress peer, Action end)
    {
        lock (_gate)
        {
            return Add(peer, end);
        }
    }

    /// <summary>When the longest-waiting connection began to wait, in ticks; <see langword="null"/>: none is waiting.</summary>
    /// <param name="whose">One address only; <see langword="null"/>: all.</param>
    internal long? WaitingSince(PeerAddress? whose)
    {
        lock (_gate)
        {
            return Longest(whose)?.Since;
        }
    }

    /// <summary>Closes the connection that has waited longest, if that is long enough.</summary>
    /// <param name="whose">One address only; <see langword="null"/>: all.</param>
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

    /// <summary>One connection's place. Disposing it frees the place; may be called more than once.</summary>
    internal sealed class Place : IDisposable
    {
        private readonly WaitingRoom _room;

        internal Place(WaitingRoom room, PeerAddress network, Action end)
        {
            (_room, Network, End) = (room, network, end);
            InAll = new LinkedListNode<Place>(this);
            InNetwork = new LinkedListNode<Place>(this);
        }

        /// <summary>Whether it was closed to make room; set before its connection is closed.</summary>
        internal bool GaveWay { get; set => Volatile.Write(ref field, value); }

        internal PeerAddress Network { get; }

        internal Action End { get; }

        internal long Since { get; set; }

        internal LinkedListNode<Place> InAll { get; }

        internal LinkedListNode<Place> InNetwork { get; }

        /// <summary>The client sent something complete: if the connection is still waiting, its wait restarts now.</summary>
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

        /// <summary>Frees the place.</summary>
        public void Dispose()
        {
            lock (_room._gate)
            {
                _room.Remove(this);
            }
        }
    }
}
