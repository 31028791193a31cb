using System.Net;
using System.Net.Sockets;
using Linnet.Native;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Transports;

/// <summary>
/// Accepts connections for all listening sockets of a server together: no more than the process may open files and sockets for
/// (<c>ulimit -n</c>), less a reserve. No error ends the accepting.
/// </summary>
/// <remarks>Connections that there is no room for are closed at once. No address gets more than three quarters of the room. Any thread may call.</remarks>
public sealed class ConnectionGate
{
    // How long to leave a listening socket alone after an error: without descriptors or memory the next accept fails at once, too.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly Dictionary<PeerAddress, int> _ofNetwork = [];
    private readonly OpenFileReserve _reserve = OpenFileReserve.OfThisProcess;
    private readonly Func<Socket, int> _room;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly NowAndThen _sayingFull;
    private readonly NowAndThen _sayingShare;
    private readonly NowAndThen _sayingFailed;
    private int _count;
    private long _refused;
    private long _failed;

    /// <summary>A gate.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told when connections are refused or accepting fails; default nobody.</param>
    public ConnectionGate(TimeProvider time, ILogger? logger = null)
        : this(OpenFileReserve.OfThisProcess.RoomBehind, time, logger)
    {
    }

    /// <param name="room">How many more sockets may be opened behind this one; negative: not even this.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told.</param>
    internal ConnectionGate(Func<Socket, int> room, TimeProvider time, ILogger? logger = null)
    {
        _room = room;
        _time = time;
        _logger = logger ?? NullLogger.Instance;
        _sayingFull = new NowAndThen(time);
        _sayingShare = new NowAndThen(time);
        _sayingFailed = new NowAndThen(time);
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
                if (TryEnter(socket) is AcceptedConnection connection)
                {
                    return connection;
                }
            }
            catch (Exception) when (listener.SafeHandle.IsClosed)
            {
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

    internal void Leave(PeerAddress peer)
    {
        lock (_lock)
        {
            _count--;
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
    }

    /// <summary>Lets a connection in, or closes it.</summary>
    private AcceptedConnection? TryEnter(Socket socket)
    {
        if (AddressOf(socket) is not IPAddress address)
        {
            socket.Dispose();
            return null;
        }

        var peer = PeerAddress.Of(address);
        int room = _room(socket);
        int already;
        lock (_lock)
        {
            already = _ofNetwork.GetValueOrDefault(peer.Network);
            if (room >= 0 && (room == int.MaxValue || already < ShareOf(_count + room + 1)))
            {
                _ofNetwork[peer.Network] = already + 1;
                _count++;
                return new AcceptedConnection(this, socket, peer);
            }
        }

        Refuse(socket, room < 0 ? null : address, already);
        return null;
    }

    // Of one place somebody must get it.
    private static int ShareOf(int places) => Math.Max(1, (int)(places * 3L / 4));

    // With an address: there is room, but not for more of it.
    private void Refuse(Socket socket, IPAddress? address, int already)
    {
        socket.Close(timeout: 0);
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
