using System.Net;

namespace Linnet.Broadcast;

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
}
