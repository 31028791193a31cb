using System.Net;
using System.Net.Sockets;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams;
using Linnet.Codecs.Streams;
using Linnet.Stations;
using Linnet.Transports;
using Linnet.Transports.Http;
using Linnet.Transports.Http.Push;
using Linnet.Transports.Http.Radio;
using Linnet.Transports.PyAudio;
using Linnet.Transports.Rtp;
using Linnet.Transports.Rtsp;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Serving;

/// <summary>
/// Stations and everything that sends them: <c>stations ─► rings ─► sender threads ─► RTSP, UDP and TCP (and HTTP and PyAudio, if
/// asked)</c>.
/// </summary>
public sealed class StationServer : IAsyncDisposable
{
    private static readonly TimeSpan DrainCheck = TimeSpan.FromMilliseconds(100);

    private readonly StationServerOptions _options;
    private readonly SenderPool _senders;
    private readonly RtpPortPair _ports;
    private readonly TcpListenerHost _listener;
    private readonly RtspServer _rtsp;
    private readonly TcpListenerHost? _http;
    private readonly PyAudioServer? _pyAudio;
    private readonly RunningStations _stations;
    private readonly TimeProvider _time;

    private StationServer(
        IReadOnlyList<Station> stations,
        IReadOnlyList<IngestStation> fed,
        StationServerOptions options,
        Ports ports,
        ConnectionGate gate,
        TrustedProxies proxies,
        TimeProvider time,
        ILogger? logger)
    {
        Connections = gate;
        Proxies = proxies;
        _stations = new RunningStations(stations, fed, time, logger ?? NullLogger.Instance);
        _options = options;
        _ports = ports.Rtp!;
        _listener = ports.Rtsp!;
        _time = time;
        _senders = new SenderPool(options.Sender, time, logger);
        StationDirectory directory = _stations.Directory;
        _rtsp = new RtspServer(options.Rtsp, directory, _senders, _ports, time, logger) { Proxies = proxies };
        _http = ports.Http;
        Radio = options.Radio is { } radio
            ? new RadioServer(radio, directory, _senders, time, logger) : null;
        gate.Watch(_rtsp.Waiting);
        if (Radio is not null)
        {
            Push = new PushServer(
                options.Push, [.. fed.Where(f => f.Pull is null).Select(f => f.Ingest)], StreamDecoders.TryCreate, time, logger);
            Front = new HttpFront(Radio, Push, proxies, gate, logger);
            gate.Watch(Front.Waiting);
        }

        _pyAudio = options.PyAudio is { } pyAudio && directory.TryFind(pyAudio.Station, out StationListing? station)
            ? new PyAudioServer(pyAudio, station, ports.PyAudioTcp, ports.PyAudioUdp, _senders, time, logger)
            : null;
    }

    /// <summary>What it sends now; disposed with it. Stations that others push to may come later.</summary>
    public IReadOnlyList<Station> Stations => _stations.Stations;

    /// <summary>What is offered now, with what those who send say about it.</summary>
    public StationDirectory Directory => _stations.Directory;

    /// <summary>Takes what is pushed over HTTP; <see langword="null"/>: that is off.</summary>
    public PushServer? Push { get; }

    /// <summary>Where it listens for RTSP.</summary>
    public IPEndPoint RtspEndPoint => _listener.LocalEndPoint;

    /// <summary>Where RTP comes from; RTCP from the next port.</summary>
    public IPEndPoint RtpEndPoint => _ports.Rtp.LocalEndPoint;

    /// <summary>Where it listens for HTTP; <see langword="null"/>: nowhere by itself.</summary>
    public IPEndPoint? HttpEndPoint => _http?.LocalEndPoint;

    /// <summary>Serves listeners over HTTP; <see langword="null"/>: that is off.</summary>
    public RadioServer? Radio { get; }

    /// <summary>Serves HTTP connections, whoever accepts them; <see langword="null"/>: that is off.</summary>
    public HttpFront? Front { get; }

    /// <summary>Accepts the connections of all its ports. Whoever accepts for <see cref="Front"/> shares it.</summary>
    public ConnectionGate Connections { get; }

    /// <summary>
    /// The proxies that are believed on all its ports. Whoever accepts for <see cref="Front"/> asks them whose a connection is.
    /// </summary>
    public TrustedProxies Proxies { get; }

    /// <summary>Where the PyAudio tutorial's TCP clients connect to; <see langword="null"/>: nowhere.</summary>
    public IPEndPoint? PyAudioTcpEndPoint => _pyAudio?.TcpEndPoint;

    /// <summary>Where the PyAudio tutorial's UDP clients say Hello; <see langword="null"/>: nowhere.</summary>
    public IPEndPoint? PyAudioUdpEndPoint => _pyAudio?.UdpEndPoint;

