using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Linnet.Native;

namespace Linnet.Transports.Rtp;

/// <summary>Tells Linux which address of this machine datagrams are to come from: a control message that all of them share.</summary>
/// <remarks>
/// Source: ip(7), IP_PKTINFO; RFC 3542 §6, IPV6_PKTINFO. An IPv6 socket takes the second for IPv4, too, with a mapped address. Without it
/// the system chooses by the route to the listener, which on a machine with several addresses need not be the one that the listener has
/// reached.
/// </remarks>
[SupportedOSPlatform("linux")]
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PacketSource
{
    // cmsghdr, which is filled up to a whole word, and in6_pktinfo, the longer of the two.
    private const int MaxLength = 16 + 24;

    private const int LevelIPv4 = 0;
    private const int TypeIPv4 = 8;
    private const int LengthIPv4 = 12;
    private const int LevelIPv6 = 41;
    private const int TypeIPv6 = 50;
    private const int LengthIPv6 = 20;

    private fixed ulong _message[MaxLength / 8];
    private nuint _length;

    private static int HeaderLength => sizeof(nuint) + (2 * sizeof(int));

    /// <summary>
    /// A message in memory that stays until it is given back to <see cref="NativeMemory"/>; <see langword="null"/> for no address.
    /// </summary>
    /// <param name="address">In the form of the socket: mapped where that is an IPv6 one.</param>
    internal static PacketSource* Allocate(IPAddress? address)
    {
        if (address is null)
        {
            return null;
        }

        var source = (PacketSource*)NativeMemory.AllocZeroed((nuint)sizeof(PacketSource));
        source->Write(address);
        return source;
    }

    /// <summary>Has a datagram come from there.</summary>
    /// <param name="source">Where from; <see langword="null"/>: as the system chooses.</param>
    /// <param name="header">The datagram's.</param>
    internal static void Put(PacketSource* source, ref LibC.MsgHdr header)
    {
        header.Control = source is null ? null : source->_message;
        header.ControlLength = source is null ? 0 : source->_length;
    }

    private void Write(IPAddress address)
    {
        bool isV6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        int data = isV6 ? LengthIPv6 : LengthIPv4;
        Span<byte> bytes = MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref _message[0], MaxLength / 8));
        nuint length = (nuint)(HeaderLength + data);
        Unsafe.WriteUnaligned(ref bytes[0], length);
        Unsafe.WriteUnaligned(ref bytes[sizeof(nuint)], isV6 ? LevelIPv6 : LevelIPv4);
        Unsafe.WriteUnaligned(ref bytes[sizeof(nuint) + sizeof(int)], isV6 ? TypeIPv6 : TypeIPv4);
        if (isV6)
        {
            // struct in6_pktinfo { address; interface }: a link-local address means nothing without its interface, any other works on all.
            address.TryWriteBytes(bytes[HeaderLength..], out _);
            Unsafe.WriteUnaligned(ref bytes[HeaderLength + 16], address.IsIPv6LinkLocal ? (uint)address.ScopeId : 0);
        }
        else
        {
            // struct in_pktinfo { interface; source; (destination, of those that come) }.
            address.TryWriteBytes(bytes[(HeaderLength + sizeof(int))..], out _);
        }

        // As long as CMSG_SPACE says: filled up to a whole word.
        _length = (length + (nuint)sizeof(nuint) - 1) & ~((nuint)sizeof(nuint) - 1);
    }
}
