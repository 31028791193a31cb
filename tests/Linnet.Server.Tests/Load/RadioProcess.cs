using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Linnet.Server.Tests.Load;

/// <summary>A <c>linnet serve</c> with HTTP in its own process, to measure its memory and descriptors.</summary>
internal sealed partial class RadioProcess : IDisposable
{
    private readonly Process _process;
    private readonly string _noise;
    private readonly TaskCompletionSource<int> _port = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string _errors = "";
    private volatile string _output = "";

    private RadioProcess(Process process, string noise)
    {
        _process = process;
        _noise = noise;
    }

    /// <summary>Its HTTP port.</summary>
    public int Port { get; private set; }

    /// <summary>Its RTSP port.</summary>
    public int RtspPort { get; private set; }

    /// <summary>Its standard output so far.</summary>
    public string Output => _output;

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>Resident memory, in bytes.</summary>
    public long Memory =>
        1024 * long.Parse(File.ReadLines($"/proc/{_process.Id}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal))[6..^3],
            CultureInfo.InvariantCulture);

    /// <summary>Number of open descriptors.</summary>
    public int Descriptors => Directory.GetFiles($"/proc/{_process.Id}/fd").Length;

    /// <summary>Its standard error so far.</summary>
    public string Errors => Cli.ProgramTests.WithoutAdvice(_errors);

    /// <summary>
    /// Starts a server with a station <c>noise</c>, of which no two encoded packets are the same, and waits until it listens.
    /// </summary>
    public static Task<RadioProcess> StartAsync(params string[] arguments) => StartAsync(null, arguments);

    /// <summary>The same, with a limit of open files (<c>ulimit -n</c>).</summary>
    public static async Task<RadioProcess> StartAsync(int? openFiles, string[] arguments)
    {
        string noise = Path.Combine(Path.GetTempPath(), $"linnet-{Guid.NewGuid():N}.wav");
        // Longer than any test listens.
        File.WriteAllBytes(noise, PcmWav.Noise(44_100, channels: 1, bits: 16, seconds: 120));
        string program = Path.Combine(AppContext.BaseDirectory, "Linnet.Cli");
        string[] serve =
            ["serve", $"noise={noise}", .. arguments, "--bind", "127.0.0.1", "--rtsp-port", "0", "--rtp-port", "0", "--http-port", "any"];
        var start = new ProcessStartInfo(openFiles is null ? program : "sh",
            openFiles is null ? serve : ["-c", $"ulimit -n {openFiles}; exec \"$0\" \"$@\"", program, .. serve])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        var server = new RadioProcess(Process.Start(start)!, noise);
        server._process.OutputDataReceived += (_, e) => server.Keep(e.Data);
        server._process.ErrorDataReceived += (_, e) => server._errors += e.Data is null ? "" : e.Data + "\n";
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        server._process.Exited += (_, _) =>
            server._port.TrySetException(new InvalidOperationException($"linnet serve has ended: {server._errors}"));
        server._process.EnableRaisingEvents = true;
        server.Port =
            await server._port.Task.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, TestContext.Current.CancellationToken);
        return server;
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        File.Delete(_noise);
    }

    private void Keep(string? line)
    {
        _output += line is null ? "" : line + "\n";
        if (RtspPattern().Match(line ?? "") is { Success: true } rtsp)
        {
            RtspPort = int.Parse(rtsp.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        }

        Match address = AddressPattern().Match(line ?? "");
        if (address.Success)
        {
            _port.TrySetResult(int.Parse(address.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
        }
    }

    [GeneratedRegex(@"rtsp://127\.0\.0\.1:(\d+)/")]
    private static partial Regex RtspPattern();

    [GeneratedRegex(@"In a browser: +http://127\.0\.0\.1:(\d+)/")]
    private static partial Regex AddressPattern();
}
