using System.Collections.ObjectModel;
using System.Net;
using System.Net.Sockets;
using Linnet.Access;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Codecs;
using Linnet.Codecs.Streams;
using Linnet.Diagnostics;
using Linnet.Serving.Http;
using Linnet.Serving.PyAudio;
using Linnet.Serving.Rtsp;
using Linnet.Serving.WebSocket;
using Linnet.Stations;
using Linnet.Transports;
using Linnet.Transports.Http;
using Linnet.Transports.Http.Push;
using Linnet.Transports.Http.Radio;
using Linnet.Transports.Rtsp;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Serving;

/// <summary>Stations and everything that sends them: <c>stations ─► rings ─► sender threads ─► protocols</c>.</summary>
public sealed class StationServer : IAsyncDisposable
{
    private const long NotRunning = long.MinValue;

    private static readonly TimeSpan DrainCheck = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan SnapshotTime = TimeSpan.FromMilliseconds(200);

    private readonly StationServerOptions _options;
    private readonly SenderPool _senders;
    private readonly RunningStations _stations;
    private readonly List<IServedProtocol> _protocols = [];
    private readonly Dictionary<IServedProtocol, (long At, ProtocolSnapshot Figures)> _snapshots = [];
    private readonly LogThrottle _figureNotices;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private long _runsSince = NotRunning;

    private StationServer(StationServerOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _time = time;
        _figureNotices = new LogThrottle(time);
        _logger = logger;
        _stations = new RunningStations(options.EndsWithStations, time, logger)
        { Directory = { MaxBitsPerSecond = options.MaxBitsPerSecond } };
        _senders = new SenderPool(options.Sender, time, logger);
        Proxies = new TrustedProxies(options.TrustedProxies, time, logger, options.TrustedProxiesName);
        Judge = new AccessControl(
            options.Access, time, logger, options.Push.Password,
            static address => InnerNetwork.SideOf(address, []) is NetworkSide.Outer);
        Connections = new ConnectionGate(time, logger, Proxies, Judge);
    }

    /// <summary>The protocols of the server.</summary>
    internal IReadOnlyList<IServedProtocol> Protocols => _protocols;

    /// <summary>The stations that run in this process; disposed with it.</summary>
    public IReadOnlyList<Station> Stations => _stations.Stations;

    /// <summary>
    /// The stations on offer, with their senders' descriptions. One that is fed from elsewhere is served once its listing is set here.
    /// </summary>
    internal StationDirectory Directory => _stations.Directory;

    /// <summary>Receives pushes over HTTP; <see langword="null"/>: pushes are off.</summary>
    internal PushServer? Push { get; private set; }

    /// <summary>
    /// The rules about listening and pushing. New ones hold for later requests; those who are listening or pushing already stay.
    /// </summary>
    /// <exception cref="ArgumentException">The value has problems.</exception>
    public AccessOptions Access
    {
        get => Judge.Options;
        set => Judge.Options = value.ThrowIfInvalid();
    }

    /// <summary>Decides about every request, by <see cref="Access"/> and the password for pushing.</summary>
    internal AccessControl Judge { get; }

    /// <summary>
    /// Takes <see cref="Access"/>, the limits of listeners and the options of pushes from other options. Those who are listening or
    /// pushing stay, and the other options stay as they are.
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="options"/> has problems.</exception>
    internal void Change(StationServerOptions options)
    {
        Judge.Change(options.ThrowIfInvalid().Access, options.Push.Password);
        Directory.MaxBitsPerSecond = options.MaxBitsPerSecond;
        _protocols.ForEach(protocol => protocol.Limit(options));
    }

    /// <summary>Where it listens for RTSP; <see langword="null"/>: it has no port for RTSP.</summary>
    public IPEndPoint? RtspEndPoint => Find<RtspProtocol>()?.Rtsp?.Local;

    /// <summary>Where it listens for HTTP without TLS; <see langword="null"/>: nowhere.</summary>
    public IPEndPoint? HttpEndPoint => Find<HttpProtocol>()?.EndPoints.FirstOrDefault(static e => e.Name == Uri.UriSchemeHttp)?.Local;

