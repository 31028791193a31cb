using System.Net;
using System.Net.Sockets;

namespace Linnet.Interop.Tests.Page;

/// <summary>Passes connections on to a server on this machine, and stops for a while when a test says so.</summary>
internal sealed class StallingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _copies = [];
    private readonly int _server;
    private readonly Task _accepting;
    private volatile Task _open = Task.CompletedTask;

    public StallingProxy(int serverPort)
    {
        _server = serverPort;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Its port on 127.0.0.1.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Passes nothing on for a while, in either direction.</summary>
    public async Task StallAsync(TimeSpan duration)
    {
        var stall = new TaskCompletionSource();
        _open = stall.Task;
        await Task.Delay(duration, TimeProvider.System, TestContext.Current.CancellationToken);
        _open = Task.CompletedTask;
        stall.SetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        await Task.WhenAll(_copies);
        _listener.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                _copies.Add(PassAsync(client));
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task PassAsync(TcpClient client)
    {
        using TcpClient server = new() { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _server, _stopping.Token);
                await Task.WhenAny(CopyAsync(client.GetStream(), server.GetStream()), CopyAsync(server.GetStream(), client.GetStream()));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // One of the two has gone.
            }
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to)
    {
        byte[] buffer = new byte[16384];
        try
        {
            while (true)
            {
                int count = await from.ReadAsync(buffer, _stopping.Token);
                if (count == 0)
                {
                    return;
                }

                await _open.WaitAsync(_stopping.Token);
                await to.WriteAsync(buffer.AsMemory(0, count), _stopping.Token);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The other direction ends with this one.
        }
    }
}
