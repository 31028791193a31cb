using System.Net;
using Linnet.Serving;
using Linnet.Transports;
using Linnet.Wire;
using Linnet.Wire.Messages;
using Linnet.Wire.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;

namespace Linnet.Server.Endpoints;

/// <summary>Finds the client of a request, and how it knows this server.</summary>
/// <remarks>
/// ASP.NET's own middleware for forwarded headers may have run before: then the request has the client's address and no such headers any
/// more. That middleware alone would not do. It knows no <c>Forwarded</c> (RFC 7239), and it does not mark a request whose proxy
/// names no client, so that all clients of a proxy on this machine could read the metrics.
/// </remarks>
internal static class RequestClient
{
    // ASP.NET's middleware keeps the proxy's address in this header.
    private const string OriginalFor = "X-Original-For";

    // A client without an address (in the same process, or over a Unix socket) belongs to no network.
    private const string Unreadable = "?";

    private static readonly IPEndPoint Unknown = new(IPAddress.None, 0);

    /// <summary>Finds it, unless it was found before.</summary>
    internal static ForwardedRequest Of(HttpContext context)
    {
        if (context.Features.Get<ForwardedRequest>() is ForwardedRequest known)
        {
            return known;
        }

        TrustedProxies proxies = context.RequestServices.GetRequiredService<StationServer>().Proxies;
        var headers = new MessageHeaders();
        foreach ((string name, StringValues values) in context.Request.Headers)
        {
            foreach (string? value in values)
            {
                // Nothing else is read here. A value that cannot be read is a sign of a proxy nevertheless: it names no client.
                if (value is not null && ForwardedHeaders.IsSign(name))
                {
                    headers.Add(name, value.Any(static c => char.IsControl(c) && c != '\t') ? Unreadable : value);
                }
            }
        }

        ForwardedRequest request = proxies.Read(OriginOf(context), headers);
        context.Features.Set(request);
        return request;
    }

    private static ClientOrigin OriginOf(HttpContext context)
    {
        IPEndPoint remote = context.Connection.RemoteIpAddress is IPAddress address
            ? new IPEndPoint(address, context.Connection.RemotePort).Unmapped() : Unknown;
        return context.Features.Get<ClientOrigin>() is ClientOrigin origin && origin.EndPoint.Address.Equals(remote.Address) ? origin
            : context.Request.Headers.ContainsKey(OriginalFor)
                ? new ClientOrigin(remote, ClientRoute.Proxied) { IsTls = context.Request.IsHttps, IsThroughOther = true }
            : new ClientOrigin(remote) { IsTls = context.Request.IsHttps };
    }
}
