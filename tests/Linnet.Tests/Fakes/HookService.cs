using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Linnet.Tests.Fakes;

/// <summary>A service that says the same to each question, or nothing.</summary>
internal sealed class HookService : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private int _count;

    internal HookService()
    {
        _listener.Start();
        _running = AcceptAsync();
    }

    /// <summary>What it says; empty: it closes the connection; <see langword="null"/>: nothing.</summary>
    internal string? Answer { get; set; } = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    internal Uri Address => new($"http://{_listener.LocalEndpoint}/auth");

    internal int Count => Volatile.Read(ref _count);

    /// <summary>The bodies of the questions that were not read yet.</summary>
    internal ConcurrentQueue<string> Asked { get; } = [];

    internal async Task<string> NextAsync()
    {
        string? body = null;
        await Until.TrueAsync(() => Asked.TryDequeue(out body));
        return body!;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _running;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptSocketAsync(_stop.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        try
        {
            while (await reader.ReadLineAsync(_stop.Token) is string first)
            {
                Assert.Equal("POST /auth HTTP/1.1", first);
                int length = 0;
                for (string? line = first; line is { Length: > 0 }; line = await reader.ReadLineAsync(_stop.Token))
                {
                    length = line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase)
                        ? int.Parse(line[16..], null) : length;
                }

                char[] body = new char[length];
                await reader.ReadBlockAsync(body, _stop.Token);
                Asked.Enqueue(new string(body));
                Interlocked.Increment(ref _count);
                if (Answer is not string answer)
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _stop.Token);
                    return;
                }

                if (answer.Length == 0)
                {
                    return;
                }

                await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), _stop.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client left, or the test is over.
        }
    }
}
