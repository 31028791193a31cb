using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Linnet.Wire;
using Linnet.Wire.Proxy;

namespace Linnet.Transports;

/// <summary>Serves one accepted connection.</summary>
/// <param name="transport">The connection's bytes.</param>
/// <param name="socket">The connection's socket; the host closes it after the call.</param>
/// <param name="origin">The client at the far end, behind any trusted proxies.</param>
/// <param name="cancellationToken">Cancelled when the host stops.</param>
internal delegate Task ConnectionHandler(IDuplexPipe transport, Socket socket, ClientOrigin origin, CancellationToken cancellationToken);

/// <summary>The library's own small host: listens for TCP connections, so that a program can serve without ASP.NET.</summary>
/// <remarks>The constructor opens the socket; <see cref="RunAsync"/> accepts connections.</remarks>
internal sealed class TcpListenerHost : IDisposable
{
    // Default kernel buffer for bytes that a client sent and no handler has read. A fixed size, inherited by accepted sockets: otherwise
    // Linux lets each grow to megabytes.
    internal const int ReceiveBufferSize = 64 * 1024;

    // Connections that the kernel completes before they are accepted; it may hold fewer (net.core.somaxconn).
    private const int Backlog = 4096;

    // How long a stopping host waits for its connections to end before it closes them.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<Socket, Task> _connections = [];
    private readonly TimeProvider _time;
    private readonly ConnectionGate _accepting;
    private readonly TrustedProxies? _proxies;
    private readonly Socket _listener;
    /// <summary>Opens the listening socket.</summary>
    /// <param name="options">The address and the limits.</param>
    /// <param name="time">The clock.</param>
    /// <param name="gate">Admits connections; shared with the process's other listening sockets. Default: a gate for this host
    /// alone.</param>
    /// <param name="proxies">Proxies whose PROXY headers are trusted; default none.</param>
    /// <exception cref="ArgumentException"><paramref name="options"/> has problems.</exception>
    /// <exception cref="SocketException">The port is taken, or the address is not this machine's.</exception>
    public TcpListenerHost(TcpListenerOptions options, TimeProvider time, ConnectionGate? gate = null, TrustedProxies? proxies = null)
    {
        _proxies = proxies;
        _time = time;
        _accepting = gate ?? new ConnectionGate(time);
        _listener = DualStack.Open(options.ThrowIfInvalid().Local, local => Listen(local, options));
        LocalEndPoint = (IPEndPoint)_listener.LocalEndPoint!;
    }

    /// <summary>The address and port it listens on.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>Accepts and serves connections until cancelled; then waits for all handlers to return, with a time limit.</summary>
    /// <param name="handler">Serves a connection. An exception ends only that connection.</param>
    /// <param name="cancellationToken">Stops the host.</param>
    public async Task RunAsync(ConnectionHandler handler, CancellationToken cancellationToken)
    {
        try
        {
            while (await _accepting.AcceptAsync(_listener, cancellationToken).ConfigureAwait(false) is AcceptedConnection connection)
            {
                Serve(connection, handler, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // Cancelled.
        }
        finally
        {
            _listener.Dispose();
            await StopAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private static Socket Listen(IPEndPoint local, TcpListenerOptions options)
    {
        Socket socket = DualStack.CreateSocket(local.Address, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.TrySetReceiveBuffer(options.ReceiveBufferSize);

            // No ReuseAddress: on Unix .NET sets SO_REUSEPORT for it, and a second server would share the port instead of failing. A
            // restart finds the port free anyway, since Bind sets SO_REUSEADDR there by itself.
            socket.Bind(local);
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void Serve(AcceptedConnection connection, ConnectionHandler handler, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            // It yields before it does anything, so it cannot be removed before it was added.
            _connections.Add(connection.Socket, ServeAsync(connection, handler, cancellationToken));
        }
    }

    private async Task ServeAsync(AcceptedConnection connection, ConnectionHandler handler, CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Socket socket = connection.Socket;
        try
        {
            if (socket.RemoteEndPoint is not IPEndPoint remote)
            {
                return;
            }

            var pipe = new SocketPipe(new NetworkStream(socket, ownsSocket: false));
            ClientOrigin? origin = _proxies is null
                ? new ClientOrigin(remote.Unmapped())
                : await _proxies.ReadAsync(pipe.Input, remote, cancellationToken).ConfigureAwait(false);
            if (origin is null || !_accepting.TryAttribute(socket, origin.EndPoint.Address))
            {
                socket.Close(timeout: 0);
                return;
            }

            await handler(pipe, socket, origin, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The handler has logged the error; other connections continue.
        }
        finally
        {
            connection.Dispose();
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
            await all.WaitAsync(ShutdownTimeout, _time, CancellationToken.None).ConfigureAwait(false);
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

    // Zero-byte reads wait for data, so an idle connection holds no buffer.
    private sealed class SocketPipe(NetworkStream stream) : IDuplexPipe
    {
        public PipeReader Input { get; } =
            PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 16 * 1024, leaveOpen: true, useZeroByteReads: true));

        public PipeWriter Output { get; } = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
    }
}
