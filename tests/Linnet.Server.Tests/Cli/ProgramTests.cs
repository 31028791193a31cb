using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Linnet.Server.Tests.Cli;

/// <summary>The program itself, as a process: signals, exit codes, its two outputs.</summary>
public sealed partial class ProgramTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("linnet-program-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_demo_without_a_sound_device_plays_and_reports_that()
    {
        using Process demo = Start("demo", "--seconds", "0.5", "--bind", "127.0.0.1", "--rtsp-port", "0", "--rtp-port", "0");

        string output = await demo.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        string errors = WithoutAdvice(await demo.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await demo.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal((0, ""), (demo.ExitCode, errors));
        Assert.Contains("linnet play rtsp://127.0.0.1:", output, StringComparison.Ordinal);
        Assert.Contains("There is no sound device", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signal_ends_server_and_player_cleanly_and_the_file_is_complete()
    {
        using Process server = Start("serve", "tone", "--bind", "127.0.0.1", "--rtsp-port", "0", "--rtp-port", "0", "--http-port", "off");
        string address = (await server.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!.Split(' ')
            .First(w => w.StartsWith("rtsp://", StringComparison.Ordinal));
        string heard = Path.Join(_folder, "heard.wav");
        using Process player = Start("record", address + "tone/pcm", heard, "--stats", "json");
        while (!(await player.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!.Contains(
            "\"playing\"", StringComparison.Ordinal))
        {
            // The next line arrives within a second.
        }

        Assert.Equal(0, Kill(player.Id, Interrupt));
        await player.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, Kill(server.Id, Terminate));
        await server.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal((0, ""), (player.ExitCode, await player.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)));
        Assert.Equal(
            (0, ""), (server.ExitCode, WithoutAdvice(await server.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken))));
        byte[] wav = File.ReadAllBytes(heard);
        int data = wav.AsSpan().IndexOf("data"u8);
        Assert.Equal(wav.Length - data - 8, BitConverter.ToInt32(wav, data + 4));
        Assert.True(wav.Length > data + 8);
    }

    /// <summary>Removes the advice that root gets.</summary>
    internal static string WithoutAdvice(string errors) =>
        string.Concat(errors.Split('\n').Where(static line => !line.StartsWith("linnet: Linnet runs as root", StringComparison.Ordinal))
            .Select(static line => line.Length > 0 ? line + "\n" : ""));

    private const int Terminate = 15;

    /// <summary>Ctrl-C, unless a shell that runs tests in the background made all its processes ignore it.</summary>
    private static int Interrupt => File.Exists("/proc/self/status")
        && File.ReadLines("/proc/self/status").First(
            static l => l.StartsWith("SigIgn:", StringComparison.Ordinal))[^1] is '2' or '3' or '6' or '7' or 'a' or 'b' or 'e' or 'f'
        ? Terminate
        : 2;

    /// <summary>
    /// Starts the program without any audio device: no sound server at the given address, and no ALSA card of that name.
    /// </summary>
    private static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Join(AppContext.BaseDirectory, "Linnet.Cli"), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Join(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        start.Environment["PULSE_SERVER"] = "unix:/nonexistent";
        start.Environment["ALSA_CONFIG_PATH"] = "/nonexistent";
        return Process.Start(start)!;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
