using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Linnet.Server.Endpoints;
using Linnet.Serving;
using Linnet.Transports.Http;
using Linnet.Wire.Http;
using Linnet.Wire.Proxy;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Linnet.Server.Hosting;

/// <summary>
/// Stands before Kestrel's HTTP on a port that listeners, pushers and browsers share: <see cref="HttpFront"/> serves a connection whose
/// first request is about audio (Icecast's protocol is not HTTP: docs/wire/icy.md), and Kestrel gets the others with their bytes untouched.
/// </summary>
/// <param name="next">Kestrel.</param>
/// <param name="server">The server.</param>
/// <param name="front">Its front.</param>
/// <param name="pages">The limits of pages, where the port has nothing else; <see langword="null"/>: the host has its own.</param>
internal sealed class HttpConnections(ConnectionDelegate next, StationServer server, HttpFront front, PageConnections? pages)
{
    /// <summary>The front, then Kestrel. The server is asked for with the first connection: by then the host has started it.</summary>
    internal static ConnectionDelegate Before(ConnectionDelegate next, IServiceProvider services)
    {
        var connections = new Lazy<HttpConnections?>(() => Create(next, services));
        return connection => connections.Value is { } ours && connection.RemoteEndPoint is IPEndPoint
            && connection.Features.Get<IConnectionSocketFeature>() is not null
            ? ours.ServeAsync(connection)
            : next(connection);
    }

    private static HttpConnections? Create(ConnectionDelegate next, IServiceProvider services)
    {
        StationServer server = services.GetRequiredService<StationServer>();
        if (server.Front is not HttpFront front)
        {
            return null;
        }

        PageConnections? pages = services.GetService<PageConnections>();
        front.Site = pages is null ? SharedSite(services) : HttpSite.Alone;
        return new HttpConnections(next, server, front, pages);
    }

    /// <summary>Finds where the host has mapped the stations, and whether it decides who may listen.</summary>
    private static HttpSite SharedSite(IServiceProvider services)
    {
        bool hasFallback = services.GetService<IOptions<AuthorizationOptions>>()?.Value.FallbackPolicy is not null;
        RouteEndpoint[] audio =
        [
            .. (services.GetService<EndpointDataSource>()?.Endpoints ?? []).OfType<RouteEndpoint>()
                .Where(static e => e.Metadata.GetMetadata<AudioMetadata>() is not null),
        ];

        // A prefix with parameters of its own is matched by the host's routing alone.
        string[] pathBases =
            [.. audio.Where(static e => IsPlain(e.RoutePattern)).Select(static e => PrefixOf(e.RoutePattern)).Distinct()];
        return new HttpSite(
            IsShared: true,
            audio.Length > 0 ? pathBases : [""],
            audio.Any(e => IsGuarded(e.Metadata, hasFallback)));
    }

    private static bool IsGuarded(EndpointMetadataCollection metadata, bool hasFallback) =>
        metadata.GetMetadata<IHostMetadata>() is not null
        || metadata.GetMetadata<EnableRateLimitingAttribute>() is not null
        || (metadata.GetMetadata<IAllowAnonymous>() is null
            && (hasFallback || metadata.GetMetadata<IAuthorizeData>() is not null
                || metadata.GetMetadata<IAuthorizationRequirementData>() is not null
                || metadata.GetMetadata<AuthorizationPolicy>() is not null));

    private static bool IsPlain(RoutePattern pattern) =>
        pattern.Parameters.Count == 1 && pattern.PathSegments[^1].Parts is [RoutePatternParameterPart];

    private static string PrefixOf(RoutePattern pattern) => string.Concat(pattern.PathSegments.SkipLast(1).Select(static segment =>
        "/" + string.Concat(segment.Parts.OfType<RoutePatternLiteralPart>().Select(static part => part.Content))));

    private async Task ServeAsync(ConnectionContext connection)
    {
        Socket socket = EndpointOutput.SocketOf(connection, "HTTP");
        CancellationToken stopping = EndpointOutput.Stopping(connection);
        if (connection.RemoteEndPoint is not IPEndPoint remote
            || (connection.Features.Get<ClientOrigin>()
                ?? await server.Proxies.ReadAsync(connection.Transport.Input, remote, stopping).ConfigureAwait(false))
                is not ClientOrigin read
            || !server.Connections.TryAttribute(socket, read.EndPoint.Address))
        {
            connection.Abort();
            return;
        }

        ClientOrigin origin = read with { IsTls = read.IsTls || connection.Features.Get<ITlsHandshakeFeature>() is not null };
        if (pages is not null && IsHttp2(connection))
        {
            await pages.ServeAsync(connection, origin, next).ConfigureAwait(false);
            return;
        }

        await front.ServeAsync(
            connection.Transport, socket, origin, EndpointOutput.Of(connection, socket),
            (head, request) => PassOnAsync(connection, origin, head, request), stopping).ConfigureAwait(false);
    }

    private static bool IsHttp2(ConnectionContext connection) =>
        connection.Features.Get<ITlsApplicationProtocolFeature>()?.ApplicationProtocol.Span
            .SequenceEqual(SslApplicationProtocol.Http2.Protocol.Span) == true;

    private Task PassOnAsync(ConnectionContext connection, ClientOrigin origin, HttpRequestHead? head, ForwardedRequest request)
    {
        if (pages is not null)
        {
            return pages.ServeAsync(connection, origin, head, request, next);
        }

        // The client that a PROXY header names, for all of the host. Where no head was read (HTTP/2), Kestrel reads that of each request.
        connection.RemoteEndPoint = origin.EndPoint;
        connection.Features.Set(origin);
        return next(connection);
    }
}
