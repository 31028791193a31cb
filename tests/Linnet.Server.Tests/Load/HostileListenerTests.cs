using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Linnet.Server.Tests.Load;

/// <summary>
/// The whole server against hostile clients: whatever they send, a listener next to them receives every byte, and all resources are freed.
/// </summary>
[Collection(nameof(Crowds))]
public class HostileListenerTests
{
    // Bytes of a second of MP3: 128 kb/s.
    private const int Second = 16_000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Hostile_requests_cause_no_gap_for_another_listener_and_memory_and_descriptors_are_freed()
    {
        using RadioProcess server = await RadioProcess.StartAsync("--max-per-address", "2000");
        using var over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using var reference = new RadioClient(server.Port, "/noise.mp3", keeps: 4_000_000);
        using var beside = new RadioClient(server.Port, "/noise.mp3", keeps: 4_000_000);
        Task hearing = reference.ListenAsync(TimeSpan.Zero, over.Token);
        await Crowds.UntilAsync(() => reference.Bytes > 4 * Second);
        hearing = Task.WhenAll(hearing, beside.ListenAsync(TimeSpan.Zero, over.Token));

        // The first round covers allocations on first use; the second is measured.
        await SendAsync(server.Port, TestContext.Current.CancellationToken);
        (long memory, int descriptors) = (server.Memory, await SettledAsync(server));
        await Task.WhenAll(
            SendAsync(server.Port, over.Token), SlowlyAsync(server.Port, over.Token), IdleAsync(server.Port, beside, over.Token));
        long heard = beside.Bytes;
        await Crowds.UntilAsync(
            () => server.Descriptors <= descriptors + 8 && beside.Bytes > heard + (5 * Second),
            () => $"{server.Descriptors} descriptors are open, {descriptors} were before; {beside.Bytes - heard} bytes were heard since.");
        Assert.True(server.Memory - memory < 40_000_000, $"Memory grew from {memory} to {server.Memory} bytes.");
        await over.CancelAsync();
        await hearing;
        Assert.False(beside.WasEnded);
        Assert.Null(beside.Compare(reference));
        Assert.Equal("", server.Errors);
    }

    [Fact]
    public async Task A_path_cannot_escape_and_a_request_cannot_inject_a_response_header()
    {
        using RadioProcess server = await RadioProcess.StartAsync();
        string[] requests =
        [
            "GET /../../../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /%2e%2e/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /noise/../../etc/passwd.mp3 HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /..%5c..%5cetc%5cpasswd HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /etc/passwd.m3u HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /noise.mp3%00.wav HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /noise.m3u HTTP/1.1\r\nHost: evil.example\rSet-Cookie:a=b\r\n\r\n",
            "GET /noise.m3u HTTP/1.1\r\nHost: a\nSet-Cookie: a=b\r\n\r\n",
            "GET /noise.pls HTTP/1.0\r\nHost: a%0d%0aSet-Cookie: a=b\r\n\r\n",
            "OPTIONS /noise.mp3 HTTP/1.1\r\nHost: x\r\nOrigin: a%0d%0aSet-Cookie: a=b\r\nAccess-Control-Request-Headers: x\rSet-Cookie: "
                + "a=b\r\n\r\n",
            "GET /?x=%0d%0aSet-Cookie:a=b HTTP/1.1\r\nHost: x\r\n\r\n",
        ];
        string[] answers =
            await Task.WhenAll(
                requests.Select(r => AskAsync(server.Port, Encoding.Latin1.GetBytes(r), TestContext.Current.CancellationToken)));

        foreach ((string request, string answer) in requests.Zip(answers))
        {
            string head = answer.Split("\r\n\r\n")[0];
            Assert.True(!head.Split('\r', '\n').Any(l => l.StartsWith("Set-Cookie", StringComparison.OrdinalIgnoreCase)),
                $"{request} was answered {answer}");
            Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
        }

        Assert.Equal("", server.Errors);
    }

