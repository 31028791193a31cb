using System.Net;

namespace Linnet.Broadcast.Packets;

/// <summary>An outgoing datagram. Its bytes are shared and never overwritten.</summary>
/// <param name="To">The address, in the operating system's form.</param>
/// <param name="Bytes">The datagram.</param>
internal readonly record struct OutgoingDatagram(SocketAddress To, ReadOnlyMemory<byte> Bytes);

/// <summary>The sending half of a datagram socket, real or simulated.</summary>
internal interface IDatagramSender
{
    /// <summary>Passes datagrams to the network, in order, without waiting.</summary>
    /// <returns>How many were accepted. A datagram that is not accepted is lost, as on any network.</returns>
    int Send(ReadOnlySpan<OutgoingDatagram> datagrams);

    /// <summary>Creates an empty list of addresses that get the same datagrams through this socket.</summary>
    IDatagramFan CreateFan();
}

/// <summary>
/// Addresses that get the same datagrams. They are prepared once, so that sending costs only the system call. For one thread.
/// </summary>
internal interface IDatagramFan : IDisposable
{
    /// <summary>Appends a copy of an address.</summary>
    void Add(SocketAddress address);

    /// <summary>Replaces an address.</summary>
    void Replace(int index, SocketAddress address);

    /// <summary>Removes an address; the last one moves to its place.</summary>
    void RemoveAt(int index);

    /// <summary>Passes a datagram to the network once per address, in order, without waiting.</summary>
    /// <returns>How many were accepted.</returns>
    int Send(ReadOnlyMemory<byte> datagram);
}
