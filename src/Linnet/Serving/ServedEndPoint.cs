using System.Net;
using System.Net.Sockets;

namespace Linnet.Serving;

/// <summary>Where a protocol listens.</summary>
/// <param name="Name">The scheme of its addresses, such as <c>rtsp</c>; for a port without addresses of its own, its name.</param>
/// <param name="Transport">TCP or UDP.</param>
/// <param name="Local">The address and port on this machine.</param>
public sealed record ServedEndPoint(string Name, ProtocolType Transport, IPEndPoint Local)
{
    /// <summary>
    /// What follows host and port in the address that people give to a player, such as <c>/</c>, or nothing; <see langword="null"/>, the
    /// default: it is not an address for people.
    /// </summary>
    public string? Path { get; init; }

    /// <summary>Which programs connect there, in the plural, for people; <see langword="null"/>, the default: any player.</summary>
    public string? Clients { get; init; }
}
