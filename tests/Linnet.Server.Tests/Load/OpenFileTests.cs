using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Linnet.Server.Tests.Load;

/// <summary>The real program where a process may open few files and sockets.</summary>
public class OpenFileTests
{
    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_few_open_files_idle_crowds_are_refused_who_listens_hears_on_and_all_recovers()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux alone");
        using RadioProcess server = await RadioProcess.StartAsync(256, []);
        using Socket listener = await ListenAsync(server.Port);
        await HearAsync(listener, 10_000);

        List<Socket> idle = [];
        for (int i = 0; i < 158; i++)
        {
            foreach (int port in (int[])[server.Port, server.RtspPort])
            {
                try
                {
                    idle.Add(await ConnectAsync(port));
                }
                catch (SocketException)
                {
                    // Refused so soon that it never saw that it was connected.
                }
            }
        }

        // More than the burst at the start, so this was sent meanwhile.
        await HearAsync(listener, 60_000);
        Assert.Null(await TryListenAsync(server.Port));
        Assert.False(server.HasEnded, server.Errors);
        Assert.InRange(server.Descriptors, 1, 255);

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
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(200)]
    public async Task With_too_few_open_files_it_says_how_many_it_needs(int limit)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux alone");
        using Process process = Process.Start(new ProcessStartInfo(
            "sh", ["-c", $"ulimit -n {limit}; exec \"$0\" serve tone --bind 127.0.0.1 --rtsp-port 0 --rtp-port 0 --http-port any", Path.Combine(AppContext.BaseDirectory, "Linnet.Cli")])
        {
            RedirectStandardError = true,
        })!;
        string errors = await process.StandardError.ReadToEndAsync(HangLimit);
        await process.WaitForExitAsync(HangLimit);

        Assert.Equal(1, process.ExitCode);
        Assert.Contains($"This process may open {limit} files and sockets; a server needs 256", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("fault in Linnet", errors, StringComparison.Ordinal);
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

    private static async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
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
