using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Linnet.Native;

namespace Linnet.Transports.Rtp;

/// <summary>Tells Linux the source address of datagrams, in one control message that all of them share.</summary>
/// <remarks>
/// Source: ip(7), IP_PKTINFO; RFC 3542 §6, IPV6_PKTINFO. An IPv6 socket accepts the latter for IPv4, too, with a mapped address. Without it
/// the system chooses the address by the route to the listener. On a machine with several addresses that need not be the one that the
/// listener connected to.
/// </remarks>
[SupportedOSPlatform("linux")]
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PacketSource
{
    // cmsghdr, padded to a whole word, and in6_pktinfo, the longer of the two structures.
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

    /// <summary>Allocates a message, to be freed with <see cref="NativeMemory"/>; <see langword="null"/> for no address.</summary>
    /// <param name="address">The address in the socket's form: IPv4-mapped for an IPv6 socket.</param>
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

    /// <summary>Sets the source address of a datagram.</summary>
    /// <param name="source">The source address; <see langword="null"/>: the system chooses.</param>
    /// <param name="header">The datagram's header.</param>
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
            // struct in6_pktinfo { address; interface }: a link-local address needs its interface, any other works on all.
            address.TryWriteBytes(bytes[HeaderLength..], out _);
            Unsafe.WriteUnaligned(ref bytes[HeaderLength + 16], address.IsIPv6LinkLocal ? (uint)address.ScopeId : 0);
        }
        else
        {
            // struct in_pktinfo { interface; source; (destination, for received datagrams) }.
            address.TryWriteBytes(bytes[(HeaderLength + sizeof(int))..], out _);
        }

        // The length as in CMSG_SPACE: padded to a whole word.
        _length = (length + (nuint)sizeof(nuint) - 1) & ~((nuint)sizeof(nuint) - 1);
    }
}
