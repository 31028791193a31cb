using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Linnet.Server.Endpoints;
using Linnet.Server.Hosting.Tls;
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
using Microsoft.Extensions.Options;

namespace Linnet.Server.Hosting;

/// <summary>
/// The HTTP port of a server that the caller runs, and its ports with TLS, in a small host of its own, which has nothing else:
/// <c>accept ─► HttpFront ─► listeners, pushes │ everything else: Kestrel ─► page, status, health, metrics</c>;
/// <c>accept ─► TlsFront ─► HttpFront … │ RtspServer</c>.
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

    // Requests at a time on one connection of HTTP/2: tabs of a browser, each with audio.
    private const int MaxStreams = 32;

    /// <summary>The path of the certificate of the server's own authority, for phones.</summary>
    internal const string AuthorityPath = "/linnet-ca.crt";

    private const string AuthorityType = "application/x-x509-ca-cert";

    private readonly WebApplication _app;
    private readonly PageConnections _pages;
    private readonly StationServer _server;
    private readonly HostPorts _ports;
    private readonly TlsCertificates? _certificates;
    private readonly CancellationTokenSource _ending = new();
    private Task _renewing = Task.CompletedTask;
    private readonly ApiCalls _calls;

    private RadioHost(WebApplication app, PageConnections pages, StationServer server, HostPorts ports, TlsCertificates? certificates)
    {
        _app = app;
        _calls = app.Services.GetRequiredService<ApiCalls>();
        _pages = pages;
        _server = server;
        _ports = ports;
        _certificates = certificates;
    }

    /// <summary>The address and port for HTTP without TLS.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public IPEndPoint EndPoint => _ports.Http?.IPEndPoint ?? throw new InvalidOperationException("There is no port without TLS.");

    /// <summary>The address and port for HTTP over TLS; <see langword="null"/>: there is none.</summary>
    public IPEndPoint? HttpsEndPoint => _ports.Https?.IPEndPoint;

    /// <summary>The address and port for RTSP over TLS; <see langword="null"/>: there is none.</summary>
    public IPEndPoint? RtspsEndPoint => _ports.Rtsps?.IPEndPoint;

    /// <summary>The certificate of the next handshake; <see langword="null"/>: there is no TLS.</summary>
    internal X509Certificate2? Certificate => _certificates?.Current.Certificate;

    /// <summary>The server's own authority; <see langword="null"/>: there is none.</summary>
    public X509Certificate2? Authority => _certificates?.Current.Authority;

    /// <summary>Reads the configuration again, for the API; <see langword="null"/>, the default: the API has no such call.</summary>
    public ReloadHandler? Reload
    {
        get => _calls.Reload;
        set => _calls.Reload = value;
    }

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
        logger ??= NullLogger.Instance;
        TlsCertificates? certificates = options.Tls is null ? null : TlsCertificates.Open(options.Tls, time, logger);
        var pages = new PageConnections(front, server.Proxies, server.Connections, time);
        var ports = new HostPorts();
        WebApplication app = Build(server, options, ports, certificates, pages, time, logger);
        try
        {
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
            var host = new RadioHost(app, pages, server, ports, certificates);
            server.ListensForHttpAt(ports.Http?.IPEndPoint, ports.Https?.IPEndPoint);
            server.ListensForRtspsAt(ports.Rtsps?.IPEndPoint);
            host._renewing = certificates?.RunAsync(host._ending.Token) ?? Task.CompletedTask;
            return host;
        }
        catch
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Takes another certificate, or the same files again, at once. Connections that are open keep theirs.</summary>
    /// <exception cref="IOException">It cannot be used, and the old one stays; the message says why.</exception>
    public void Renew(TlsSettings settings) => _certificates?.Use(settings);

    /// <summary>Sets the networks that may read <c>/metrics</c> from now on.</summary>
    public void AllowMetrics(IReadOnlyList<IPNetwork> networks) =>
        _app.Services.GetRequiredService<IOptions<LinnetOptions>>().Value.MetricsNetworks = networks;

    /// <summary>Stops answering: audio connections are asked to end, pages get <see cref="RadioHostOptions.ShutdownTimeout"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        _server.ListensForHttpAt(null);
        _server.ListensForRtspsAt(null);
        await _ending.CancelAsync().ConfigureAwait(false);
        await _renewing.ConfigureAwait(false);
        _ending.Dispose();
        await _app.StopAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    private static WebApplication Build(
        StationServer server, RadioHostOptions options, HostPorts ports, TlsCertificates? certificates, PageConnections pages,
        TimeProvider time, ILogger logger)
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
            kestrel.Limits.Http2.MaxStreamsPerConnection = MaxStreams;
            ports.Open(kestrel, options, certificates, server, time);
        });

        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton(pages);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<ApiCalls>();
        builder.Services.AddSingleton(server.Connections);
        builder.Services.RemoveAll<IConnectionListenerFactory>().AddSingleton<IConnectionListenerFactory, GuardedListenerFactory>();
        builder.Services.AddRunningLinnet(server, linnet =>
        {
            linnet.MetricsNetworks = options.MetricsNetworks;
            linnet.MetricsSetting = "--metrics-allow NETWORK";
            linnet.RedirectsPages = options.RedirectsPages;
        });
        Telemetry.Configure(builder, logger);
        WebApplication app = builder.Build();
        app.Use(pages.ServeAsync);
        LinnetEndpoints.Map(app, "", ownsAllPaths: true);
        if (certificates is not null)
        {
            app.MapMethods(
                AuthorityPath, [HttpMethods.Get, HttpMethods.Head],
                PageHeaders.Before(context => SendAuthorityAsync(context, certificates.Current.Authority)));
        }

        app.MapPost(ReloadEndpoint.Path, PageHeaders.Before(ReloadEndpoint.ServeAsync));
        app.MapFallback("{**path}", PageHeaders.Before(NoPageAsync));
        _ = app.Services.GetRequiredService<ServerMetrics>();
        _ = app.Services.GetRequiredService<Site>();
        _ = app.Services.GetService<OtlpFailures>();
        return app;
    }

    private static Task SendAuthorityAsync(HttpContext context, X509Certificate2? authority)
    {
        if (authority is null)
        {
            return NoPageAsync(context);
        }

        context.Response.ContentType = AuthorityType;
        context.Response.ContentLength = authority.RawDataMemory.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask : context.Response.Body.WriteAsync(authority.RawDataMemory, context.RequestAborted).AsTask();
    }

    private static Task NoPageAsync(HttpContext context)
    {
        if (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
        {
            // A player in a page of another site learns that there is no such station.
            context.Response.Headers.AccessControlAllowOrigin = "*";
            return Answer.SendAsync(
                context, StatusCodes.Status404NotFound, Answer.PlainText, "There is no such page. The stations are listed at /\n");
        }

        context.Response.Headers.Allow = "GET, HEAD";
        return Answer.SendAsync(
            context, StatusCodes.Status405MethodNotAllowed, Answer.PlainText, "Only GET and HEAD work here.\n");
    }
}
