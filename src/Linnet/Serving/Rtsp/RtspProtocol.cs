using System.Globalization;
using System.Net;
using Linnet.Broadcast;
using Linnet.Transports;
using Linnet.Transports.Rtp;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtsp;

namespace Linnet.Serving.Rtsp;

/// <summary>RTSP: <c>connections ─► RtspServer ─► RTP and RTCP over UDP, or within the connection</c>.</summary>
internal sealed class RtspProtocol : IServedProtocol
{
    private static readonly string[] Transports = [TransportTotal.RtspUdp, TransportTotal.RtspTcp];

    private readonly ServingContext _context;
    private readonly RtpPortPair? _ports;
    private readonly TcpListenerHost? _listener;
    private volatile ServedEndPoint? _tls;

    /// <summary>Opens the ports that the options name.</summary>
    /// <exception cref="PortException">A port cannot be opened.</exception>
    internal RtspProtocol(StationServerOptions options, ServingContext context)
    {
        _context = context;
        MaxListeners = options.Rtsp.MaxSessions;
        _ports = options.RtpPort is not int rtp ? null
            : ServingContext.Open(
                () => RtpPortPair.Bind(context.Bind, rtp), $"UDP port {rtp} or {rtp + 1}",
                $"{nameof(StationServerOptions)}.{nameof(StationServerOptions.RtpPort)}");
        try
        {
            _listener = options.RtspPort is not int rtsp ? null
                : context.Listen(rtsp, $"{nameof(StationServerOptions)}.{nameof(StationServerOptions.RtspPort)}");
        }
        catch
        {
            _ports?.Dispose();
            throw;
        }

        Server = new RtspServer(options.Rtsp, context.Directory, context.Senders, _ports, context.Time, context.Logger)
        {
            Proxies = context.Proxies,
            Access = context.Access,
        };
        context.Connections.Watch(Server.Waiting);
        Rtsp = _listener is null ? null : new ServedEndPoint(RtspUri.PlainScheme, _listener.LocalEndPoint) { Path = "/" };
    }

    /// <inheritdoc/>
    public string Name => "rtsp";

    /// <inheritdoc/>
    public IReadOnlyList<ServedEndPoint> EndPoints =>
    [
        .. new[] { Rtsp, _tls }.OfType<ServedEndPoint>(),
        .. _ports is null ? [] : (ServedEndPoint[])[new ServedEndPoint("rtp", _ports.Rtp.LocalEndPoint)],
    ];

    /// <inheritdoc/>
    public bool OnlyWaits => _listener is null;

    /// <inheritdoc/>
    public int MaxListeners { get; }

    /// <summary>The address and port that it accepts connections on; <see langword="null"/>: only another host accepts them.</summary>
    internal ServedEndPoint? Rtsp { get; }

    /// <summary>Where another host accepts connections over TLS; <see langword="null"/>: nowhere.</summary>
    internal ServedEndPoint? Tls => _tls;

    /// <summary>Another host listens there for RTSP over TLS, or no longer does (<see langword="null"/>).</summary>
    internal void ListensForTlsAt(IPEndPoint? local) =>
        _tls = local is null ? null : new ServedEndPoint(RtspUri.TlsScheme, local) { Path = "/" };

    /// <summary>Serves connections, whichever host accepts them.</summary>
    internal RtspServer Server { get; }

    /// <inheritdoc/>
    public Places Places => Server.Admission.Places;

    /// <inheritdoc/>
    public void Limit(StationServerOptions options) => Server.Admission.Limit(options.Rtsp);

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // Neither is of use without the other: every session needs its connection, over UDP too.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task serving = Server.RunAsync(ending.Token);
        Task[] both = [serving, _listener?.RunAsync(Server.ServeAsync, ending.Token) ?? serving];
        await Task.WhenAny(both).ConfigureAwait(false);
        await ending.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(both).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public IReadOnlyList<ListenerSnapshot> GetListeners() => [.. Server.GetSnapshot().Sessions.Select(ToListener)];

    /// <inheritdoc/>
    public ProtocolSnapshot GetSnapshot()
    {
        RtspServerSnapshot rtsp = Server.GetSnapshot();
        var offered = _context.Directory.Stations.SelectMany(
            static station => station.Renditions
                .Where(static ring => ring.Info.IsRtp)
                .SelectMany(ring => Transports.Select(transport => (station.Name, ring.Info.Name, transport))));
        return new ProtocolSnapshot(Name, ListenerCount.Of(rtsp.Sessions.Select(ToListener), offered))
        {
            Totals = rtsp.Totals,
            Refused = new Dictionary<string, long>([
                .. rtsp.RefusedRequests.Select(static r => KeyValuePair.Create(
                    ((int)r.Key).ToString(CultureInfo.InvariantCulture), r.Value)),
                .. ProtocolSnapshot.Words(rtsp.RefusedConnections)]),
            Ended = ProtocolSnapshot.Words(rtsp.EndedSessions),
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener?.Dispose();
        _ports?.Dispose();
    }

    private static ListenerSnapshot ToListener(RtspSessionSnapshot session) => new(
        session.Number, session.Station, session.Rendition, session.Transport, session.Remote, session.Since)
    {
        IsPlaying = session.IsPlaying,
        Lag = session.Lag,
        BytesSent = session.BytesSent,
        PacketsSent = session.PacketsSent,
        PacketsSkipped = session.PacketsSkipped,
    };
}
