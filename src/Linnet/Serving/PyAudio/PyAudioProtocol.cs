using System.Net;
using System.Text.Json.Nodes;
using Linnet.Access;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Transports;
using Linnet.Transports.PyAudio;

namespace Linnet.Serving.PyAudio;

/// <summary>The PyAudio tutorial's formats: one station for that tutorial's programs.</summary>
internal sealed class PyAudioProtocol : IServedProtocol
{
    private const string ProtocolName = "pyaudio";

    private readonly PyAudioServer _server;
    private readonly StationDirectory _directory;
    private readonly string? _station;
    private readonly AccessControl _access;

    /// <summary>Opens its ports.</summary>
    /// <param name="options">Ports, station and limits, without problems.</param>
    /// <param name="context">The parts of the server that it uses.</param>
    /// <exception cref="ArgumentException">The station does not exist.</exception>
    /// <exception cref="PortException">A port cannot be opened. Ports opened before are closed again.</exception>
    internal PyAudioProtocol(PyAudioServerOptions options, ServingContext context)
    {
        MaxListeners = options.MaxTcpListeners + options.MaxLeases;
        _directory = context.Directory;
        _station = options.Station;
        _access = context.Access;
        if (_directory.TryFind(_station, out StationListing? station))
        {
            PyAudioServer.RingOf(station);
        }
        else if (_station is not null && !_directory.IsAwaited(_station) && !context.Expected.Contains(_station))
        {
            throw new ArgumentException(
                $"There is no station {_station} for PyAudio's programs. Stations: "
                + $"{string.Join(", ", _directory.Stations.Select(static s => s.Name).Concat(_directory.Awaited))}.",
                nameof(options));
        }

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
            _server = new PyAudioServer(options, Find, host, port, context.Senders, context.Time, context.Logger, Judge);
        }
        catch
        {
            host?.Dispose();
            port?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Name => ProtocolName;

    /// <inheritdoc/>
    public IReadOnlyList<ServedEndPoint> EndPoints =>
    [
        .. EndPoint(PyAudioServer.TcpTransport, _server.TcpEndPoint),
        .. EndPoint(PyAudioServer.UdpTransport, _server.UdpEndPoint),
    ];

    /// <inheritdoc/>
    public int MaxListeners { get; }

    /// <inheritdoc/>
    public Places Places => _server.Places;

    /// <inheritdoc/>
    public void Limit(StationServerOptions options)
    {
        if (options.PyAudio is { } limits)
        {
            _server.Limit(limits);
        }
    }

    /// <inheritdoc/>
    public Task RunAsync(CancellationToken cancellationToken) => _server.RunAsync(cancellationToken);

    /// <inheritdoc/>
    public IReadOnlyList<ListenerSnapshot> GetListeners() =>
        [.. _server.GetListeners().Select(static listener => ListenerSnapshot.Of(listener))];

    /// <inheritdoc/>
    public ProtocolSnapshot GetSnapshot()
    {
        IEnumerable<(string, string, string)> offered = Find() is { Info: { } info }
            ? [(info.Station, info.Name, PyAudioServer.TcpTransport), (info.Station, info.Name, PyAudioServer.UdpTransport)]
            : [];
        return Describe(_server.GetSnapshot(), ListenerCount.Of(GetListeners(), offered));
    }

    /// <inheritdoc/>
    public void Dispose() => _server.Dispose();

    /// <summary>The counters as figures for the panel and the statistics.</summary>
    internal static ProtocolSnapshot Describe(PyAudioServerSnapshot server, IReadOnlyList<ListenerCount> listeners)
    {
        IReadOnlyDictionary<string, long> refused = ProtocolSnapshot.Words(server.Refused);
        IReadOnlyDictionary<string, long> ended = ProtocolSnapshot.Words(server.Ended);
        return new ProtocolSnapshot(ProtocolName, listeners)
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

    /// <summary>The rendition for the next client. It may differ from the last one, since stations can be added and removed.</summary>
    private BroadcastRing? Find() =>
        _directory.TryFind(_station, out StationListing? station) ? PyAudioServer.TryFindRing(station) : null;

    /// <summary>Why a client may not listen: its programs know no passwords, and get no answer but the end of the connection.</summary>
    private PyAudioRefusal? Judge(IPAddress address) =>
        !_access.Admits(address) ? PyAudioRefusal.NetworkNotAllowed
        : _directory.TryFind(_station, out StationListing? station) && !_access.IsOpen(station.Name) ? PyAudioRefusal.NotOpenToEveryone
        : Find() is { Info.BitRate: var bitRate } && !_directory.HasRoomFor(bitRate) ? PyAudioRefusal.TooMany
        : null;

    private static IEnumerable<ServedEndPoint> EndPoint(string scheme, IPEndPoint? local) =>
        local is null ? [] : [new ServedEndPoint(scheme, local) { Path = "", Clients = "The PyAudio tutorial's clients" }];
}
