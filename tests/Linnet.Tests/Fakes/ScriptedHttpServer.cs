using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Linnet.Tests.Fakes;

/// <summary>An HTTP server on the loopback interface: reads the head of each request, writes a scripted answer, and closes.</summary>
internal sealed class ScriptedHttpServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<string, NetworkStream, CancellationToken, Task> _answer;
    private readonly Task _accepting;

    /// <param name="answer">Writes the answer to a request for a path.</param>
    /// <param name="address">The address to listen on.</param>
    internal ScriptedHttpServer(Func<string, NetworkStream, CancellationToken, Task> answer, string address = "127.0.0.1")
    {
        _answer = answer;
        _listener = new TcpListener(IPAddress.Parse(address), 0);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <param name="answer">Returns the answer to a request for a path.</param>
    /// <param name="address">The address to listen on.</param>
    internal ScriptedHttpServer(Func<string, string> answer, string address = "127.0.0.1")
        : this((path, stream, stop) => stream.WriteAsync(Encoding.Latin1.GetBytes(answer(path)), stop).AsTask(), address)
    {
    }

    /// <summary>The requested paths.</summary>
    internal ConcurrentQueue<string> Asked { get; } = [];

    /// <summary>The complete heads of the requests.</summary>
    internal ConcurrentQueue<string> Heads { get; } = [];

    internal Uri Address(string path) => new($"http://{_listener.LocalEndpoint}{path}");

    internal static string Redirect(Uri to) => $"HTTP/1.1 302 Found\r\nLocation: {to}\r\n\r\n";

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptSocketAsync(_stopping.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The test is over: the listener is disposed, or has stopped.
        }

        await Task.WhenAll(connections);
    }

    private async Task ServeAsync(Socket socket)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            var head = new StringBuilder();
            byte[] buffer = new byte[4096];
            while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                int length = await stream.ReadAsync(buffer, _stopping.Token);
                if (length == 0)
                {
                    return;
                }

                head.Append(Encoding.Latin1.GetString(buffer, 0, length));
            }

            string path = head.ToString().Split(' ')[1];
            Heads.Enqueue(head.ToString());
            Asked.Enqueue(path);
            await _answer(path, stream, _stopping.Token);
            socket.Shutdown(SocketShutdown.Send);
            while (await stream.ReadAsync(buffer, _stopping.Token) > 0)
            {
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // The client left, or the test is over.
        }
    }
}
