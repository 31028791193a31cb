using System.Net;
using Linnet.Wire.Proxy;
using Microsoft.AspNetCore.Http;

namespace Linnet.Server.Endpoints;

/// <summary><c>/metrics</c>, for Prometheus. What it says of others is numbers alone, but a stranger need not have those.</summary>
internal static class MetricsEndpoint
{
    internal const string Path = "/metrics";

    /// <summary>
    /// Whether the request is for it, and from where it may be read. A loopback address that a proxy on another machine names is not this
    /// machine.
    /// </summary>
    internal static bool IsAllowed(HttpContext context, IReadOnlyList<IPNetwork> networks) =>
        context.Request.Path.Equals(Path, StringComparison.Ordinal)
        && OriginOf(context) is { Route: not ClientRoute.Hidden } origin
        && (origin.IsHere || !IPAddress.IsLoopback(origin.EndPoint.Address))
        && networks.Any(network => network.Contains(origin.EndPoint.Address));

    /// <summary>For whom it may not be read from.</summary>
    internal static string WhyNot(HttpContext context) => OriginOf(context) is { Route: ClientRoute.Hidden }
        ? "The request came through a proxy that does not say which client it is for, so the metrics stay closed. "
            + "Name the proxy with --trusted-proxy ADDRESS, and let it set X-Forwarded-For.\n"
        : "Metrics are for this machine alone; --metrics-allow NETWORK lets others read them.\n";

    // Without it nobody is let in: then the request came past the server's own reading.
    private static ClientOrigin? OriginOf(HttpContext context) => context.Features.Get<ForwardedRequest>()?.Origin;
}
