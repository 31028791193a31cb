using System.Net;
using Linnet.Wire.Proxy;
using Microsoft.AspNetCore.Http;

namespace Linnet.Server.Endpoints;

/// <summary>The <c>/metrics</c> page for Prometheus. It shows only numbers, but strangers need not see those either.</summary>
internal static class MetricsEndpoint
{
    internal const string Path = "/metrics";

    /// <summary>
    /// Whether the request is for the metrics, and whether its address may read them. A loopback address named by a proxy on another
    /// machine does not count as this machine.
    /// </summary>
    internal static bool IsAllowed(HttpContext context, IReadOnlyList<IPNetwork> networks) =>
        context.Request.Path.Equals(Path, StringComparison.Ordinal)
        && OriginOf(context) is { Route: not ClientRoute.Hidden } origin
        && (origin.IsHere || !IPAddress.IsLoopback(origin.EndPoint.Address))
        && networks.Any(network => network.Contains(origin.EndPoint.Address));

    /// <summary>Refuses an address that may not read the metrics.</summary>
    internal static string WhyNot(HttpContext context) => OriginOf(context) is { Route: ClientRoute.Hidden }
        ? "The request came through a proxy that does not name the client, so it is refused. "
            + "Name the proxy with --trusted-proxy ADDRESS, and let it set X-Forwarded-For.\n"
        : "Your address may not read the metrics; allow it with --metrics-allow NETWORK.\n";

    // Without it access is refused: the request bypassed the server's own parsing.
    private static ClientOrigin? OriginOf(HttpContext context) => context.Features.Get<ForwardedRequest>()?.Origin;
}
