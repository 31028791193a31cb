using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Linnet.Server.Tests.Cli;

/// <summary>The program itself, started by a shell, which can give it any outputs and limits.</summary>
internal sealed partial class LinnetProcess : IAsyncDisposable
{
    internal const int HangUp = 1;
    internal const int Kill = 9;
    internal const int Terminate = 15;

    private readonly Process _process;

    private LinnetProcess(Process process) => _process = process;

    internal static TimeSpan Limit { get; } = TimeSpan.FromSeconds(60);

    internal int Id => _process.Id;

    internal StreamReader Output => _process.StandardOutput;

    internal StreamReader Errors => _process.StandardError;

    /// <summary>Starts the program.</summary>
    /// <param name="shell">The shell's command; the program's command line is <c>"$0" "$@"</c>, as in <c>exec "$0" "$@"
    /// &gt;/dev/full</c>.</param>
    /// <param name="arguments">The program's arguments.</param>
    /// <param name="folder">The working folder.</param>
    /// <param name="environment">Additional environment variables.</param>
    internal static LinnetProcess Start(
        string shell, string[] arguments, string? folder = null, params (string Name, string Value)[] environment)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a POSIX shell");
        var start = new ProcessStartInfo("/bin/sh", ["-c", shell, Path.Join(AppContext.BaseDirectory, "Linnet.Cli"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Join(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        start.Environment["PULSE_SERVER"] = "unix:/nonexistent";
        start.Environment["ALSA_CONFIG_PATH"] = "/nonexistent";
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return new LinnetProcess(Process.Start(start)!);
    }

    /// <summary>Arguments to serve on loopback, with HTTP at <paramref name="port"/>.</summary>
    internal static string[] Serve(int port, params string[] arguments) =>
        ["serve", .. arguments, "--bind", "127.0.0.1", "--rtsp-port", "0", "--rtp-port", "0", "--http-port",
            port.ToString(CultureInfo.InvariantCulture)];

    /// <summary>Finds a free port, for a program that cannot report which one it uses.</summary>
    internal static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }

    /// <summary>Waits for the port, then listens until that many bytes of audio have arrived.</summary>
    internal static async Task<long> HearAsync(int port, string path, long bytes)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        late.CancelAfter(Limit);
        using TcpClient client = await ConnectAsync(port, late.Token);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"GET {path} HTTP/1.0\r\n\r\n"), late.Token);
        byte[] buffer = new byte[16 * 1024];
        long heard = 0;
        while (heard < bytes && await stream.ReadAsync(buffer, late.Token) is > 0 and var length)
        {
            heard += length;
        }

        return heard;
    }

    internal static async Task<TcpClient> ConnectAsync(int port, CancellationToken cancellationToken)
    {
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        while (true)
        {
            var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                return client;
            }
            catch (SocketException)
            {
                client.Dispose();
                await again.WaitForNextTickAsync(cancellationToken);
            }
        }
    }

    internal void Signal(int signal) => Signal(_process.Id, signal);

    internal static void Signal(int process, int signal) => Assert.Equal(0, SendSignal(process, signal));

    /// <summary>Sends a signal. False if the process had already ended.</summary>
    internal bool TrySignal(int signal) => !_process.HasExited && SendSignal(_process.Id, signal) == 0;

    /// <summary>Waits for the process to end.</summary>
    internal async Task<int> ExitAsync()
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        late.CancelAfter(Limit);
        await _process.WaitForExitAsync(late.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
