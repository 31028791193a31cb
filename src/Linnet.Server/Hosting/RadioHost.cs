using System.Net;
using System.Net.Sockets;
using System.Text;
using Linnet.Server.Endpoints;
using Linnet.Serving;
using Linnet.Transports.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Server.Hosting;

/// <summary>
/// The HTTP port of a server that the caller runs, in a small host of its own, which has nothing else:
/// <c>accept ─► HttpFront ─► listeners, pushes │ everything else: Kestrel ─► page, status, health, metrics</c>.
/// </summary>
internal sealed class RadioHost : IAsyncDisposable
{
    private const int ListenBacklog = 4096;
    private const int MaxHeaderCount = 64;
    private const int MaxHeadLength = 16 * 1024;

    // Slower than any modem: a client below this rate only holds a place. Kestrel checks for the first time after DataRateGrace.
    private const double MinBytesPerSecond = 240;
    private static readonly TimeSpan DataRateGrace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan HeadTime = TimeSpan.FromSeconds(10);

    // For a pusher that is faster than its station, and for unknown clients: more than a head, at most some seconds of sound.
    private const int MaxUnread = 64 * 1024;

    private readonly WebApplication _app;
    private readonly PageConnections _pages;
    private readonly StationServer _server;

    private RadioHost(WebApplication app, PageConnections pages, StationServer server)
    {
        _app = app;
        _pages = pages;
        _server = server;
        EndPoint = HttpPort.AddressOf(app.Services.GetRequiredService<IServer>())!;
    }

    /// <summary>The address and port that it listens on.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Connections for pages that were closed at once because there were too many.</summary>
    public long RefusedPages => _pages.Refused;

    /// <summary>Opens the port and answers until it is disposed.</summary>
    /// <param name="server">The server to show and hear; it must have HTTP (<see cref="StationServer.Front"/>).</param>
    /// <param name="options">Where to listen.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Receives errors; default: no log.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="ArgumentException"><paramref name="options"/> has problems; the message lists them.</exception>
    /// <exception cref="PortException">The port cannot be opened; the message says why.</exception>
    public static async Task<RadioHost> StartAsync(
        StationServer server,
        RadioHostOptions options,
        TimeProvider time,
        ILogger? logger = null,
        CancellationToken cancellationToken = default)
    {
        options.ThrowIfInvalid();
        HttpFront front = server.Front
            ?? throw new ArgumentException("The server has no HTTP: set StationServerOptions.Radio.", nameof(server));
        var pages = new PageConnections(front, server.Proxies, server.Connections, time);
        WebApplication app = Build(server, options, pages, time, logger ?? NullLogger.Instance);
        try
        {
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
            var host = new RadioHost(app, pages, server);
            server.ListensForHttpAt(host.EndPoint);
            return host;
        }
        catch (Exception e)
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw e.GetBaseException() is SocketException refused ? HttpPort.Problem(options.Port, refused) : e;
        }
    }

    /// <summary>Stops answering: audio connections are asked to end, pages get <see cref="RadioHostOptions.ShutdownTimeout"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        _server.ListensForHttpAt(null);
        await _app.StopAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    private static WebApplication Build(
        StationServer server, RadioHostOptions options, PageConnections pages, TimeProvider time, ILogger logger)
    {
        WebApplicationBuilder builder = PlainHost.CreateBuilder();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning).AddProvider(new HostLogging(logger))

            // The server's own log says what has failed; each probe would say it again.
            .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        builder.Services.AddSingleton<IHostLifetime, EmbeddedLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.ShutdownTimeout);
        builder.Services.Configure<SocketTransportOptions>(sockets =>
        {
            sockets.Backlog = ListenBacklog;
            sockets.MaxReadBufferSize = MaxUnread;
            sockets.CreateBoundListenSocket = HttpPort.Bind;
        });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // Stations' names and descriptions.
            kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.UTF8;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeadLength;
            kestrel.Limits.MaxRequestHeaderCount = MaxHeaderCount;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.RequestHeadersTimeout = HeadTime;
            kestrel.Limits.KeepAliveTimeout = HeadTime;
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(MinBytesPerSecond, DataRateGrace);
            kestrel.Limits.MinResponseDataRate = new MinDataRate(MinBytesPerSecond, DataRateGrace);
            kestrel.Listen(HttpPort.EndPoint(options), listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.UseLinnet();
            });
        });

        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton(pages);
        builder.Services.AddSingleton(server.Connections);
        builder.Services.RemoveAll<IConnectionListenerFactory>().AddSingleton<IConnectionListenerFactory, GuardedListenerFactory>();
        builder.Services.AddRunningLinnet(server, linnet =>
        {
            linnet.MetricsNetworks = options.MetricsNetworks;
            linnet.MetricsSetting = "--metrics-allow NETWORK";
        });
        Telemetry.Configure(builder, logger);
        WebApplication app = builder.Build();
        app.Use(pages.ServeAsync);
        LinnetEndpoints.Map(app, "", ownsAllPaths: true);
        app.MapFallback("{**path}", PageHeaders.Before(NoPageAsync));
        _ = app.Services.GetRequiredService<ServerMetrics>();
        _ = app.Services.GetRequiredService<Site>();
        _ = app.Services.GetService<OtlpFailures>();
        return app;
    }

    private static Task NoPageAsync(HttpContext context)
    {
        if (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
        {
            return Answer.SendAsync(
                context, StatusCodes.Status404NotFound, Answer.PlainText, "There is no such page. The stations are listed at /\n");
        }

        context.Response.Headers.Allow = "GET, HEAD";
        return Answer.SendAsync(
            context, StatusCodes.Status405MethodNotAllowed, Answer.PlainText, "Only GET and HEAD work here.\n");
    }
}