    /// <summary>Where a host listens for HTTP over TLS; <see langword="null"/>: nowhere.</summary>
    internal IPEndPoint? HttpsEndPoint => Find<HttpProtocol>()?.EndPoints.FirstOrDefault(static e => e.Name == Uri.UriSchemeHttps)?.Local;

    /// <summary>Where a host listens for RTSP over TLS; <see langword="null"/>: nowhere.</summary>
    internal IPEndPoint? RtspsEndPoint => Find<RtspProtocol>()?.Tls?.Local;

    /// <summary>Serves listeners over HTTP; <see langword="null"/>: HTTP is off.</summary>
    internal RadioServer? Radio => Find<HttpProtocol>()?.Radio;

    /// <summary>Serves RTSP connections, whichever host accepts them.</summary>
    internal RtspServer Rtsp => Find<RtspProtocol>()!.Server;

    /// <summary>Serves HTTP connections, whichever host accepts them; <see langword="null"/>: HTTP is off.</summary>
    internal HttpFront? Front => Find<HttpProtocol>()?.Front;

    /// <summary>Accepts the connections of all its ports. A host that accepts for <see cref="Front"/> shares it.</summary>
    internal ConnectionGate Connections { get; }

    /// <summary>
    /// The proxies that are trusted on all its ports. A host that accepts for <see cref="Front"/> finds the clients of connections by them.
    /// </summary>
    internal TrustedProxies Proxies { get; }

    /// <summary>Opens the ports. Nothing is served before <see cref="RunAsync"/>.</summary>
    /// <param name="stations">The stations; the root path means the first. Others can be added later.</param>
    /// <param name="options">Where to listen; the default: RTSP's usual ports at all addresses.</param>
    /// <param name="time">The clock; default <see cref="TimeProvider.System"/>.</param>
    /// <param name="logger">The log; default none.</param>
    /// <param name="fed">More stations, whose sound others send; disposed with it.</param>
    /// <exception cref="ArgumentException"><paramref name="options"/> has problems, or two stations or protocols have one name.</exception>
    /// <exception cref="PortException">A port cannot be opened; the message says which and why.</exception>
    public static StationServer Open(
        IReadOnlyList<Station> stations,
        StationServerOptions? options = null,
        TimeProvider? time = null,
        ILogger? logger = null,
        IReadOnlyList<IngestStation>? fed = null)
    {
        var server = new StationServer(
            (options ?? new StationServerOptions()).ThrowIfInvalid(), time ?? TimeProvider.System, logger ?? NullLogger.Instance);
        try
        {
            foreach (Station station in stations)
            {
                server.Add(station);
            }

            foreach (IngestStation station in fed ?? [])
            {
                server.Add(station);
            }

            server.OpenProtocols();
            return server;
        }
        catch
        {
            server.AbandonAsync().GetAwaiter().GetResult();
            throw;
        }
    }

    /// <summary>Adds a station. It is the server's from now on, and starts at once if the server runs.</summary>
    /// <exception cref="ArgumentException">There is a station of this name.</exception>
    public void Add(Station station)
    {
        ArgumentNullException.ThrowIfNull(station);
        _stations.Add(station);
    }

    /// <summary>Adds a station whose sound others send. It is the server's from now on.</summary>
    /// <exception cref="ArgumentException">There is a station of this name.</exception>
    public void Add(IngestStation station)
    {
        ArgumentNullException.ThrowIfNull(station);
        _stations.Add(station);
    }

    /// <summary>Ends a station, whose listeners are told so, and disposes of it.</summary>
    /// <returns><see langword="false"/>: no station of this name runs in this process.</returns>
    public ValueTask<bool> RemoveAsync(string name) => _stations.RemoveAsync(name);

