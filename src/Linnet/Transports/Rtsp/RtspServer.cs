using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net.Sockets;
using Linnet.Access;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Diagnostics;
using Linnet.Native;
using Linnet.Transports.Rtp;
using Linnet.Wire.Proxy;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Transports.Rtsp;

/// <summary>Serves stations over RTSP: audio over UDP from one pair of ports, or within the connection.</summary>
/// <remarks>
/// <para>
/// <see cref="TcpListenerHost"/>, or a server such as Kestrel, accepts the connections and gives each to
/// <see cref="ServeAsync(IDuplexPipe, Socket, ClientOrigin?, ConnectionOutput?, CancellationToken)"/>. A session lives and ends with the
/// connection it was set up on.
/// </para>
/// <para>Source: RFC 2326; RFC 3550 for RTP and RTCP.</para>
/// </remarks>
internal sealed class RtspServer
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);

    // How long a stopping server waits for its goodbyes to be sent.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<RtspServerConnection, byte> _connections = new();
    private volatile bool _isStopping;
    private int _hasSaidNoSrtp;

    /// <summary>Creates a server. It serves from <see cref="RunAsync"/> on.</summary>
    /// <param name="options">Limits.</param>
    /// <param name="stations">The stations to serve.</param>
    /// <param name="senders">The sender threads. They must outlive this.</param>
    /// <param name="ports">The UDP ports; the caller disposes them after <see cref="RunAsync"/> has returned. <see langword="null"/>: only
    /// TCP is offered.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Logs listeners that start and stop.</param>
    /// <exception cref="ArgumentException"><paramref name="options"/> has problems.</exception>
    public RtspServer(
        RtspServerOptions options, StationDirectory stations, SenderPool senders, RtpPortPair? ports, TimeProvider time,
        ILogger? logger = null)
    {
        Options = options.ThrowIfInvalid();
        Stations = stations;
        Elsewhere = new Elsewhere(stations);
        Senders = senders;
        Time = time;
        Logger = logger ?? NullLogger.Instance;
        Access = new AccessControl(new AccessOptions(), time);
        Rtcp = new RtcpWriter(time);
        Rtp = ports is null ? null : new RtpSender(ports, time, Logger);
        Admission = new RtspAdmission(options, time);
        Refusals = new Refusals<RtspConnectionRefusal>((remote, reason, _) => Logger.ConnectionRefused(remote, reason.ToWords()));
    }

    internal RtspServerOptions Options { get; }

    /// <summary>Logs PROXY headers of untrusted proxies.</summary>
    internal TrustedProxies? Proxies { get; init; }

    /// <summary>Says why SRTP cannot be used; default: if libsrtp is missing. Called when a client asks for it.</summary>
    internal Func<string?> SrtpProblem { get; init; } = static () => LibSrtp.Problem;

    /// <summary>Decides about listeners; default: everyone may listen.</summary>
    internal AccessControl Access { get; init; }

    internal StationDirectory Stations { get; }

    /// <summary>Finds other servers for clients that have no place here.</summary>
    internal Elsewhere Elsewhere { get; }

    internal SenderPool Senders { get; }

    internal TimeProvider Time { get; }

    internal ILogger Logger { get; }

    internal RtpSender? Rtp { get; }

    internal RtcpWriter Rtcp { get; }

    internal RtspAdmission Admission { get; }

    internal RtspServerCounters Counters { get; } = new();

    /// <summary>Counts and logs refused connections.</summary>
    internal Refusals<RtspConnectionRefusal> Refusals { get; }

    /// <summary>Connections without a session.</summary>
    internal WaitingRoom Waiting => Admission.Idle;

    /// <summary>
    /// Receives RTCP and ends dead sessions, until it is cancelled; then sends all listeners a goodbye, closes all connections and returns.
    /// If receiving over UDP fails, it continues over TCP.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var ending = new CancellationTokenSource();
        Task hearing = Rtp?.RunAsync(ending.Token) ?? Task.CompletedTask;
        try
        {
            while (true)
            {
                await Task.Delay(CheckInterval, Time, cancellationToken).ConfigureAwait(false);
                long now = Time.GetTimestamp();
                foreach ((RtspServerConnection connection, _) in _connections)
                {
                    Check(connection, now);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Cancelled.
        }
        finally
        {
            await StopAsync().ConfigureAwait(false);
            await ending.CancelAsync().ConfigureAwait(false);
            await hearing.ConfigureAwait(false);
        }
    }

    /// <summary>Serves one client until it or the server closes the connection.</summary>
    /// <inheritdoc cref="ServeAsync(IDuplexPipe, Socket, ClientOrigin?, ConnectionOutput?, CancellationToken)"/>
    public Task ServeAsync(IDuplexPipe transport, Socket socket, ClientOrigin? origin, CancellationToken cancellationToken) =>
        ServeAsync(transport, socket, origin, null, cancellationToken);

    /// <summary>Serves one client until it or the server closes the connection.</summary>
    /// <param name="transport">The connection. Only its input is read here; responses and audio go to the output.</param>
    /// <param name="socket">Its socket. The caller closes it after this returns.</param>
    /// <param name="origin">The client; <see langword="null"/>: the peer of the socket. Behind a proxy, audio is sent within the
    /// connection only.</param>
    /// <param name="output">Sends to the client; <see langword="null"/>: directly to the socket.</param>
    /// <param name="cancellationToken">Ends it, with a goodbye.</param>
    public Task ServeAsync(
        IDuplexPipe transport, Socket socket, ClientOrigin? origin, ConnectionOutput? output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(socket);
        return RtspServerConnection.TryCreate(this, transport.Input, socket, output, origin) is RtspServerConnection connection
            ? ServeAsync(connection, cancellationToken)
            : Task.CompletedTask;
    }

    /// <summary>Whether SRTP can be used here. The log says once why not.</summary>
    internal bool CanUseSrtp()
    {
        string? problem = SrtpProblem();
        if (problem is not null && Interlocked.Exchange(ref _hasSaidNoSrtp, 1) == 0)
        {
            Logger.SrtpNotOffered(problem);
        }

        return problem is null;
    }

    internal async Task ServeAsync(RtspServerConnection connection, CancellationToken cancellationToken)
    {
        if (_isStopping || !connection.TryEnter())
        {
            Refusals.Count(connection.Remote, RtspConnectionRefusal.TooMany);
            connection.Abort();
            return;
        }

        _connections.TryAdd(connection, 0);
        try
        {
            if (_isStopping)
            {
                connection.Stop();
            }

            await connection.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Logger.ConnectionFailed(e, connection.Remote);
            connection.Abort();
        }
        finally
        {
            connection.Leave();
            _connections.TryRemove(connection, out _);
        }
    }

    /// <summary>The current sessions, and the counts since the start.</summary>
    public RtspServerSnapshot GetSnapshot() => new(
        [.. _connections.Keys.SelectMany(c => c.Sessions).Select(s => s.GetSnapshot())],
        Admission.Idle.Count,
        Counters.Requests,
        Counters.RefusedRequests(),
        Refusals.Read(),
        Counters.EndedSessions(),
        Rtp?.Reports ?? 0,
        Rtp?.Latched ?? 0,
        Rtp?.Strangers ?? 0,
        Rtp?.Malformed ?? 0,
        Rtp?.Unauthentic ?? 0)
    {
        Totals = Counters.Totals(),
    };

    // A failure of one connection ends only that connection.
    private void Check(RtspServerConnection connection, long now)
    {
        try
        {
            connection.CheckTimeouts(now);
        }
        catch (Exception e)
        {
            Logger.ConnectionFailed(e, connection.Remote);
            connection.Abort();
        }
    }

    private async Task StopAsync()
    {
        _isStopping = true;
        RtspServerConnection[] connections = [.. _connections.Keys];
        foreach (RtspServerConnection connection in connections)
        {
            connection.Stop();
        }

        try
        {
            await Task.WhenAll(connections.Select(c => c.Ended)).WaitAsync(ShutdownTimeout, Time, CancellationToken.None)
                .ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            foreach (RtspServerConnection connection in connections)
            {
                connection.Abort();
            }

            await Task.WhenAll(connections.Select(c => c.Ended)).ConfigureAwait(false);
        }
    }
}
