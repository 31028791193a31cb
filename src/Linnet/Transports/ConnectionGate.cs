using System.Net;
using System.Net.Sockets;
using Linnet.Broadcast;
using Linnet.Diagnostics;
using Linnet.Native;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Transports;

/// <summary>
/// Accepts connections for all listening sockets of a server together: no more than the process may open files and sockets for
/// (<c>ulimit -n</c>), less a reserve. No error ends the accepting.
/// </summary>
/// <remarks>
/// Where there is no room, the connection gives way that has waited longest for its first whole request. If all who wait came within the
/// last second, a newcomer waits until one of them has had its second, and the next ones wait in the kernel's backlog. If nobody waits, a
/// newcomer is closed at once. No address gets more than three quarters of the room. Any thread may call.
/// </remarks>
public sealed class ConnectionGate
{
    // How long to leave a listening socket alone after an error: without descriptors or memory the next accept fails at once, too.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    // An ended connection's descriptor is free when whoever serves it has seen that: within a millisecond, and later on a busy machine.
    private static readonly TimeSpan FreeingStep = TimeSpan.FromMilliseconds(2);
    private const int MaxFreeingSteps = 100;

    private readonly Lock _lock = new();
    private readonly Dictionary<PeerAddress, int> _ofNetwork = [];
    private volatile WaitingRoom[] _waiting = [];
    private readonly Dictionary<Socket, AcceptedConnection> _ofProxies = [];
    private readonly OpenFileReserve _reserve = OpenFileReserve.OfThisProcess;
    private readonly Func<Socket, int> _room;
    private readonly TrustedProxies? _proxies;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LogThrottle _sayingFull;
    private readonly LogThrottle _sayingShare;
    private readonly LogThrottle _sayingGaveWay;
    private readonly LogThrottle _sayingFailed;
    private int _count;
    private long _refused;
    private long _failed;

    /// <summary>A gate.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told when connections are refused or accepting fails; default nobody.</param>
    /// <param name="proxies">Whose connections are those of many clients, each of which has a share of its own
    /// (<see cref="TryAttribute"/>); default none.</param>
    public ConnectionGate(TimeProvider time, ILogger? logger = null, TrustedProxies? proxies = null)
        : this(OpenFileReserve.OfThisProcess.RoomBehind, time, logger, proxies)
    {
    }

    /// <param name="room">How many more sockets may be opened behind this one; negative: not even this.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told.</param>
    /// <param name="proxies">Who stands for many.</param>
    internal ConnectionGate(Func<Socket, int> room, TimeProvider time, ILogger? logger = null, TrustedProxies? proxies = null)
    {
        _room = room;
        _proxies = proxies;
        _time = time;
        _logger = logger ?? NullLogger.Instance;
        _sayingFull = new LogThrottle(time);
        _sayingShare = new LogThrottle(time);
        _sayingGaveWay = new LogThrottle(time);
        _sayingFailed = new LogThrottle(time);
    }

    /// <summary>Files and sockets that this process may have open; <see langword="null"/>: as many as it likes, or nobody knows.</summary>
    public static int? OpenFileLimit => OpenFileReserve.OfThisProcess.Limit;

    /// <summary>Connections open now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Connections closed at once because there was no room for them.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Times that accepting failed. Accepting went on.</summary>
    public long Failed => Volatile.Read(ref _failed);