    /// <summary>
    /// Serves until it is cancelled, or until every protocol has failed; with <see cref="StationServerOptions.EndsWithStations"/> until
    /// every station has ended.
    /// </summary>
    /// <exception cref="IOException">Every protocol has failed.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _runsSince, _time.GetTimestamp());
        _logger.SayCodecs(CodecTable.Current);
        Connections.SayRoom((int)Math.Min(int.MaxValue, _protocols.Sum(static p => (long)p.MaxListeners)));
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task stations = _stations.RunAsync(ending.Token);
        Task<Exception?>[] serving = [.. _protocols.Select(p => ServeAsync(p, ending.Token))];
        Task failing = WaitForFailureAsync(serving);
        await Task.WhenAny(DrainAsync(stations, ending.Token), failing).ConfigureAwait(false);
        bool isAsked = ending.IsCancellationRequested || !failing.IsCompleted;
        await ending.CancelAsync().ConfigureAwait(false);
        await stations.ConfigureAwait(false);
        Exception?[] failures = await Task.WhenAll(serving).ConfigureAwait(false);
        if (!isAsked && failures.OfType<Exception>().FirstOrDefault() is { } failure)
        {
            throw new IOException($"Nothing can be served any more: {failure.Message}", failure);
        }
    }

    /// <summary>The server at this moment, with its counters since it was opened. Any thread may call it, several times a second.</summary>
    public ServerStatistics GetStatistics()
    {
        return new ServerStatistics
        {
            Elapsed = Volatile.Read(ref _runsSince) is var since and not NotRunning ? _time.GetElapsedTime(since) : TimeSpan.Zero,
            Stations = GetStations(),
            Nodes = Directory.Others,
            Awaited = Directory.Awaited,
            Protocols = [.. _protocols.Select(LookAt)],
            Pushers = Push?.Pushers ?? ReadOnlyDictionary<string, string>.Empty,
            Sending = _senders.GetStatistics(),
            Streams = _senders.GetStreamStatistics(),
        };
    }

    /// <summary>The stations at this moment, in the order of the server's list.</summary>
    internal IReadOnlyList<StationSnapshot> GetStations() => StationLook.AtAll(Directory, Stations, _time.GetTimestamp());

    /// <summary>Its listeners now, by all protocols: one record each, where <see cref="GetStatistics"/> only counts them.</summary>
    public IReadOnlyList<ListenerSnapshot> GetListeners() =>
        [.. _protocols.SelectMany(p => Read(p, static protocol => protocol.GetListeners()) ?? [])];

    // At most 200 ms old: the panel and pages ask often, and a protocol asks each of its listeners.
    private ProtocolSnapshot LookAt(IServedProtocol protocol)
    {
        lock (_snapshots)
        {
            long now = _time.GetTimestamp();
            if (!_snapshots.TryGetValue(protocol, out (long At, ProtocolSnapshot Figures) last)
                || _time.GetElapsedTime(last.At, now) > SnapshotTime)
            {
                ProtocolSnapshot? figures = Read(protocol, static p => p.GetSnapshot());
                _snapshots[protocol] = last = (now, figures ?? last.Figures ?? new ProtocolSnapshot(protocol.Name, []));
            }

            return last.Figures;
        }
    }

    // The figures of a protocol that fails to give them are the last ones; those of the others are not affected.
    private T? Read<T>(IServedProtocol protocol, Func<IServedProtocol, T> read)
        where T : class
    {
        try
        {
            return read(protocol);
        }
        catch (Exception e)
        {
            if (_figureNotices.TrySay(out Unsaid unsaid))
            {
                _logger.ProtocolHasNoFigures(e, protocol.Name, unsaid);
            }

            return null;
        }
    }

    /// <summary>Another host accepts connections for <see cref="Radio"/>, and says where.</summary>
    /// <param name="local">Its address and port; <see langword="null"/>: it has none without TLS, or has stopped.</param>
    /// <param name="tls">The same with TLS.</param>
    internal void ListensForHttpAt(IPEndPoint? local, IPEndPoint? tls = null) => Find<HttpProtocol>()?.ListensAt(local, tls);

    /// <summary>Another host accepts connections for <see cref="Rtsp"/> over TLS, and says where.</summary>
    /// <param name="local">Its address and port; <see langword="null"/>: it has none, or has stopped.</param>
    internal void ListensForRtspsAt(IPEndPoint? local) => Find<RtspProtocol>()?.ListensForTlsAt(local);

    /// <summary>Closes the ports and frees the stations. After <see cref="RunAsync"/> has returned.</summary>
    public async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await _stations.DisposeAsync().ConfigureAwait(false);
    }

    private NodeLoad ReadLoad() => ServerLoad.Of(_protocols, Directory);

    // A protocol is a line here.
    private void OpenProtocols()
    {
        IPAddress bind = _options.Bind ?? (Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any);
        var context = new ServingContext(Directory, _senders, Connections, Proxies, Judge, bind, _time, _logger);
        context = context with { Expected = _options.Expected, IsLive = _stations.IsLive, Load = ReadLoad };
        _protocols.Add(new RtspProtocol(_options, context));
        if (_options.Radio is { } radio)
        {
            Push = new PushServer(
                _options.Push, () => _stations.Pushable, Directory.Contains, StreamDecoders.TryCreate, _time, _logger, Judge);
            var http = new HttpProtocol(radio, _options.HttpPort, Push, context);
            _protocols.Add(http);
            _protocols.Add(new PushProtocol(Push));
            _protocols.Add(new WebSocketProtocol(radio, http.Front, context));
            _protocols.AddRange(_options.Hls is { } hls ? [new HlsProtocol(hls, radio, http.Front, context)] : []);
        }

        if (_options.PyAudio is { } pyAudio)
        {
            _protocols.Add(new PyAudioProtocol(pyAudio, context));
        }

        foreach (ProtocolFactory open in _options.Protocols)
        {
            _protocols.Add(open(context));
            string name = _protocols[^1].Name;
            if (_protocols.Count(p => p.Name == name) > 1)
            {
                throw new ArgumentException($"There are two protocols named {name}; metrics and statistics need one name for each.");
            }
        }
    }

    private T? Find<T>()
        where T : class => _protocols.OfType<T>().FirstOrDefault();

    /// <summary>Runs a protocol; a failure there ends that protocol alone.</summary>
    private async Task<Exception?> ServeAsync(IServedProtocol protocol, CancellationToken cancellationToken)
    {
        try
        {
            await protocol.RunAsync(cancellationToken).ConfigureAwait(false);
            if (!cancellationToken.IsCancellationRequested)
            {
                throw new IOException($"{protocol.Name} has ended by itself.");
            }

            return null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e)
        {
            _logger.ProtocolFailed(e, protocol.Name);
            return e;
        }
    }

    /// <summary>
    /// Completes when protocols have failed and the others, if any, only wait for what others accept. If all only wait, another host
    /// serves for them, and that is no failure.
    /// </summary>
    private async Task WaitForFailureAsync(Task<Exception?>[] serving)
    {
        while (!serving.Any(static task => task.IsCompleted)
            || serving.Where((task, i) => !task.IsCompleted && !_protocols[i].OnlyWaits).Any())
        {
            await Task.WhenAny(serving.Where(static task => !task.IsCompleted)).ConfigureAwait(false);
        }
    }

    private async Task DrainAsync(Task stations, CancellationToken cancellationToken)
    {
        await stations.ConfigureAwait(false);
        long ended = _time.GetTimestamp();

        // The figures of this moment: a short station can begin and end within the time that figures are kept.
        while (_time.GetElapsedTime(ended) < _options.Rtsp.EndLinger
            && _protocols.Any(p => Read(p, static protocol => protocol.GetSnapshot())?.Listeners.Any(static l => l.Listeners > 0) == true))
        {
            await Task.Delay(DrainCheck, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task CloseAsync()
    {
        foreach (IServedProtocol protocol in _protocols)
        {
            try
            {
                protocol.Dispose();
            }
            catch (Exception e)
            {
                _logger.ProtocolDidNotClose(e, protocol.Name);
            }
        }

        await _senders.DisposeAsync().ConfigureAwait(false);
        Judge.Dispose();
    }

    /// <summary>Disposes everything except the stations, which still belong to their owner.</summary>
    private async Task AbandonAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await _stations.AbandonAsync().ConfigureAwait(false);
    }
}