    /// <summary>Sends many malformed requests at once.</summary>
    private static async Task SendAsync(int port, CancellationToken cancellationToken)
    {
        var random = new Random(11);
        byte[] noise = new byte[100_000];
        random.NextBytes(noise);
        string[] heads =
        [
            "GET /noise.mp3 HTTP/1.1\r\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"X-{i}: y\r\n")),
            "GET /" + new string('a', 1_000_000) + " HTTP/1.1\r\n\r\n",
            "GET /noise.mp3 HTTP/1.1\r\nX: " + new string('b', 1_000_000) + "\r\n\r\n",
            "GET /noise.mp3 HTTP/9.9\r\n\r\n", "GET\r\n\r\n", "\r\n\r\n\r\n\r\n", "\0\0\0\0", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "GET /noise.mp3 HTTP/1.1\r\nRange: bytes=0-99999999999999999999\r\nHost: x\r\nIcy-MetaData: 99999999999999999\r\n\r\nGET "
                + "/noise.mp3 HTTP/1.1\r\n\r\n",
            "POST /noise.mp3 HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
            "POST /noise.mp3 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
            "PUT /noise HTTP/1.1\r\nHost: x\r\nAuthorization: Basic " + new string('A', 5000) + "\r\n\r\n",
            "SOURCE /noise ICE/1.0\r\nAuthorization: Basic !!!\r\n\r\n",
            "GET /admin/metadata?mode=updinfo&mount=/noise&song=%0d%0aX:y HTTP/1.1\r\nHost: x\r\n\r\n",
            "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "HEAD /noise.mp3 HTTP/1.0\r\n\r\n",
        ];
        byte[][] requests = [.. heads.Select(Encoding.Latin1.GetBytes), noise, [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3, .. noise[..500]]];
        for (int round = 0; round < 5; round++)
        {
            await Task.WhenAll(requests.Select(async r =>
            {
                using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                ending.CancelAfter(TimeSpan.FromSeconds(2));
                using var client = new RadioClient(port, "");
                await client.SayAsync(r, ending.Token);
            }));
        }
    }

    /// <summary>Sends a byte now and then: the server must not wait forever for the rest.</summary>
    private static async Task SlowlyAsync(int port, CancellationToken cancellationToken)
    {
        await Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            byte[] request = Encoding.ASCII.GetBytes($"GET /noise.mp3 HTTP/1.1\r\nX: {new string('s', 400)}");
            using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            late.CancelAfter(Limit);
            try
            {
                for (int sent = 0; ; sent++)
                {
                    await socket.SendAsync(request.AsMemory(sent % request.Length, 1), late.Token);
                    await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, late.Token);
                }
            }
            catch (SocketException)
            {
                // This is the expected result.
            }
            catch (OperationCanceledException)
            {
                Assert.Fail("The server still waits for a head that takes a minute.");
            }
        }));
    }

    /// <summary>A thousand connections that send nothing and then close.</summary>
    private static async Task IdleAsync(int port, RadioClient beside, CancellationToken cancellationToken)
    {
        List<Socket> idle = [];
        for (int i = 0; i < 1000; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            idle.Add(socket);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            }
            catch (SocketException)
            {
                // The server does not admit this many from one address.
            }
        }

        long heard = beside.Bytes;
        await Crowds.UntilAsync(() => beside.Bytes > heard + (5 * Second));
        idle.ForEach(s => s.Dispose());
    }

    private static async Task<string> AskAsync(int port, byte[] request, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        await socket.SendAsync(request, cancellationToken);
        byte[] buffer = new byte[8192];
        int held = 0;
        try
        {
            using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            late.CancelAfter(TimeSpan.FromSeconds(2));
            while (held < buffer.Length && await socket.ReceiveAsync(buffer.AsMemory(held), late.Token) is > 0 and int count)
            {
                held += count;
            }
        }
        catch (Exception ended) when (ended is SocketException or OperationCanceledException)
        {
            // The bytes received so far count.
        }

        return Encoding.Latin1.GetString(buffer.AsSpan(0, held));
    }

    /// <summary>Number of open descriptors, once no more are being closed.</summary>
    private static async Task<int> SettledAsync(RadioProcess server)
    {
        int before = int.MaxValue;
        for (int quiet = 0; quiet < 3;)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
            int now = server.Descriptors;
            quiet = now < before ? 0 : quiet + 1;
            before = Math.Min(now, before);
        }

        return before;
    }
}
