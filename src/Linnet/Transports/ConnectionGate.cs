using System.Net;
using System.Net.Sockets;
using Linnet.Access;
using Linnet.Broadcast;
using Linnet.Diagnostics;
using Linnet.Native;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Transports;

/// <summary>
/// Accepts connections for all listening sockets of a server. The limit is the number of files and sockets that the process may open
/// (<c>ulimit -n</c>), minus a reserve. No error stops accepting.
/// </summary>
/// <remarks>
/// When there is no room, the gate closes the connection that has waited longest for its first complete request. If all waiting connections
/// are younger than one second, a new one waits until one of them is a second old, and later ones wait in the kernel's backlog. If no
/// connection is waiting, a new one is closed at once. No address gets more than three quarters of the room. Thread-safe.
/// </remarks>
internal sealed class ConnectionGate
{
    // Pause before the next accept after an error: without descriptors or memory it would fail at once, too.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    // A closed connection frees its descriptor when its handler notices: within a millisecond, or later on a busy machine.
    private static readonly TimeSpan FreeingStep = TimeSpan.FromMilliseconds(2);
    private const int MaxFreeingSteps = 100;

    private readonly Lock _lock = new();
    private readonly NetworkCounts _networks = new();
    private volatile WaitingRoom[] _waiting = [];
    private readonly Dictionary<Socket, AcceptedConnection> _ofProxies = [];
    private readonly OpenFileReserve _reserve = OpenFileReserve.OfThisProcess;
    private readonly Func<Socket, int> _room;
    private readonly TrustedProxies? _proxies;
    private readonly AccessControl? _access;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LogThrottle _sayingFull;
    private readonly LogThrottle _sayingShare;
    private readonly LogThrottle _sayingGaveWay;
    private readonly LogThrottle _sayingFailed;
    private int _count;
    private long _refused;
    private long _failed;

    /// <summary>Creates a gate.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Logs refused connections and failed accepts; default none.</param>
    /// <param name="proxies">Trusted proxies: a connection of theirs counts for the client behind it (<see cref="TryAttribute"/>); default
    /// none.</param>
    /// <param name="access">Which networks may connect; default: all.</param>
    public ConnectionGate(TimeProvider time, ILogger? logger = null, TrustedProxies? proxies = null, AccessControl? access = null)
        : this(OpenFileReserve.OfThisProcess.RoomBehind, time, logger, proxies, access)
    {
    }

    /// <param name="room">How many more sockets may be opened after this one; negative: not even this one.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log, if any.</param>
    /// <param name="proxies">The trusted proxies, if any.</param>
    /// <param name="access">Which networks may connect, if not all.</param>
    internal ConnectionGate(
        Func<Socket, int> room, TimeProvider time, ILogger? logger = null, TrustedProxies? proxies = null, AccessControl? access = null)
    {
        _access = access;
        _room = room;
        _proxies = proxies;
        _time = time;
        _logger = logger ?? NullLogger.Instance;
        _sayingFull = new LogThrottle(time);
        _sayingShare = new LogThrottle(time);
        _sayingGaveWay = new LogThrottle(time);
        _sayingFailed = new LogThrottle(time);
    }

    /// <summary>Files and sockets that this process may open; <see langword="null"/>: unlimited or unknown.</summary>
    public static int? OpenFileLimit => OpenFileReserve.OfThisProcess.Limit;

    /// <summary>Connections open now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Connections closed at once for lack of room, or because their network is not allowed.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Failed accepts. Accepting continues after each.</summary>
    public long Failed => Volatile.Read(ref _failed);

