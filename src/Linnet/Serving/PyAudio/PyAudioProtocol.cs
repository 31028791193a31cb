using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Transports;
using Linnet.Transports.PyAudio;

namespace Linnet.Serving.PyAudio;

/// <summary>The PyAudio tutorial's formats: one station for that tutorial's programs.</summary>
public sealed class PyAudioProtocol : IServedProtocol
{
    private readonly PyAudioServer? _server;
    private readonly string? _station;

    private PyAudioProtocol(PyAudioServerOptions options, ServingContext context)
    {
        MaxListeners = options.MaxTcpListeners + options.MaxLeases;
        if (!context.Directory.TryFind(options.Station, out StationListing? station))
        {
            if (options.Station is not null)
            {
                throw new ArgumentException(
                    $"There is no station {options.Station} for PyAudio's programs. Stations: "
                    + $"{string.Join(", ", context.Directory.Stations.Select(static s => s.Name))}.",
                    nameof(options));
            }

            return;
        }

        _station = station.Name;
        TcpListenerHost? host = options.TcpPort is int tcp
            ? context.Listen(tcp, $"{nameof(PyAudioServerOptions)}.{nameof(PyAudioServerOptions.TcpPort)}", readsProxyHeaders: false)
            : null;
        PyAudioUdpPort? port = null;
        try
        {
            port = options.UdpPort is int udp
                ? ServingContext.Open(
                    () => PyAudioUdpPort.Bind(new IPEndPoint(context.Bind, udp)), $"UDP port {udp}",
                    $"{nameof(PyAudioServerOptions)}.{nameof(PyAudioServerOptions.UdpPort)}")
                : null;
            _server = new PyAudioServer(options, station, host, port, context.Senders, context.Time, context.Logger);
        }
        catch
        {
            host?.Dispose();
            port?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Name => "pyaudio";

    /// <inheritdoc/>
    public IReadOnlyList<ServedEndPoint> EndPoints =>
    [
        .. EndPoint(PyAudioServer.TcpTransport, ProtocolType.Tcp, _server?.TcpEndPoint),
        .. EndPoint(PyAudioServer.UdpTransport, ProtocolType.Udp, _server?.UdpEndPoint),
    ];

    /// <inheritdoc/>
    public int MaxListeners { get; }

    /// <summary>Creates the factory for <see cref="StationServerOptions.Protocols"/>.</summary>
    /// <param name="options">Ports, station and limits.</param>
    /// <exception cref="ArgumentException"><paramref name="options"/> has problems; the message lists them.</exception>
    public static ProtocolFactory With(PyAudioServerOptions options)
    {
        options.ThrowIfInvalid();
        return context => new PyAudioProtocol(options, context);
    }

    /// <inheritdoc/>
    public Task RunAsync(CancellationToken cancellationToken) =>
        _server?.RunAsync(cancellationToken) ?? UntilCancelled.WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public IReadOnlyList<ListenerSnapshot> GetListeners() =>
        [.. (_server?.GetListeners() ?? []).Select(static listener => ListenerSnapshot.Of(listener))];

    /// <inheritdoc/>
    public ProtocolSnapshot GetSnapshot() => _server is null ? new ProtocolSnapshot([]) : Describe(_server.GetSnapshot(), _station!);

    /// <inheritdoc/>
    public void Dispose() => _server?.Dispose();

    /// <summary>The counters as figures for the panel and the statistics.</summary>
    internal static ProtocolSnapshot Describe(PyAudioServerSnapshot server, string station)
    {
        IReadOnlyDictionary<string, long> refused = ProtocolSnapshot.Words(server.Refused);
        IReadOnlyDictionary<string, long> ended = ProtocolSnapshot.Words(server.Ended);
        return new ProtocolSnapshot(
        [
            new ListenerCount(station, "pyaudio", PyAudioServer.TcpTransport, server.TcpListeners),
            new ListenerCount(station, "pyaudio", PyAudioServer.UdpTransport, server.UdpListeners),
        ])
        {
            Totals = server.Totals,
            Refused = refused,
            Ended = ended,
            Figures =
            [
                new("tcp", "the PyAudio tutorial's clients that listen over TCP", server.TcpListeners),
                new("udp", "the same over UDP", server.UdpListeners),
            ],
            Stats = new JsonObject
            {
                ["tcp_listeners"] = server.TcpListeners,
                ["udp_listeners"] = server.UdpListeners,
                ["accepted"] = server.Accepted,
                ["renewed"] = server.Renewed,
                ["refused"] = ProtocolSnapshot.ToJson(refused),
                ["ended"] = ProtocolSnapshot.ToJson(ended),
            },
        };
    }

    private static IEnumerable<ServedEndPoint> EndPoint(string scheme, ProtocolType transport, IPEndPoint? local) =>
        local is null ? [] : [new ServedEndPoint(scheme, transport, local) { Path = "", Clients = "The PyAudio tutorial's clients" }];
}
