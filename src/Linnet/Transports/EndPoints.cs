using System.Net;

namespace Linnet.Transports;

/// <summary>Addresses as people know them.</summary>
internal static class EndPoints
{
    /// <summary>An IPv4 address as such where a socket for both says it as IPv6: <c>127.0.0.1:80</c> for <c>[::ffff:127.0.0.1]:80</c>.</summary>
    internal static IPEndPoint Unmapped(this IPEndPoint endPoint) =>
        endPoint.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(endPoint.Address.MapToIPv4(), endPoint.Port) : endPoint;
}