    /// <summary>Waits for a connection and lets it in.</summary>
    /// <param name="listener">The listening socket.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A connection; <see langword="null"/> if the socket was closed.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
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
                // It left before it was accepted.
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                socket?.Dispose();
                ReportFailure(e);
                await Task.Delay(Pause, _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Counts that a connection could not be accepted or begun, and says so now and then.</summary>
    /// <param name="problem">Why.</param>
    public void ReportFailure(Exception problem)
    {
        ArgumentNullException.ThrowIfNull(problem);

        Interlocked.Increment(ref _failed);
        if (_sayingFailed.TrySay(out long unsaid))
        {
            _logger.AcceptFailed(problem.Message, unsaid);
        }
    }

    /// <summary>Says at the start if fewer can be heard than are allowed.</summary>
    /// <param name="wanted">Listeners that are allowed.</param>
    internal void SayRoom(int wanted)
    {
        if (_reserve.Limit is int limit && OpenFiles.Count() is int open && _reserve.RoomFor(open) + Count is var room && room < wanted)
        {
            _logger.RoomIsShort(limit, room, wanted);
        }
    }

    /// <summary>Takes note of where connections wait that may have to give way.</summary>
    internal void Watch(WaitingRoom waiting)
    {
        lock (_lock)
        {
            _waiting = [.. _waiting, waiting];
        }
    }

    /// <summary>Counts a connection of a trusted proxy for the client behind it from now on. Others are left as they are.</summary>
    /// <param name="socket">The connection's socket.</param>
    /// <param name="client">The client's address.</param>
    /// <returns><see langword="false"/>: the client has its share already; the connection is to be closed.</returns>
    public bool TryAttribute(Socket socket, IPAddress client)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ArgumentNullException.ThrowIfNull(client);
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
            already = _ofNetwork.GetValueOrDefault(peer.Network);
            if (room == int.MaxValue || already < ShareOf(_count + Math.Max(0, room)))
            {
                Forget(connection.Peer);
                _ofNetwork[peer.Network] = already + 1;
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
            Forget(connection.Peer);
        }
    }

    private void Forget(PeerAddress peer)
    {
        int left = _ofNetwork[peer.Network] - 1;
        if (left > 0)
        {
            _ofNetwork[peer.Network] = left;
        }
        else
        {
            _ofNetwork.Remove(peer.Network);
        }
    }

    /// <summary>Lets a connection in, if need be in the place of one that waits; or closes it.</summary>
    private async ValueTask<AcceptedConnection?> EnterAsync(Socket socket, CancellationToken cancellationToken)
    {
        if (AddressOf(socket) is not IPAddress address)
        {
            socket.Dispose();
            return null;
        }

        var peer = PeerAddress.Of(address);
        AcceptedConnection? connection = TryEnter(socket, peer, out bool isFull, out int already);
        if (connection is not null)
        {
            return connection;
        }

        // The place that is made may be taken by who came to another port, or be free too late: then the next one is made.
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

    /// <summary>Ends the connection that has waited longest, of all or of one address. Waits until one of all may be ended.</summary>
    private async ValueTask<bool> TryEndLongestAsync(PeerAddress? whose, CancellationToken cancellationToken)
    {
        while (_waiting.Where(r => r.WaitingSince(whose) is not null).MinBy(r => r.WaitingSince(whose)) is WaitingRoom longest)
        {
            if (longest.TryEndLongest(whose))
            {
                SayGaveWay();
                return true;
            }

            // Who has as many as it may holds up nobody else.
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
            already = _ofNetwork.GetValueOrDefault(peer.Network);
            bool hasItsShare = !isProxy && room != int.MaxValue && already >= ShareOf(_count + Math.Max(room + 1, 0));
            isFull = room < 0 && !hasItsShare;
            if (room < 0 || hasItsShare)
            {
                return null;
            }

            _ofNetwork[peer.Network] = already + 1;
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
    /// The same by a descriptor of a lower number, if there is one by now: its own is one of the reserve's, and who kept it would take that
    /// for good.
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
        if (_sayingGaveWay.TrySay(out long unsaid))
        {
            _logger.ConnectionGaveWay(Count, unsaid);
        }
    }

    // Of one place somebody must get it.
    private static int ShareOf(int places) => Math.Max(1, (int)(places * 3L / 4));

    // With an address: there is room, but not for more of it.
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
            if (_sayingShare.TrySay(out long others))
            {
                _logger.AddressHasItsShare(address, already, others);
            }
        }
        else if (_sayingFull.TrySay(out long unsaid))
        {
            _logger.ConnectionsAreFull(_reserve.Limit ?? 0, Count, unsaid);
        }
    }

    private static IPAddress? AddressOf(Socket socket)
    {
        try
        {
            return (socket.RemoteEndPoint as IPEndPoint)?.Unmapped().Address;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