    /// <summary>Waits for a connection and admits it.</summary>
    /// <param name="listener">The listening socket.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A connection; <see langword="null"/> if the socket was closed.</returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public async ValueTask<AcceptedConnection?> AcceptAsync(Socket listener, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(listener);
        while (true)
        {
            Socket? socket = null;
            try
            {
                socket = await listener.AcceptAsync(cancellationToken).ConfigureAwait(false);
                if (await EnterAsync(socket, cancellationToken).ConfigureAwait(false) is AcceptedConnection connection)
                {
                    return connection;
                }
            }
            catch (Exception e) when (e is OperationCanceledException || listener.SafeHandle.IsClosed)
            {
                socket?.Dispose();
                if (e is OperationCanceledException)
                {
                    throw;
                }

                return null;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
            {
                // The client disconnected before it was accepted.
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                socket?.Dispose();
                ReportFailure(e);
                await Task.Delay(Pause, _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Counts a connection that could not be accepted or started, and logs the problem at intervals.</summary>
    /// <param name="problem">The cause.</param>
    public void ReportFailure(Exception problem)
    {
        ArgumentNullException.ThrowIfNull(problem);

        Interlocked.Increment(ref _failed);
        if (_sayingFailed.TrySay(out Unsaid unsaid))
        {
            _logger.AcceptFailed(problem.Message, unsaid);
        }
    }

    /// <summary>Logs a warning at startup if the limit of open files allows fewer listeners than configured.</summary>
    /// <param name="wanted">The configured maximum of listeners.</param>
    internal void SayRoom(int wanted)
    {
        if (_reserve.Limit is int limit && OpenFiles.Count() is int open && _reserve.RoomFor(open) + Count is var room && room < wanted)
        {
            _logger.RoomIsShort(limit, room, wanted);
        }
    }

    /// <summary>Registers a waiting room whose connections may be closed to make room.</summary>
    internal void Watch(WaitingRoom waiting)
    {
        lock (_lock)
        {
            _waiting = [.. _waiting, waiting];
        }
    }

    /// <summary>Counts a connection of a trusted proxy for the client behind it from now on. Has no effect on other connections.</summary>
    /// <param name="socket">The connection's socket.</param>
    /// <param name="client">The client's address.</param>
    /// <returns>
    /// <see langword="false"/> if the client already has its share, or its network is not allowed: the connection is to be closed.
    /// </returns>
    public bool TryAttribute(Socket socket, IPAddress client)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ArgumentNullException.ThrowIfNull(client);
        if (!Admits(client))
        {
            return false;
        }

        if (_proxies is null)
        {
            return true;
        }

        var peer = PeerAddress.Of(client);
        int already;
        lock (_lock)
        {
            if (!_ofProxies.TryGetValue(socket, out AcceptedConnection? connection) || connection.Peer.Network == peer.Network
                || _proxies.Contains(client))
            {
                return true;
            }

            int room = _room(socket);
            already = _networks.Of(peer);
            if (room == int.MaxValue || already < ShareOf(_count + Math.Max(0, room)))
            {
                _networks.Remove(connection.Peer);
                _networks.Add(peer);
                connection.Peer = peer;
                return true;
            }
        }

        CountRefused(client, already);
        return false;
    }

    internal void Leave(AcceptedConnection connection)
    {
        lock (_lock)
        {
            _count--;
            _ofProxies.Remove(connection.Socket);
            _networks.Remove(connection.Peer);
        }
    }

    /// <summary>Admits a connection, closing a waiting one if need be, or closes it.</summary>
    private async ValueTask<AcceptedConnection?> EnterAsync(Socket socket, CancellationToken cancellationToken)
    {
        if (EndPoints.PeerOf(socket)?.Address is not IPAddress address || !Admits(address))
        {
            socket.Close(timeout: 0);
            return null;
        }

        var peer = PeerAddress.Of(address);
        AcceptedConnection? connection = TryEnter(socket, peer, out bool isFull, out int already);
        if (connection is not null)
        {
            return connection;
        }

        // A connection to another port may take the freed place, or the place is freed too late: then close another one.
        while (await TryEndLongestAsync(isFull ? null : peer, cancellationToken).ConfigureAwait(false))
        {
            for (int i = 0; i < MaxFreeingSteps; i++)
            {
                if ((connection = TryEnter(socket, peer, out isFull, out already) ?? TryEnterLower(socket, peer)) is not null)
                {
                    return connection;
                }

                await Task.Delay(FreeingStep, _time, cancellationToken).ConfigureAwait(false);
            }
        }

        Refuse(socket, isFull ? null : address, already);
        return null;
    }

    // A proxy may pass on anyone: its client is judged when it is known.
    private bool Admits(IPAddress address)
    {
        if (_access is null || _proxies?.Contains(address) == true || _access.Admits(address))
        {
            return true;
        }

        Interlocked.Increment(ref _refused);
        return false;
    }

    /// <summary>Closes the connection that has waited longest, of all or of one address. For all, waits until one may be closed.</summary>
    private async ValueTask<bool> TryEndLongestAsync(PeerAddress? whose, CancellationToken cancellationToken)
    {
        while (_waiting.Where(r => r.WaitingSince(whose) is not null).MinBy(r => r.WaitingSince(whose)) is WaitingRoom longest)
        {
            if (longest.TryEndLongest(whose))
            {
                SayGaveWay();
                return true;
            }

            // An address at its own limit delays no other.
            if (whose is not null)
            {
                return false;
            }

            TimeSpan left = longest.WaitingSince(null) is long since ? WaitingRoom.Grace - _time.GetElapsedTime(since) : TimeSpan.Zero;
            await Task.Delay(left > FreeingStep ? left : FreeingStep, _time, cancellationToken).ConfigureAwait(false);
        }

        return false;
    }

    private AcceptedConnection? TryEnter(Socket socket, PeerAddress peer, out bool isFull, out int already)
    {
        int room = _room(socket);
        bool isProxy = _proxies?.Contains(peer) == true;
        lock (_lock)
        {
            already = _networks.Of(peer);
            bool hasItsShare = !isProxy && room != int.MaxValue && already >= ShareOf(_count + Math.Max(room + 1, 0));
            isFull = room < 0 && !hasItsShare;
            if (room < 0 || hasItsShare)
            {
                return null;
            }

            _networks.Add(peer);
            _count++;
            var connection = new AcceptedConnection(this, socket, peer);
            if (isProxy)
            {
                _ofProxies.Add(socket, connection);
            }

            return connection;
        }
    }

    /// <summary>
    /// Duplicates the socket to a lower descriptor, if one is free by now: its own descriptor is in the reserve, and keeping it would use
    /// up the reserve.
    /// </summary>
    private AcceptedConnection? TryEnterLower(Socket socket, PeerAddress peer)
    {
        if (OpenFileReserve.TryMoveLower(socket) is not Socket moved)
        {
            return null;
        }

        if (TryEnter(moved, peer, out _, out _) is not AcceptedConnection connection)
        {
            moved.Dispose();
            return null;
        }

        socket.Dispose();
        return connection;
    }

    private void SayGaveWay()
    {
        if (_sayingGaveWay.TrySay(out Unsaid unsaid))
        {
            _logger.ConnectionGaveWay(Count, unsaid);
        }
    }

    // Someone must get the last place.
    private static int ShareOf(int places) => Math.Max(1, (int)(places * 3L / 4));

    // With an address: there is room, but this address has its share.
    private void Refuse(Socket socket, IPAddress? address, int already)
    {
        socket.Close(timeout: 0);
        CountRefused(address, already);
    }

    private void CountRefused(IPAddress? address, int already)
    {
        Interlocked.Increment(ref _refused);
        if (address is not null)
        {
            if (_sayingShare.TrySay(out Unsaid others))
            {
                _logger.AddressHasItsShare(address, already, others);
            }
        }
        else if (_sayingFull.TrySay(out Unsaid unsaid))
        {
            _logger.ConnectionsAreFull(_reserve.Limit ?? 0, Count, unsaid);
        }
    }
}
