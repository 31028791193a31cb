using System.Net;

namespace Linnet.Serving;

/// <summary>Where a protocol listens.</summary>
/// <param name="Name">The scheme of its addresses, such as <c>rtsp</c>; for a port without addresses of its own, its name.</param>
/// <param name="Local">The address and port on this machine.</param>
internal sealed record ServedEndPoint(string Name, IPEndPoint Local)
{
    /// <summary>
    /// The path after host and port in the address that a user gives to a player, such as <c>/</c>, or empty; <see langword="null"/>, the
    /// default: users do not give this address to a player.
    /// </summary>
    public string? Path { get; init; }

    /// <summary>Name of the programs that connect there, in the plural; <see langword="null"/>, the default: any player.</summary>
    public string? Clients { get; init; }
}
