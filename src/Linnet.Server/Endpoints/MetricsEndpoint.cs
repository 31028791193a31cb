using System.Net;
using Microsoft.AspNetCore.Http;

namespace Linnet.Server.Endpoints;

/// <summary><c>/metrics</c>, for Prometheus. What it says of others is numbers alone, but a stranger need not have those.</summary>
internal static class MetricsEndpoint
{
    internal const string Path = "/metrics";

    /// <summary>Whether the request is for it, and from where it may be read.</summary>
    internal static bool IsAllowed(HttpContext context, IReadOnlyList<IPNetwork> networks) =>
        context.Request.Path.Equals(Path, StringComparison.Ordinal) && IsIn(context.Connection.RemoteIpAddress, networks);

    private static bool IsIn(IPAddress? address, IReadOnlyList<IPNetwork> networks)
    {
        if (address is null)
        {
            return false;
        }

        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return networks.Any(network => network.Contains(plain));
    }
}
