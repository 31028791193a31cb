using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Linnet.Codecs.Streams;

namespace Linnet.Server.Tests.Load;

/// <summary>The real program with a low limit on open files and sockets.</summary>
public class OpenFileTests
{
    private const int Limit = 256;

    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_few_open_files_idle_connections_give_way_to_requests_listeners_continue_and_the_server_recovers()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        using RadioProcess server = await RadioProcess.StartAsync(Limit, []);
        using Socket listener = await AskAsync(server.Port, "GET /noise.opus HTTP/1.0\r\n\r\n", "HTTP/1.0 200");
        await HearAsync(listener, 10_000);

        // More than there is room for, on both ports, and from many addresses: a single one would get three quarters.
        List<Socket> crowd = [];
        for (int i = 0; i < 70; i++)
        {
            foreach (int port in (int[])[server.Port, server.RtspPort])
            {
                crowd.Add(await ConnectAsync(port, new IPAddress([127, 0, 0, (byte)(2 + (i % 50))])));
            }
        }

        // A client that sends a request gets a place, and the reserve suffices for that: encoders with their threads and libraries.
        string[] native = Encoders.Has(StreamCodec.Mp3) && Encoders.Has(StreamCodec.Flac) ? [".mp3", ".flac", "-64.mp3"] : [];
        foreach (string ending in (string[])["-64.opus", ".wav", .. native])
        {
            Socket other = await AskAsync(server.Port, $"GET /noise{ending} HTTP/1.0\r\n\r\n", "HTTP/1.0 200");
            crowd.Add(other);
            await HearAsync(other, 10_000);
        }

        crowd.Add(await AskAsync(server.RtspPort, "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n", "RTSP/1.0 200"));
        crowd.Add(await AskAsync(server.Port, "PUT /noise HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 403"));
        crowd.Add(await AskAsync(server.Port, "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200"));

        Assert.InRange(server.Descriptors, 1, Limit - 1);

        // More than the burst on connect, so this was sent meanwhile.
        await HearAsync(listener, 60_000);
        Assert.False(server.HasEnded, server.Errors);

        crowd.ForEach(static socket => socket.Dispose());
        using Socket next = await AskAsync(server.Port, "GET /noise.opus HTTP/1.0\r\n\r\n", "HTTP/1.0 200");
        await HearAsync(next, 10_000);
        await HearAsync(listener, 10_000);
        Assert.Contains("This process may open 256 files and sockets. That leaves room for", server.Output, StringComparison.Ordinal);
        Assert.Contains(
            "One that had not sent a complete request was closed to make room", server.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(64, "serve", "tone", "--http-port", "any")]
    [InlineData(128, "serve", "tone", "--http-port", "any")]
    [InlineData(200, "serve", "tone", "--http-port", "any")]
    [InlineData(64, "demo")]
    [InlineData(128, "demo")]
    [InlineData(200, "demo")]
    public async Task With_too_few_open_files_the_error_says_how_many_are_needed(int limit, params string[] command)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        using Process process = Process.Start(new ProcessStartInfo(
            "sh", ["-c", $"ulimit -n {limit}; exec \"$0\" \"$@\" --bind 127.0.0.1 --rtsp-port 0 --rtp-port 0",
                Path.Combine(AppContext.BaseDirectory, "Linnet.Cli"), .. command])
        {
            RedirectStandardError = true,
        })!;
        string errors = await process.StandardError.ReadToEndAsync(HangLimit);
        await process.WaitForExitAsync(HangLimit);

        Assert.Equal(1, process.ExitCode);
        Assert.Contains($"This process may open {limit} files and sockets; a server needs 256", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("fault in Linnet", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(64, 1)]
    [InlineData(95, 1)]
    [InlineData(96, 0)]
    public async Task A_limit_too_low_for_any_command_is_reported_and_a_higher_one_works(int limit, int code)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        await using Cli.LinnetProcess program = Cli.LinnetProcess.Start($"ulimit -n {limit}; exec \"$0\" \"$@\"", ["probe", "--help"]);

        string errors = await program.Errors.ReadToEndAsync(HangLimit);

        Assert.Equal(
            code == 0 ? "" : $"linnet: This process may open {limit} files and sockets; a server needs 256, and one more for each "
                + "listener. Raise it with ulimit -n, or LimitNOFILE= in a systemd unit.\n", errors);
        Assert.Equal(code, await program.ExitAsync());
    }

    /// <summary>Sends a request and checks how the answer begins; the connection stays open.</summary>
    private static async Task<Socket> AskAsync(int port, string request, string answer)
    {
        Socket socket = await ConnectAsync(port);
        await socket.SendAsync(Encoding.ASCII.GetBytes(request), HangLimit);
        byte[] start = new byte[answer.Length];
        for (int length = 0; length < start.Length;)
        {
            int read = await socket.ReceiveAsync(start.AsMemory(length), HangLimit);
            Assert.True(read > 0, $"no answer to {request}");
            length += read;
        }

        Assert.Equal(answer, Encoding.ASCII.GetString(start));
        return socket;
    }

    private static async Task<Socket> ConnectAsync(int port, IPAddress? from = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(from ?? IPAddress.Loopback, 0));
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), HangLimit);
        return socket;
    }

    private static async Task HearAsync(Socket socket, int bytes)
    {
        byte[] buffer = new byte[4096];
        while (bytes > 0)
        {
            int read = await socket.ReceiveAsync(buffer, HangLimit);
            Assert.True(read > 0, "the sound has ended");
            bytes -= read;
        }
    }
}
