using System.Net;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Wire.PyAudio;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Transports.PyAudio;

/// <summary>
/// Serves one station to the PyAudio tutorial's clients, unchanged: <c>ring ─► sender threads ─► messages over TCP, datagrams over UDP</c>.
/// </summary>
internal sealed class PyAudioServer : IDisposable
{
    /// <summary>The transport's name for listeners over TCP.</summary>
    internal const string TcpTransport = "pyaudio-tcp";

    /// <summary>The transport's name for listeners over UDP.</summary>
    internal const string UdpTransport = "pyaudio-udp";

    private readonly PyAudioCounters _counters = new();
    private readonly PyAudioAudience _tcpAudience;
    private readonly PyAudioAudience _udpAudience;
    private readonly TcpListenerHost? _host;
    private readonly PyAudioTcpServer _tcp;
    private readonly PyAudioUdpServer? _udp;
    private readonly ILogger _logger;

    /// <summary>Creates a server. It serves from <see cref="RunAsync"/> on.</summary>
    /// <param name="options">Limits.</param>
    /// <param name="find">Finds the rendition for a new client; returns <see langword="null"/> if there is none now.</param>
    /// <param name="host">The TCP listener; <see langword="null"/>: no TCP. Owned here.</param>
    /// <param name="port">The UDP port; <see langword="null"/>: no UDP. Owned here.</param>
    /// <param name="senders">The sender threads. They must outlive this.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Logs listeners that start and stop, and a port that fails.</param>
    /// <param name="judge">Says why a client at an address may not listen; default: everyone may.</param>
    internal PyAudioServer(
        PyAudioServerOptions options, Func<BroadcastRing?> find, TcpListenerHost? host, PyAudioUdpPort? port, SenderPool senders,
        TimeProvider time, ILogger? logger, Func<IPAddress, PyAudioRefusal?>? judge = null)
    {
        judge ??= static _ => null;
        _logger = logger ??= NullLogger.Instance;
        _host = host;
        _tcpAudience = new PyAudioAudience(
            TcpTransport, new PeerQuota(options.MaxTcpListeners, options.MaxTcpListenersPerAddress), FindForTcp, judge,
            _counters, time, logger);
        _udpAudience = new PyAudioAudience(
            UdpTransport, new PeerQuota(options.MaxLeases, options.MaxLeasesPerAddress), find, judge, _counters, time, logger);
        _tcp = new PyAudioTcpServer(options, _tcpAudience, senders, time, logger);
        _udp = port is null ? null : new PyAudioUdpServer(port, options, _udpAudience, senders, _counters, time, logger);

        // Before there are packets: then each is made as a message at once.
        BroadcastRing? FindForTcp()
        {
            if (find() is not { } ring)
            {
                return null;
            }

            PyAudioFraming.Of(ring);
            return ring;
        }
    }

    /// <summary>Takes the limits of listeners from other options. Those who are listening stay.</summary>
    internal void Limit(PyAudioServerOptions options)
    {
        _tcpAudience.Limit(options.MaxTcpListeners, options.MaxTcpListenersPerAddress);
        _udpAudience.Limit(options.MaxLeases, options.MaxLeasesPerAddress);
    }

    /// <summary>The listeners now, and their limits.</summary>
    internal Places Places =>
        new(_tcpAudience.Places.Taken + _udpAudience.Places.Taken, _tcpAudience.Places.Most + _udpAudience.Places.Most);

    /// <summary>The TCP address it listens on; <see langword="null"/>: no TCP.</summary>
    internal IPEndPoint? TcpEndPoint => _host?.LocalEndPoint;

    /// <summary>The UDP address it listens on; <see langword="null"/>: no UDP.</summary>
    internal IPEndPoint? UdpEndPoint => _udp?.LocalEndPoint;

    /// <summary>
    /// Serves until it is cancelled; then signals the end to all listeners, and returns. If TCP or UDP fails, the other continues.
    /// </summary>
    /// <exception cref="IOException">Neither is left.</exception>
    internal Task RunAsync(CancellationToken cancellationToken)
    {
        var parts = new List<(string Name, Func<CancellationToken, Task> RunAsync)>();
        if (_host is not null)
        {
            parts.Add((
                TcpTransport,
                ending => _host.RunAsync((transport, socket, _, stop) => _tcp.ServeAsync(transport, socket, stop), ending)));
        }

        if (_udp is not null)
        {
            parts.Add((UdpTransport, _udp.RunAsync));
        }

        return SeparateParts.RunAsync(parts, _logger, cancellationToken);
    }

    /// <summary>The current listeners, and the counts since the start.</summary>
    internal PyAudioServerSnapshot GetSnapshot() => new(
        _tcpAudience.Count, _udpAudience.Count, _counters.Accepted, _counters.Renewed, _counters.Refused.Read(), _counters.Ended.Read())
    {
        Totals = [_tcpAudience.GetTotal(), _udpAudience.GetTotal()],
    };

    /// <summary>The current listeners.</summary>
    internal IEnumerable<Listener> GetListeners() => _tcpAudience.Listeners.Concat(_udpAudience.Listeners);

    /// <summary>Closes the ports. After <see cref="RunAsync"/> has returned.</summary>
    public void Dispose()
    {
        _host?.Dispose();
        _udp?.Dispose();
    }

    /// <summary>Acts as if a datagram had arrived: tests cannot send one with another's address.</summary>
    internal void Hear(bool isHello, IPEndPoint remote) => _udp?.OnDatagram(isHello, remote, null);

    /// <summary>Whether the tutorial's programs can play a rendition: they know one format and one length of messages.</summary>
    internal static bool CanCarry(RenditionInfo info) => info.FramesPerPacket == PyAudioSound.FramesPerMessage
        && info.Payload.Is(PyAudioSound.Format.Encoding.Name) && info.Payload.Clock == PyAudioSound.Format.Format;

    /// <summary>The rendition of a station for these programs; <see langword="null"/>: it has none.</summary>
    internal static BroadcastRing? TryFindRing(StationListing station) =>
        station.Renditions.FirstOrDefault(static ring => CanCarry(ring.Info));

    /// <exception cref="ArgumentException">The station has no rendition for these programs.</exception>
    internal static BroadcastRing RingOf(StationListing station)
    {
        ArgumentNullException.ThrowIfNull(station);
        return TryFindRing(station)
            ?? throw new ArgumentException($"Station {station.Name} has no rendition for PyAudio's programs.", nameof(station));
    }
}
