using System.Net;
using System.Text.Json.Nodes;
using Linnet.Broadcast;
using Linnet.Transports;
using Linnet.Transports.Http;
using Linnet.Transports.Http.Push;
using Linnet.Transports.Http.Radio;

namespace Linnet.Serving.Http;

/// <summary>HTTP: stations as streams for browsers, internet radios and players; on the same port, clients push to stations.</summary>
internal sealed class HttpProtocol : IServedProtocol
{
    private readonly ServingContext _context;
    private readonly PushServer _push;
    private readonly TcpListenerHost? _listener;
    private volatile IReadOnlyList<ServedEndPoint> _endPoints = [];

    /// <summary>Opens the port, unless another host listens.</summary>
    /// <param name="options">Limits.</param>
    /// <param name="port">The port; <see langword="null"/>: another host listens.</param>
    /// <param name="push">Serves pushes.</param>
    /// <param name="context">The parts of the server that the protocol uses.</param>
    /// <exception cref="PortException">The port cannot be opened.</exception>
    internal HttpProtocol(RadioServerOptions options, int? port, PushServer push, ServingContext context)
    {
        _context = context;
        _push = push;
        MaxListeners = options.MaxListeners;
        Radio = new RadioServer(options, context.Directory, context.Senders, context.Time, context.Logger, context.Access);
        Front = new HttpFront(Radio, push, context.Proxies, context.Connections, context.Logger);
        if (port is int own)
        {
            _listener = context.Listen(
                own, $"{nameof(StationServerOptions)}.{nameof(StationServerOptions.HttpPort)}",
                receiveBuffer: PushServer.ReceiveBufferSize);
            ListensAt(_listener.LocalEndPoint);
        }

        context.Connections.Watch(Front.Waiting);
    }

    /// <inheritdoc/>
    public string Name => TransportTotal.Http;

    /// <inheritdoc/>
    public IReadOnlyList<ServedEndPoint> EndPoints => _endPoints;

    /// <inheritdoc/>
    public bool OnlyWaits => _listener is null && _endPoints.Count == 0;

    /// <inheritdoc/>
    public int MaxListeners { get; }

    /// <inheritdoc/>
    public Places Places => Radio.Places;

    /// <summary>Serves the listeners.</summary>
    internal RadioServer Radio { get; }

    /// <summary>Reads the requests of connections and routes them.</summary>
    internal HttpFront Front { get; }

    /// <summary>Another host listens there, or no longer does.</summary>
    /// <param name="local">The port without TLS; <see langword="null"/>: there is none.</param>
    /// <param name="tls">The port with TLS; <see langword="null"/>: there is none.</param>
    internal void ListensAt(IPEndPoint? local, IPEndPoint? tls = null)
    {
        _endPoints = [.. Of(Uri.UriSchemeHttp, local), .. Of(Uri.UriSchemeHttps, tls)];

        static ServedEndPoint[] Of(string scheme, IPEndPoint? at) =>
            at is null ? [] : [new ServedEndPoint(scheme, at) { Path = "/", Clients = "Browsers" }];
    }

    /// <inheritdoc/>
    public void Limit(StationServerOptions options)
    {
        if (options.Radio is { } limits)
        {
            Radio.Limit(limits);
        }
    }

    /// <inheritdoc/>
    public Task RunAsync(CancellationToken cancellationToken) =>
        _listener?.RunAsync(Front.ServeAsync, cancellationToken) ?? UntilCancelled.WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public IReadOnlyList<ListenerSnapshot> GetListeners()
    {
        long now = _context.Time.GetTimestamp();
        return [.. Radio.GetListeners().Select(listener => new ListenerSnapshot(
            listener.Id, listener.Log.Ring.Info.Station, listener.Log.Ring.Info.Name, TransportTotal.Http, listener.Remote, listener.Since)
        {
            Lag = listener.LagAt(now, _context.Time.TimestampFrequency),
            BytesSent = listener.BytesSent,
        })];
    }

    /// <inheritdoc/>
    public ProtocolSnapshot GetSnapshot()
    {
        IEnumerable<(string, string)> offered = _context.Directory.Stations
            .SelectMany(static station => station.Streams.Select(stream => (station.Name, stream.Info.Name)))
            .Concat(_context.Directory.Awaited.Select(static station => (station, ""))); // Renditions are known with the first push.
        return Describe(Radio.GetSnapshot(), offered, _push.Pushers, ProtocolSnapshot.Words(_push.Refused));
    }

    /// <inheritdoc/>
    public void Dispose() => _listener?.Dispose();

    /// <summary>The counters as figures for the panel and the statistics.</summary>
    internal static ProtocolSnapshot Describe(
        RadioServerSnapshot radio, IEnumerable<(string Station, string Rendition)> offered, IReadOnlyDictionary<string, string> pushers,
        IReadOnlyDictionary<string, long> pushesRefused)
    {
        IReadOnlyDictionary<string, long> refused = ProtocolSnapshot.Words(radio.Refused);
        var counts = offered.ToDictionary(
            static o => o, static o => new ListenerCount(o.Station, o.Rendition, TransportTotal.Http, 0));
        foreach (RadioRenditionSnapshot heard in radio.Renditions)
        {
            counts[(heard.Station, heard.Rendition)] =
                new ListenerCount(heard.Station, heard.Rendition, TransportTotal.Http, heard.Listeners) { Peak = heard.Peak };
        }

        return new ProtocolSnapshot(TransportTotal.Http, [.. counts.Values])
        {
            Totals = [radio.Total],
            Refused = refused,
            Streams = new StreamFigures(radio.BufferBytes, radio.PacketsMissed, radio.StreamsFailed),
            Figures =
            [
                new("http", "listeners over HTTP now: browsers, internet radios", radio.Listeners),
                new("packets due", "packets that should have been sent so far: one to each listener, each time", radio.Sending.PacketsDue),
                new("sent", "packets that have been sent", radio.Sending.PacketsSent),
                new("moved", "times a listener over HTTP was slow and was moved to the live edge", radio.Sending.Moves, IsTrouble: true),
            ],
            Stats = new JsonObject
            {
                ["listeners"] = radio.Listeners,
                ["accepted"] = radio.Accepted,
                ["bytes_sent"] = radio.Sending.BytesSent,
                ["writes"] = radio.Sending.Writes,
                ["moves"] = radio.Sending.Moves,
                ["packets_due"] = radio.Sending.PacketsDue,
                ["packets_sent"] = radio.Sending.PacketsSent,
                ["packets_skipped"] = radio.Sending.PacketsSkipped,
                ["packets_missed"] = radio.PacketsMissed,
                ["stalled"] = radio.Sending.StalledListeners,
                ["disconnected"] = radio.Sending.DisconnectedListeners,
                ["buffer_bytes"] = radio.BufferBytes,
                ["refused"] = ProtocolSnapshot.ToJson(refused),
                ["pushers"] = new JsonObject(pushers.Select(static p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value))),
                ["pushes_refused"] = ProtocolSnapshot.ToJson(pushesRefused),
            },
        };
    }
}
