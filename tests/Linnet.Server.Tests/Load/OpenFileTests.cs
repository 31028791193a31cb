using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Linnet.Server.Tests.Load;

/// <summary>The real program where a process may open few files and sockets.</summary>
public class OpenFileTests
{
    private const int Limit = 256;

    /// <summary>Descriptors that connections may fill: a reserve of 16, and a 32nd of all, stays free.</summary>
    private const int WithoutReserve = Limit - (16 + (Limit / 32));

    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_few_open_files_idle_crowds_are_refused_who_listens_hears_on_and_all_recovers()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux alone");
        using RadioProcess server = await RadioProcess.StartAsync(Limit, []);
        using Socket listener = await ListenAsync(server.Port);
        await HearAsync(listener, 10_000);

        // From many addresses: one alone would get three quarters of the room.
        List<Socket> idle = [];
        for (int i = 0; i < 158; i++)
        {
            foreach (int port in (int[])[server.Port, server.RtspPort])
            {
                try
                {
                    idle.Add(await ConnectAsync(port, new IPAddress([127, 0, 0, (byte)(2 + (i % 50))])));
                }
                catch (SocketException)
                {
                    // Refused so soon that it never saw that it was connected.
                }
            }
        }

        Assert.Null(await TryListenAsync(server.Port));
        Assert.False(server.HasEnded, server.Errors);

        // A few of the reserve may be in use just now: by a connection that is about to be closed, or by the runtime.
        Assert.InRange(server.Descriptors, WithoutReserve - 6, WithoutReserve + 6);

        // The reserve is for what comes now: encoders with their threads and libraries, for some who were let in before.
        foreach ((string path, int i) in ((string[])[".opus", ".flac", ".wav", "-64.mp3"]).Select(static (ending, i) => ("/noise" + ending, 2 * i)))
        {
            await idle[i].SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.0\r\n\r\n"), HangLimit);
            await HearAsync(idle[i], 10_000);
        }

        // More than the burst at the start, so this was sent meanwhile.
        await HearAsync(listener, 60_000);
        Assert.InRange(server.Descriptors, 1, Limit - 1);
        Assert.False(server.HasEnded, server.Errors);

        idle.ForEach(static socket => socket.Dispose());
        Socket? next;
        while ((next = await TryListenAsync(server.Port)) is null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, HangLimit);
        }

        using (next)
        {
            await HearAsync(next, 10_000);
            await HearAsync(listener, 10_000);
        }

        Assert.Contains("This process may open 256 files and sockets. That leaves room for", server.Errors, StringComparison.Ordinal);
        Assert.Contains("There is no room for another connection", server.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(64, "serve", "tone", "--http-port", "any")]
    [InlineData(128, "serve", "tone", "--http-port", "any")]
    [InlineData(200, "serve", "tone", "--http-port", "any")]
    [InlineData(64, "demo")]
    [InlineData(128, "demo")]
    [InlineData(200, "demo")]
    public async Task With_too_few_open_files_it_says_how_many_it_needs(int limit, params string[] command)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux alone");
        using Process process = Process.Start(new ProcessStartInfo(
            "sh", ["-c", $"ulimit -n {limit}; exec \"$0\" \"$@\" --bind 127.0.0.1 --rtsp-port 0 --rtp-port 0", Path.Combine(AppContext.BaseDirectory, "Linnet.Cli"), .. command])
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
    public async Task Where_no_command_can_run_it_says_so_and_else_runs(int limit, int code)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux alone");
        await using Cli.LinnetProcess program = Cli.LinnetProcess.Start($"ulimit -n {limit}; exec \"$0\" \"$@\"", ["probe", "--help"]);

        string errors = await program.Errors.ReadToEndAsync(HangLimit);

        Assert.Equal(code == 0 ? "" : $"linnet: This process may open {limit} files and sockets; a server needs 256, and one more for each listener. Raise it with ulimit -n, or LimitNOFILE= in a systemd unit.\n", errors);
        Assert.Equal(code, await program.ExitAsync());
    }

    private static async Task<Socket> ListenAsync(int port)
    {
        Socket? socket = await TryListenAsync(port);
        Assert.NotNull(socket);
        return socket;
    }

    /// <summary>A listener; <see langword="null"/> if it is refused.</summary>
    private static async Task<Socket?> TryListenAsync(int port)
    {
        Socket? socket = null;
        try
        {
            socket = await ConnectAsync(port);
            await socket.SendAsync("GET /noise.mp3 HTTP/1.0\r\n\r\n"u8.ToArray(), HangLimit);
            byte[] start = new byte[12];
            int length = 0;
            while (length < start.Length && await socket.ReceiveAsync(start.AsMemory(length), HangLimit) is int read and > 0)
            {
                length += read;
            }

            if (Encoding.ASCII.GetString(start, 0, length) == "HTTP/1.0 200")
            {
                return socket;
            }
        }
        catch (SocketException)
        {
            // Reset.
        }

        socket?.Dispose();
        return null;
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
