using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Linnet.Wire;

namespace Linnet.Transports;

/// <summary>Tells addresses that only we can reach from those that the whole Internet can reach.</summary>
/// <remarks>
/// An address is outer only if the IANA registries of special-purpose addresses leave it as globally reachable unicast. An address that
/// contains an IPv4 address (mapped, NAT64, 6to4, ISATAP) is judged by that one. A NAT64 gateway with its own prefix cannot be recognised.
/// Sources: RFC 6890 and its registries, RFC 6052 §2, RFC 8215, RFC 3056 §2, RFC 4380 §4, RFC 5214 §6.1.
/// </remarks>
internal static class InnerNetwork
{
    // An interface with a shorter prefix would make much of the Internet our own network: such a prefix is a default route.
    private const int ShortestOwnPrefix = 8;

    private static readonly IPNetwork[] InnerV4 = Parse(
    [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
    ]);

    // Public IPv6 unicast is only this prefix; the rest is special: ::1, fc00::/7, fe80::/10, fec0::/10, ff00::/8, 100::/64, 5f00::/16 …
    private static readonly IPNetwork GlobalV6 = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    // NAT64 of the local network, where the position of the IPv4 address is unknown; Teredo.
    private static readonly IPNetwork[] UnclearV6 = Parse(["64:ff9b:1::/48", "2001::/32"]);

    private static readonly IPNetwork[] InnerV6 = Parse(["2001::/23", "2001:db8::/32", "3fff::/20"]);

    /// <summary>Locates an address.</summary>
    /// <param name="address">An IPv4 or IPv6 address, possibly mapped or with a zone.</param>
    /// <param name="own">The networks in which this machine has an address.</param>
    internal static NetworkSide SideOf(IPAddress address, IReadOnlyList<IPNetwork> own)
    {
        address = address.Unmapped();
        NetworkSide side = address.AddressFamily is AddressFamily.InterNetwork ? SideOfV4(address) : SideOfV6(address);
        return side is NetworkSide.Outer && own.Any(network => network.Contains(address)) ? NetworkSide.Unclear : side;
    }

    /// <summary>The networks in which this machine has an address, including its own addresses; none if the system reports none.</summary>
    internal static IReadOnlyList<IPNetwork> ReadOwn()
    {
        try
        {
            return
            [
                .. from card in NetworkInterface.GetAllNetworkInterfaces()
                   from entry in card.GetIPProperties().UnicastAddresses
                   where entry.PrefixLength >= ShortestOwnPrefix
                   select NetworkOf(entry.Address, entry.PrefixLength),
            ];
        }
        catch (Exception e) when (e is NetworkInformationException or PlatformNotSupportedException or IOException)
        {
            return [];
        }
    }

    /// <summary>The network of the given prefix length that contains an address.</summary>
    internal static IPNetwork NetworkOf(IPAddress address, int prefixLength)
    {
        byte[] bytes = address.GetAddressBytes();
        for (int i = 0; i < bytes.Length; i++)
        {
            int bits = Math.Clamp(prefixLength - (8 * i), 0, 8);
            bytes[i] &= (byte)(0xFF << (8 - bits));
        }

        return new IPNetwork(new IPAddress(bytes), prefixLength);
    }

    private static NetworkSide SideOfV4(IPAddress address) =>
        Array.Exists(InnerV4, network => network.Contains(address)) ? NetworkSide.Inner : NetworkSide.Outer;

    private static NetworkSide SideOfV6(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        if (Nat64.Contains(address))
        {
            return SideOfV4(new IPAddress(bytes[12..]));
        }

        if (Array.Exists(UnclearV6, network => network.Contains(address)))
        {
            return NetworkSide.Unclear;
        }

        if (!GlobalV6.Contains(address) || Array.Exists(InnerV6, network => network.Contains(address)))
        {
            return NetworkSide.Inner;
        }

        bool isIsatap = (BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]) & ~0x0200_0000u) == 0x0000_5EFE;
        return SixToFour.Contains(address) ? SideOfV4(new IPAddress(bytes[2..6]))
            : isIsatap ? SideOfV4(new IPAddress(bytes[12..]))
            : NetworkSide.Outer;
    }

    private static IPNetwork[] Parse(string[] networks) => [.. networks.Select(IPNetwork.Parse)];
}
