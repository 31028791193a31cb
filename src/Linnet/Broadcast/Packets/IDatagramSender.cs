using System.Net;

namespace Linnet.Broadcast.Packets;

/// <summary>One datagram on its way out. The bytes are shared and never written again.</summary>
/// <param name="To">The address, in the form the operating system takes.</param>
/// <param name="Bytes">The datagram.</param>
public readonly record struct OutgoingDatagram(SocketAddress To, ReadOnlyMemory<byte> Bytes);

/// <summary>The sending half of a datagram socket: a real one, or a simulated network's.</summary>
public interface IDatagramSender
{
    /// <summary>Hands datagrams to the network, in order, without waiting.</summary>
    /// <returns>How many it took. One it cannot take is lost, as on any network.</returns>
    int Send(ReadOnlySpan<OutgoingDatagram> datagrams);

    /// <summary>An empty list of addresses that are to get the same datagrams through this socket.</summary>
    IDatagramFan CreateFan();
}

/// <summary>
/// Addresses that get the same datagrams: prepared once, so that sending costs what the operating system makes of it. One thread's own.
/// </summary>
public interface IDatagramFan : IDisposable
{
    /// <summary>How many addresses.</summary>
    int Count { get; }

    /// <summary>Adds an address at the end. It is copied.</summary>
    void Add(SocketAddress address);

    /// <summary>Puts another address in the place of one.</summary>
    void Replace(int index, SocketAddress address);

    /// <summary>Takes one out; the last one moves to its place.</summary>
    void RemoveAt(int index);

    /// <summary>Hands a datagram to the network once for each address, in order, without waiting.</summary>
    /// <returns>How many it took.</returns>
    int Send(ReadOnlyMemory<byte> datagram);
}
