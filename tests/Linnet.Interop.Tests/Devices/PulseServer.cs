using System.Diagnostics;
using System.Net.Sockets;

namespace Linnet.Interop.Tests.Devices;

/// <summary>A PulseAudio server for tests: no sound card, two null sinks, its socket in a temporary folder.</summary>
public sealed class PulseServer : IAsyncLifetime
{
    public const string Sink = "linnet_one";
    public const string OtherSink = "linnet_two";
    public const int SampleRate = 48_000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("linnet-pulse-");
    private Process? _process;

    /// <summary>The address for <c>server</c> parameters and <c>PULSE_SERVER</c>.</summary>
    public string Address => $"unix:{SocketPath}";

    /// <summary>The server's process.</summary>
    public Process Process => _process ?? throw new InvalidOperationException("The server has not been started.");

    private string SocketPath => Path.Combine(_folder.FullName, "native");

    public async ValueTask InitializeAsync()
    {
        await RunAsync();
    }

    /// <summary>Starts the server again if it has ended by itself: then one test fails, and not all that follow.</summary>
    public async Task EnsureRunningAsync()
    {
        if (Process.HasExited)
        {
            await RestartAsync();
        }
    }

    /// <summary>Kills the server and starts another one in its place, with all its outputs.</summary>
    public async Task RestartAsync()
    {
        await EndAsync();
        File.Delete(SocketPath);
        await RunAsync();
    }

    private async Task RunAsync()
    {
        string script = Path.Combine(_folder.FullName, "script.pa");
        await File.WriteAllTextAsync(script, $"""
            load-module module-native-protocol-unix auth-anonymous=1 socket={SocketPath}
            load-module module-null-sink sink_name={Sink} format=float32le rate={SampleRate} channels=2 sink_properties=device.description=One
            load-module module-null-sink sink_name={OtherSink} format=float32le rate={SampleRate} channels=2 sink_properties=device.description=Two
            set-default-sink {Sink}

            """);

        // The system kills a thread of high priority that computes for 0.2 s without a pause, as after a standstill of the whole machine.
        string settings = Path.Combine(_folder.FullName, ".config", "pulse");
        Directory.CreateDirectory(settings);
        await File.WriteAllTextAsync(Path.Combine(settings, "daemon.conf"), "rlimit-rttime = -1\n");
        _process = Start("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--log-level=error",
            $"--log-target=file:{_folder.FullName}/log", "-F", script);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await AnswersAsync())
        {
            Assert.False(_process.HasExited, "pulseaudio has ended");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit.Token);
        }
    }

    /// <summary>Starts a program that uses this server by default.</summary>
    public Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardInput = true };
        start.Environment["HOME"] = _folder.FullName;
        start.Environment["XDG_RUNTIME_DIR"] = _folder.FullName;
        start.Environment["PULSE_SERVER"] = program == "pulseaudio" ? null : Address;
        return Process.Start(start) ?? throw new InvalidOperationException($"{program} does not start");
    }

    /// <summary>Runs <c>pactl</c> and returns its output.</summary>
    public async Task<string> PactlAsync(params string[] arguments)
    {
        using Process pactl = Start("pactl", arguments);
        string output = await pactl.StandardOutput.ReadToEndAsync();
        await pactl.WaitForExitAsync();
        Assert.Equal(0, pactl.ExitCode);
        return output.Trim();
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _folder.Delete(recursive: true);
    }

    private async Task EndAsync()
    {
        if (_process is not null)
        {
            if (_process.HasExited)
            {
                string log = Path.Combine(_folder.FullName, "log");
                string said = File.Exists(log) ? await File.ReadAllTextAsync(log) : "";
                await Console.Error.WriteLineAsync($"pulseaudio has ended by itself with {_process.ExitCode}: {said}");
            }

            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }
    }

    private async Task<bool> AnswersAsync()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
