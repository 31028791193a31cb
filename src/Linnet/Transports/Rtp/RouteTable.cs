using System.Net;
using Linnet.Broadcast;

namespace Linnet.Transports.Rtp;

/// <summary>
/// Which listener a datagram is from, by one of the two ports; and whether it may move that listener's route to where it came from.
/// </summary>
/// <remarks>
/// <para>
/// A listener says in SETUP at which ports it hears. Behind an address translator those are not the ones its packets come from, so a first
/// packet that comes from the same address but another port moves it there, once. That proves nothing, for any program behind that address
/// can send one. So it counts only until the listener was heard, or had sound for <see cref="LatchWindow"/>. Afterwards, and always where
/// the listener was given a secret, only a proof moves it: the secret, or a report with the listener's own SSRC that names the stream it
/// hears. No packet moves a listener to another address.
/// </para>
/// <para>Each look-up costs the same however many listeners there are. Not for several threads.</para>
/// </remarks>
/// <param name="addressOf">Where a route goes by this port.</param>
/// <param name="move">Lets it go elsewhere.</param>
/// <param name="ticksPerSecond">Of the instants.</param>
internal sealed class RouteTable(Func<UdpRoute, SocketAddress> addressOf, Action<UdpRoute, SocketAddress> move, long ticksPerSecond)
{
    /// <summary>
    /// How long after its sound has begun a listener that was never heard may still be found by a first packet: some players open their way
    /// only when PLAY was answered, and the first report by RTCP comes within 3.1 s (RFC 3550 §6.3: half of 5 s, by 1.5, by 1/1.21).
    /// </summary>
    internal static readonly TimeSpan LatchWindow = TimeSpan.FromSeconds(5);

    private readonly long _latchTicks = (long)(LatchWindow.TotalSeconds * ticksPerSecond);
    private readonly Dictionary<SocketAddress, UdpRoute> _byAddress = [];
    private readonly UnsettledRoutes _unsettled = new();

    /// <summary>Times a listener was moved.</summary>
    internal long Moves { get; private set; }

    /// <summary>Routes that were looked at to find one that may be moved: what that costs.</summary>
    internal long LookedAt => _unsettled.LookedAt;

    /// <summary>Takes a route in.</summary>
    internal void Add(UdpRoute route)
    {
        // Of two that name the same port the newer is right: the older is what is left of a player that was started anew.
        _byAddress[addressOf(route)] = route;
        if (route.Proof is null)
        {
            _unsettled.Add(route);
        }
    }

    /// <summary>Forgets a route.</summary>
    internal void Remove(UdpRoute route)
    {
        Forget(route);
        _unsettled.Remove(route);
    }

    /// <summary>The listener that is known to be at an address.</summary>
    internal UdpRoute? Find(SocketAddress from) => _byAddress.GetValueOrDefault(from);

    /// <summary>It was heard where it is: from now on a packet that proves nothing does not move it.</summary>
    internal void Settle(UdpRoute route) => _unsettled.Remove(route);

    /// <summary>A listener that a packet may move though it proves nothing: the newest of that address that was not heard yet.</summary>
    internal UdpRoute? FindUnsettled(PeerAddress peer, uint? ssrc, long now) =>
        _unsettled.Newest(peer, ssrc, route => route.SoundSince is long since && now - since > _latchTicks);

    /// <summary>Sends a listener's datagrams to another address.</summary>
    internal void Move(UdpRoute route, SocketAddress to)
    {
        Forget(route);
        SocketAddress copy = Copy(to);
        move(route, copy);
        _byAddress[copy] = route;
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
