using System.Net;
using Linnet.Serving;
using Linnet.Wire.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Linnet.Server.Endpoints;

/// <summary>The <c>/metrics</c> page for Prometheus. It shows only numbers, but strangers need not see those either.</summary>
internal static class MetricsEndpoint
{
    internal const string Path = "/metrics";

    /// <summary>Sends the page to an address that may read it, and refuses others.</summary>
    internal static RequestDelegate Guard(RequestDelegate page) => context =>
    {
        LinnetOptions options = context.RequestServices.GetRequiredService<IOptions<LinnetOptions>>().Value;
        ClientOrigin origin = RequestClient.Of(context).Origin;
        return IsAllowed(origin, options.MetricsNetworks)
            ? page(context)
            : Answer.SendAsync(context, StatusCodes.Status403Forbidden, Answer.PlainText, origin.Route is ClientRoute.Hidden
                ? "The request came through a proxy that does not name the client, so it is refused. Name the proxy with "
                    + $"{context.RequestServices.GetRequiredService<StationServer>().Proxies.Setting}, and let it set X-Forwarded-For.\n"
                : $"Your address may not read the metrics; allow it with {options.MetricsSetting}.\n");
    };

    /// <summary>
    /// Whether an address may read the metrics. A loopback address named by a proxy on another machine does not count as this machine.
    /// </summary>
    internal static bool IsAllowed(ClientOrigin origin, IReadOnlyList<IPNetwork> networks) =>
        origin.Route is not ClientRoute.Hidden
        && (origin.IsHere || !IPAddress.IsLoopback(origin.EndPoint.Address))
        && networks.Any(network => network.Contains(origin.EndPoint.Address));
}
