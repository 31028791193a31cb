using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;

namespace Linnet.Transports;

/// <summary>Serves one connection that was accepted.</summary>
/// <param name="transport">Its bytes.</param>
/// <param name="socket">Its socket, closed by the host after the call.</param>
/// <param name="cancellationToken">The host stops.</param>
public delegate Task ConnectionHandler(IDuplexPipe transport, Socket socket, CancellationToken cancellationToken);

/// <summary>The library's own small host: listens for TCP connections, so that a program can serve without ASP.NET.</summary>
/// <remarks>It listens from the moment it is made; <see cref="RunAsync"/> accepts.</remarks>
public sealed class TcpListenerHost : IDisposable
{
    // How long to leave the listening socket alone when there are no descriptors or buffers left for another connection.
    private static readonly TimeSpan ShortageDelay = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly Dictionary<Socket, Task> _connections = [];
    private readonly TcpListenerOptions _options;
    private readonly TimeProvider _time;
    private readonly Socket _listener;
    private long _refused;

    /// <summary>Opens the listening socket.</summary>
    /// <param name="options">Where, and how many.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ArgumentException"><paramref name="options"/> has problems.</exception>
    /// <exception cref="SocketException">The port is taken, or the address is not this machine's.</exception>
    public TcpListenerHost(TcpListenerOptions options, TimeProvider time)
    {
        _options = options.ThrowIfInvalid();
        _time = time;
        _listener = Listen(options);
        LocalEndPoint = (IPEndPoint)_listener.LocalEndPoint!;
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>Connections open now.</summary>
    public int Connections
    {
        get
        {
            lock (_gate)
            {
                return _connections.Count;
            }
        }
    }

    /// <summary>Connections closed at once because there were too many.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Accepts and serves until it is cancelled; then waits, but not for ever, until all handlers have returned.</summary>
    /// <param name="handler">Serves a connection. What it throws ends that connection alone.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(ConnectionHandler handler, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                if (await TryAcceptAsync(cancellationToken).ConfigureAwait(false) is Socket socket)
                {
                    Serve(socket, handler, cancellationToken);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException
            || (e is SocketException && cancellationToken.IsCancellationRequested))
        {
            // Told to stop.
        }
        finally
        {
            _listener.Dispose();
            await StopAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private static Socket Listen(TcpListenerOptions options)
    {
        try
        {
            return Listen(options.Local, options.Backlog);
        }
        catch (SocketException e) when (options.Local.Address.Equals(IPAddress.IPv6Any) && e.SocketErrorCode
            is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable or SocketError.ProtocolNotSupported)
        {
            // A machine without IPv6.
            return Listen(new IPEndPoint(IPAddress.Any, options.Local.Port), options.Backlog);
        }
    }

    private static Socket Listen(IPEndPoint local, int backlog)
    {
        var socket = new Socket(local.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (local.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = local.Address.Equals(IPAddress.IPv6Any);
            }

            // No ReuseAddress: on Unix .NET makes SO_REUSEPORT of it, and a second server would share the port instead of being told that it
            // is taken. A restart finds the port free all the same, since Bind sets SO_REUSEADDR there by itself.
            socket.Bind(local);
            socket.Listen(backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<Socket?> TryAcceptAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _listener.AcceptAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
        {
            // It left before it was accepted.
            return null;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
        {
            await Task.Delay(ShortageDelay, _time, cancellationToken).ConfigureAwait(false);
            return null;
        }
    }

    private void Serve(Socket socket, ConnectionHandler handler, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_connections.Count < _options.MaxConnections)
            {
                // It yields before it does anything, so it cannot be removed before it was added.
                _connections.Add(socket, ServeAsync(socket, handler, cancellationToken));
                return;
            }
        }

        Interlocked.Increment(ref _refused);
        socket.Close(timeout: 0);
    }

    private async Task ServeAsync(Socket socket, ConnectionHandler handler, CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            var stream = new NetworkStream(socket, ownsSocket: false);
            await handler(new SocketPipe(stream), socket, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The handler has said what there was to say; the other connections go on.
        }
        finally
        {
            socket.Dispose();
            lock (_gate)
            {
                _connections.Remove(socket);
            }
        }
    }

    private async Task StopAsync()
    {
        KeyValuePair<Socket, Task>[] connections;
        lock (_gate)
        {
            connections = [.. _connections];
        }

        Task all = Task.WhenAll(connections.Select(c => c.Value));
        try
        {
            await all.WaitAsync(_options.ShutdownTimeout, _time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            foreach ((Socket socket, _) in connections)
            {
                socket.Close(timeout: 0);
            }

            await all.ConfigureAwait(false);
        }
    }

    // Reads of nothing wait for data, so an idle connection holds no buffer.
    private sealed class SocketPipe(NetworkStream stream) : IDuplexPipe
    {
        public PipeReader Input { get; } = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true, useZeroByteReads: true));

        public PipeWriter Output { get; } = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
    }
}
