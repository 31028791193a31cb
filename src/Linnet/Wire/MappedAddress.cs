using System.Net;

namespace Linnet.Wire;

/// <summary>
/// IPv4 addresses as a socket for both IPv4 and IPv6 has them: mapped into IPv6, <c>::ffff:127.0.0.1</c>. Source: RFC 4291 §2.5.5.2.
/// </summary>
internal static class MappedAddress
{
    /// <summary>Converts a mapped address to IPv4, the form that people know; returns any other address as it is.</summary>
    internal static IPAddress Unmapped(this IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <summary>The same for an end point: <c>[::ffff:127.0.0.1]:80</c> becomes <c>127.0.0.1:80</c>.</summary>
    internal static IPEndPoint Unmapped(this IPEndPoint endPoint) =>
        endPoint.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(endPoint.Address.Unmapped(), endPoint.Port) : endPoint;
}
