using System.Net;
using System.Net.Sockets;
using System.Text;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams;
using Linnet.Server.Hosting;
using Linnet.Serving;
using Linnet.Stations;
using Linnet.Transports.Http.Hls;
using Linnet.Transports.Http.Push;
using Linnet.Transports.Http.Radio;
using Microsoft.Extensions.Logging;

namespace Linnet.Server.Tests.Hosting;

/// <summary>
/// A server on free ports of the loopback address, with its HTTP side, and a client that sends exactly the given bytes.
/// </summary>
internal sealed class HostedServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly StationServer _server;
    private readonly Task _running;

    private HostedServer(StationServer server, RadioHost host)
    {
        _server = server;
        Host = host;
        _running = server.RunAsync(_stop.Token);
    }

    public RadioHost Host { get; }

    public StationServer Server => _server;

    public static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    public static async Task<HostedServer> StartAsync(
        IReadOnlyList<Station> stations, RadioHostOptions? options = null, IngestStation? fed = null, TimeProvider? time = null,
        StreamOptions? streams = null, IReadOnlyList<ProtocolFactory>? protocols = null, ILogger? logger = null,
        HlsServerOptions? hls = null, params string[] proxies)
    {
        var ports = new StationServerOptions
        {
            Bind = IPAddress.Loopback,
            RtspPort = 0,
            RtpPort = 0,
            TrustedProxiesName = "--trusted-proxy",
            TrustedProxies = [.. proxies.Select(static p => IPNetwork.Parse(p))],
            Radio = new RadioServerOptions(),
            Hls = hls ?? new HlsServerOptions(),
            Sender = new SenderOptions { Threads = 1, Streams = streams ?? new StreamOptions() },
            Push = new PushServerOptions { Password = "hackme" },
            Protocols = protocols ?? [],
        };
        StationServer server = StationServer.Open(stations, ports, fed: fed is null ? [] : [fed]);
        options = (options ?? new RadioHostOptions()) with { Bind = IPAddress.Loopback, Port = options is { Port: null } ? null : 0 };
        RadioHost host = await RadioHost.StartAsync(
            server, options, time ?? TimeProvider.System, logger, HangLimit);
        return new HostedServer(server, host);
    }

    public async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(Host.EndPoint, HangLimit);
        return client;
    }

    /// <summary>Sends a request, which asks the server to close behind the response, and reads until it does.</summary>
    public async Task<string> AskAsync(string request)
    {
        using TcpClient client = await ConnectAsync();
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(Last(request)), HangLimit);
        return await ReadToEndAsync(client);
    }

    /// <summary>GETs a page, and gives the whole answer.</summary>
    public Task<string> GetAsync(string path) => AskAsync($"GET {path} HTTP/1.1\r\nHost: radio.example:8000\r\n\r\n");

    /// <summary>The request, with a header that asks to close the connection behind its response.</summary>
    private static string Last(string request) =>
        request.Replace(" HTTP/1.1\r\n", " HTTP/1.1\r\nConnection: close\r\n", StringComparison.Ordinal);

    public static async Task<string> ReadToEndAsync(TcpClient client)
    {
        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        return await reader.ReadToEndAsync(HangLimit);
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Host.DisposeAsync();
        await _server.DisposeAsync();
        _stop.Dispose();
    }
}