    /// <summary>Opens the ports. Nobody is heard before <see cref="RunAsync"/>.</summary>
    /// <param name="stations">The stations; the first is what the root path means.</param>
    /// <param name="options">Where to listen; the default: RTSP's usual ports at all addresses.</param>
    /// <param name="time">The clock; default <see cref="TimeProvider.System"/>.</param>
    /// <param name="logger">Told who comes and goes; default nobody.</param>
    /// <param name="fed">More stations, whose sound others send; disposed with it.</param>
    /// <exception cref="ArgumentException"><paramref name="options"/> has problems; the message lists them.</exception>
    /// <exception cref="IOException">A port cannot be had; the message says which and why.</exception>
    public static StationServer Open(
        IReadOnlyList<Station> stations,
        StationServerOptions? options = null,
        TimeProvider? time = null,
        ILogger? logger = null,
        IReadOnlyList<IngestStation>? fed = null)
    {
        options = (options ?? new StationServerOptions()).ThrowIfInvalid();
        time ??= TimeProvider.System;
        if (options.PyAudio?.Station is { } name && stations.All(s => s.Name != name))
        {
            throw new ArgumentException(
                $"There is no station {name} for PyAudio's programs. Stations: {string.Join(", ", stations.Select(static s => s.Name))}.",
                nameof(options));
        }

        var ports = new Ports();
        var proxies = new TrustedProxies(options.TrustedProxies, time, logger);
        var gate = new ConnectionGate(time, logger, proxies);
        try
        {
            ports.Open(options, options.Bind ?? (Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any), gate, proxies, time);
            return new StationServer(stations, fed ?? [], options, ports, gate, proxies, time, logger);
        }
        catch
        {
            ports.Dispose();
            throw;
        }
    }

    /// <summary>Serves until every station has ended and its listeners have heard the end, or until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Connections.SayRoom(_options.MaxListeners);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task stations = _stations.RunAsync(ending.Token);
        Task[] serving =
        [
            _rtsp.RunAsync(ending.Token),
            _listener.RunAsync(_rtsp.ServeAsync, ending.Token),
            .. _http is null ? Array.Empty<Task>() : [_http.RunAsync(Front!.ServeAsync, ending.Token)],
            .. _pyAudio is null ? Array.Empty<Task>() : [_pyAudio.RunAsync(ending.Token)],
        ];
        await Task.WhenAny([DrainAsync(stations, ending.Token), .. serving]).ConfigureAwait(false);
        await ending.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll([.. serving, stations]).ConfigureAwait(false);
    }

    /// <summary>Who listens, and what was asked for and refused.</summary>
    public RtspServerSnapshot GetRtspSnapshot() => _rtsp.GetSnapshot();

    /// <summary>The station that the PyAudio tutorial's programs hear; <see langword="null"/>: none.</summary>
    public string? PyAudioStation => _pyAudio is null ? null : _options.PyAudio!.Station ?? Stations[0].Name;

    /// <summary>Who hears by the PyAudio tutorial's formats, and what was refused; <see langword="null"/>: that is off.</summary>
    public PyAudioServerSnapshot? GetPyAudioListeners() => _pyAudio?.GetSnapshot();

    /// <summary>What was due, sent and dropped.</summary>
    public SenderStatistics GetStatistics() => _senders.GetStatistics();

    /// <summary>What was written to listeners that hear streams, over HTTP.</summary>
    public StreamStatistics GetStreamStatistics() => _senders.GetStreamStatistics();

    /// <summary>Packets by how late they left, in the buckets of <see cref="Diagnostics.LatenessHistogram"/>.</summary>
    public long[] GetLateness() => _senders.GetLateness();

    /// <summary>
    /// Writes to listeners by HTTP that took less than was due, by how much sound was then under way; in the same buckets.
    /// </summary>
    public long[] GetStreamLag() => _senders.GetStreamLag();

    /// <summary>Closes the ports and frees the stations. After <see cref="RunAsync"/> has returned.</summary>
    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        _http?.Dispose();
        _pyAudio?.Dispose();
        await _senders.DisposeAsync().ConfigureAwait(false);
        _ports.Dispose();
        await _stations.DisposeAsync().ConfigureAwait(false);
    }

    private async Task DrainAsync(Task stations, CancellationToken cancellationToken)
    {
        await stations.ConfigureAwait(false);
        long ended = _time.GetTimestamp();
        while (Listeners > 0 && _time.GetElapsedTime(ended) < _options.Rtsp.EndLinger)
        {
            await Task.Delay(DrainCheck, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private int Listeners => _rtsp.GetSnapshot().Sessions.Count + (_pyAudio?.GetSnapshot().Listeners ?? 0) + (Radio?.Listeners ?? 0);
}
