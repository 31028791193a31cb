using System.Net;
using System.Net.Sockets;
using System.Text;
using Linnet.Server.Hosting;
using Linnet.Serving;
using Linnet.Sources;
using Linnet.Stations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Linnet.Server.Tests.Hosting;

/// <summary>
/// An ASP.NET Core application with endpoints of its own, the station <c>tone</c> and the station <c>live</c>, which takes pushes.
/// </summary>
internal sealed class WebHost : IAsyncDisposable
{
    /// <summary>The longest body of a request that the application allows. Pushes have no such limit.</summary>
    public const int MaxBody = 150_000;

    /// <summary>What the application answers where it has nothing else.</summary>
    public const string OwnPage = "the application's own page";

    private readonly WebApplication _app;

    private WebHost(WebApplication app) => _app = app;

    public static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    public IServiceProvider Services => _app.Services;

    public StationServer Server => Services.GetRequiredService<StationServer>();

    public IPEndPoint EndPoint => HttpPort.AddressOf(Services.GetRequiredService<IServer>())!;

    /// <summary>Starts it on Kestrel.</summary>
    /// <param name="isDirect">Whether the endpoint uses <see cref="HostingExtensions.UseLinnet"/>.</param>
    /// <param name="map">Maps the stations; default: at the root.</param>
    /// <param name="services">Adds services and options.</param>
    /// <param name="protocols">The versions of HTTP.</param>
    /// <param name="settings">The configuration.</param>
    public static async Task<WebHost> StartAsync(
        bool isDirect, Action<WebApplication>? map = null, Action<WebApplicationBuilder>? services = null,
        HttpProtocols protocols = HttpProtocols.Http1AndHttp2, params (string Name, string Value)[] settings)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        foreach ((string name, string value) in settings)
        {
            builder.Configuration[name] = value;
        }

        builder.Services.AddLinnet(Configure);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = MaxBody;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = protocols;
                if (isDirect)
                {
                    listen.UseLinnet();
                }
            });
        });
        services?.Invoke(builder);
        WebApplication app = builder.Build();
        Map(app);
        (map ?? (static app => app.MapLinnet())).Invoke(app);
        try
        {
            await app.StartAsync(HangLimit);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new WebHost(app);
    }

    /// <summary>The two stations.</summary>
    public static void Configure(LinnetOptions linnet)
    {
        linnet.AddStation(new StationOptions { Name = "tone", StartAtOnce = true }, static _ => new ToneSource(440));
        linnet.AddPushStation(new StationOptions { Name = "live", Streams = ["wav"] });
        linnet.Server = linnet.Server with { Push = linnet.Server.Push with { Password = "hackme" } };
    }

    /// <summary>The endpoints that are not Linnet's, some at paths that could be.</summary>
    public static void Map(WebApplication app)
    {
        app.MapGet("/hello", () => "Hello");
        app.MapGet("/ding.mp3", () => "ding");
        app.MapGet("/admin/users", () => "users");
        app.MapFallback("{**path}", static () => OwnPage);
        app.MapMethods("/items/{id}", ["PUT", "POST"], static async (HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body);
            return $"stored {(await reader.ReadToEndAsync(HangLimit)).Length}";
        });
    }

    public Task StopAsync() => _app.StopAsync(HangLimit);

    public async Task<HttpClientConnection> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(EndPoint, HangLimit);
        return new HttpClientConnection(socket);
    }

    /// <summary>Sends one request, and reads the response's head and body.</summary>
    public async Task<(string Head, string Body)> AskAsync(string request)
    {
        using HttpClientConnection client = await ConnectAsync();
        await client.SendAsync(request);
        (string head, byte[] body) = await client.ReadResponseAsync();
        return (head, Encoding.UTF8.GetString(body));
    }

    public Task<(string Head, string Body)> GetAsync(string path) => AskAsync($"GET {path} HTTP/1.1\r\nHost: radio.example\r\n\r\n");

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _app.DisposeAsync();
    }
}
