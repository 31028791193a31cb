using System.Net;
using System.Net.Sockets;
using Linnet.Transports;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Linnet.Server.Hosting;

/// <summary>
/// Lets Kestrel accept through the server's gate. Kestrel's own loop ignores the limit of open files, and at the limit it retries at once.
/// </summary>
internal sealed class GuardedListenerFactory(
    ConnectionGate gate, RadioHostOptions ports, IOptions<SocketTransportOptions> options, ILoggerFactory logging)
    : IConnectionListenerFactory
{
    // A flush completes when the kernel has taken all bytes, so the number that a listener has not taken is exact.
    private const int MaxWriteBufferSize = 1;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        Socket socket = Bind(endpoint);
        try
        {
            socket.TrySetReceiveBuffer(HttpPort.ReceiveBufferSize);
            socket.Listen(options.Value.Backlog);
            return ValueTask.FromResult<IConnectionListener>(new GuardedListener(
                socket,
                gate,
                new SocketConnectionContextFactory(
                    new SocketConnectionFactoryOptions
                    {
                        MaxReadBufferSize = options.Value.MaxReadBufferSize,
                        MaxWriteBufferSize = MaxWriteBufferSize,
                    },
                    logging.CreateLogger<GuardedListener>())));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private Socket Bind(EndPoint endpoint)
    {
        try
        {
            return options.Value.CreateBoundListenSocket(endpoint);
        }
        catch (SocketException e) when (endpoint is IPEndPoint { Port: int port })
        {
            throw HttpPort.Problem(ports, port, e);
        }
    }
}
