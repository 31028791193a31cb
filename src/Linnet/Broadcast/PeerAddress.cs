using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Linnet.Broadcast;

/// <summary>
/// A peer's IP address without its port, as a value. IPv4 is stored as a mapped IPv6 address. Created without allocating.
/// </summary>
internal readonly record struct PeerAddress(UInt128 Bits)
{
    // The first 64 bits of an IPv6 address name a network; a client with one address of it has all.
    private static readonly UInt128 NetworkMask = new(ulong.MaxValue, 0);
    private static readonly UInt128 MappedPrefix = new(0, 0xFFFF_0000_0000);

    /// <summary>Whether it is an IPv4 address.</summary>
    internal bool IsV4 => (Bits >> 32) == (MappedPrefix >> 32);

    /// <summary>The address that stands for one customer of the network: an IPv4 address, or an IPv6 network of 64 bits.</summary>
    internal PeerAddress Network => IsV4 ? this : new PeerAddress(Bits & NetworkMask);

    /// <summary>The address with all but its first bits set to zero.</summary>
    /// <param name="length">How many bits to keep: 1 – 128.</param>
    internal PeerAddress Prefix(int length) => new(Bits & (UInt128.MaxValue << (128 - length)));

    /// <summary>Returns the full address.</summary>
    internal IPAddress ToAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Bits);
        return new IPAddress(IsV4 ? bytes[12..] : bytes);
    }

    internal static PeerAddress Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int length);
        return Of(bytes[..length]);
    }

    /// <remarks>After the family, the layouts of sockaddr_in and sockaddr_in6 are the same on all systems.</remarks>
    internal static PeerAddress Of(SocketAddress address) =>
        Of(address.Family == AddressFamily.InterNetworkV6 ? address.Buffer.Span.Slice(8, 16) : address.Buffer.Span.Slice(4, 4));

    private static PeerAddress Of(ReadOnlySpan<byte> bytes) =>
        new(bytes.Length == 16 ? BinaryPrimitives.ReadUInt128BigEndian(bytes) : MappedPrefix | BinaryPrimitives.ReadUInt32BigEndian(bytes));
}
