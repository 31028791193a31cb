using System.Net;
using System.Net.Sockets;
using Linnet.Broadcast;
using Linnet.Transports;
using Linnet.Transports.Rtp;
using Linnet.Transports.Rtsp;
using Microsoft.Extensions.Logging;

namespace Linnet.Stations;

/// <summary>Stations and everything that sends them: <c>stations ─► rings ─► sender threads ─► RTSP, UDP and TCP</c>.</summary>
public sealed class StationServer : IAsyncDisposable
{
    private static readonly TimeSpan DrainCheck = TimeSpan.FromMilliseconds(100);

    private readonly StationServerOptions _options;
    private readonly SenderPool _senders;
    private readonly RtpPortPair _ports;
    private readonly TcpListenerHost _listener;
    private readonly RtspServer _rtsp;
    private readonly TimeProvider _time;

    private StationServer(
        IReadOnlyList<Station> stations, StationServerOptions options, RtpPortPair ports, TcpListenerHost listener, TimeProvider time, ILogger? logger)
    {
        Stations = stations;
        _options = options;
        _ports = ports;
        _listener = listener;
        _time = time;
        _senders = new SenderPool(options.Sender, time);
        _rtsp = new RtspServer(options.Rtsp, new StationDirectory([.. stations.Select(static s => s.Listing)]), _senders, ports, time, logger);
    }

    /// <summary>What it sends; disposed with it.</summary>
    public IReadOnlyList<Station> Stations { get; }

    /// <summary>Where it listens for RTSP.</summary>
    public IPEndPoint RtspEndPoint => _listener.LocalEndPoint;

    /// <summary>Where RTP comes from; RTCP from the next port.</summary>
    public IPEndPoint RtpEndPoint => _ports.Rtp.LocalEndPoint;

    /// <summary>Opens the ports. Nobody is heard before <see cref="RunAsync"/>.</summary>
    /// <param name="stations">The stations; the first is what the root path means.</param>
    /// <param name="options">Where to listen; the default: RTSP's usual ports at all addresses.</param>
    /// <param name="time">The clock; default <see cref="TimeProvider.System"/>.</param>
    /// <param name="logger">Told who comes and goes; default nobody.</param>
    /// <exception cref="ArgumentException"><paramref name="options"/> has problems; the message lists them.</exception>
    /// <exception cref="IOException">A port cannot be had; the message says which and why.</exception>
    public static StationServer Open(
        IReadOnlyList<Station> stations, StationServerOptions? options = null, TimeProvider? time = null, ILogger? logger = null)
    {
        options = (options ?? new StationServerOptions()).ThrowIfInvalid();
        time ??= TimeProvider.System;
        IPAddress address = options.Bind ?? (Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any);
        RtpPortPair ports = Bound(
            () => RtpPortPair.Bind(address, options.RtpPort), $"UDP port {options.RtpPort} or {options.RtpPort + 1}", "--rtp-port");
        try
        {
            var listen = new TcpListenerOptions { Local = new IPEndPoint(address, options.RtspPort) };
            TcpListenerHost listener = Bound(() => new TcpListenerHost(listen, time), $"TCP port {options.RtspPort}", "--rtsp-port");
            return new StationServer(stations, options, ports, listener, time, logger);
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
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] stations = [.. Stations.Select(station => station.RunAsync(ending.Token))];
        Task serving = _rtsp.RunAsync(ending.Token);
        Task listening = _listener.RunAsync(_rtsp.ServeAsync, ending.Token);
        await Task.WhenAny(DrainAsync(stations, ending.Token), serving, listening).ConfigureAwait(false);
        await ending.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll([serving, listening, .. stations]).ConfigureAwait(false);
    }

    /// <summary>Who listens, and what was asked for and refused.</summary>
    public RtspServerSnapshot GetListeners() => _rtsp.GetSnapshot();

    /// <summary>What was due, sent and dropped.</summary>
    public SenderStatistics GetStatistics() => _senders.GetStatistics();

    /// <summary>Closes the ports and frees the stations. After <see cref="RunAsync"/> has returned.</summary>
    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _senders.DisposeAsync().ConfigureAwait(false);
        _ports.Dispose();
        foreach (Station station in Stations)
        {
            await station.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task DrainAsync(Task[] stations, CancellationToken cancellationToken)
    {
        await Task.WhenAll(stations).ConfigureAwait(false);
        long ended = _time.GetTimestamp();
        while (_rtsp.GetSnapshot().Sessions.Count > 0 && _time.GetElapsedTime(ended) < _options.Rtsp.EndLinger)
        {
            await Task.Delay(DrainCheck, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static T Bound<T>(Func<T> bind, string what, string option)
    {
        try
        {
            return bind();
        }
        catch (SocketException e)
        {
            throw new IOException(
                e.SocketErrorCode switch
                {
                    SocketError.AddressAlreadyInUse => $"{what} is taken, perhaps by another Linnet; choose another with {option}.",
                    SocketError.AccessDenied => $"{what} is for root alone; choose one above 1023 with {option}.",
                    SocketError.AddressNotAvailable => "This machine has no such address; name one of its own with --bind.",
                    _ => $"{what} cannot be opened: {e.Message}; choose another with {option}.",
                },
                e);
        }
    }
}
