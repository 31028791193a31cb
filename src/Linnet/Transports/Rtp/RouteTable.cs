using System.Net;
using Linnet.Broadcast;
using Linnet.Clock;

namespace Linnet.Transports.Rtp;

/// <summary>
/// Finds the listener that sent a datagram to one of the two ports, and decides whether it may move the listener's route to its source.
/// </summary>
/// <remarks>
/// <para>
/// In SETUP a listener names the ports on which it receives. Behind an address translator its packets come from other ports, so its first
/// packet from the same address but another port moves the route there, once. That is no proof: any program behind that address can send
/// such a packet. So it only counts until a packet has confirmed the route, or the listener has had audio for <see cref="LatchWindow"/>.
/// After that, and always if the listener was given a secret, only a proof moves it: the secret, or a report with the listener's SSRC that
/// names its stream. A listener over SRTP is moved only by what it has encrypted. No packet moves a listener to another address.
/// </para>
/// <para>Each lookup has constant cost for any number of listeners. Not thread-safe.</para>
/// </remarks>
/// <param name="addressOf">Returns a route's address for this port.</param>
/// <param name="move">Changes a route's address for this port.</param>
/// <param name="ticksPerSecond">Ticks per second of the clock.</param>
internal sealed class RouteTable(Func<UdpRoute, SocketAddress> addressOf, Action<UdpRoute, SocketAddress> move, long ticksPerSecond)
{
    /// <summary>
    /// How long after its audio started an unconfirmed listener can still be found by its first packet. Some players open their path only
    /// after the answer to PLAY, and the first RTCP report comes within 3.1 s (RFC 3550 §6.3: half of 5 s, by 1.5, by 1/1.21).
    /// </summary>
    internal static readonly TimeSpan LatchWindow = TimeSpan.FromSeconds(5);

    private readonly long _latchTicks = LatchWindow.InTicks(ticksPerSecond);
    private readonly Dictionary<SocketAddress, UdpRoute> _byAddress = [];
    private readonly UnsettledRoutes _unsettled = new();

    /// <summary>How often a listener was moved.</summary>
    internal long Moves { get; private set; }

    /// <summary>Routes examined to find one that may be moved: the cost of such searches.</summary>
    internal long LookedAt => _unsettled.LookedAt;

    /// <summary>Adds a route.</summary>
    internal void Add(UdpRoute route)
    {
        // If two name the same port, the newer is right: the older is left over from a player that restarted. A listener over SRTP is
        // found by what it has encrypted, and takes no port from another.
        if (route.Srtp is null)
        {
            _byAddress[addressOf(route)] = route;
        }

        if (route.Proof is null && route.Srtp is null)
        {
            _unsettled.Add(route);
        }
    }

    /// <summary>Removes a route.</summary>
    internal void Remove(UdpRoute route)
    {
        Forget(route);
        _unsettled.Remove(route);
    }

    /// <summary>The listener known to be at an address.</summary>
    internal UdpRoute? Find(SocketAddress from) => _byAddress.GetValueOrDefault(from);

    /// <summary>Whether a listener's datagrams go to an address.</summary>
    internal bool IsAt(UdpRoute route, SocketAddress address) => addressOf(route).Equals(address);

    /// <summary>Marks a route as confirmed: from now on only a proof moves it.</summary>
    internal void Settle(UdpRoute route) => _unsettled.Remove(route);

    /// <summary>Finds a listener that may be moved without a proof: the newest unconfirmed one of that address.</summary>
    internal UdpRoute? FindUnsettled(PeerAddress peer, uint? ssrc, long now) =>
        _unsettled.Newest(peer, ssrc, route => route.SoundSince is long since && now - since > _latchTicks);

    /// <summary>Sends a listener's datagrams to another address.</summary>
    internal void Move(UdpRoute route, SocketAddress to)
    {
        Forget(route);
        SocketAddress copy = Copy(to);
        move(route, copy);
        if (route.Srtp is null)
        {
            _byAddress[copy] = route;
        }

        Moves++;
    }

    private void Forget(UdpRoute route)
    {
        SocketAddress address = addressOf(route);
        if (_byAddress.TryGetValue(address, out UdpRoute? found) && found == route)
        {
            _byAddress.Remove(address);
        }
    }

    private static SocketAddress Copy(SocketAddress address)
    {
        var copy = new SocketAddress(address.Family, address.Size);
        address.Buffer.Span[..address.Size].CopyTo(copy.Buffer.Span);
        return copy;
    }
}
