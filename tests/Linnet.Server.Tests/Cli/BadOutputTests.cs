using System.Runtime.InteropServices;

namespace Linnet.Server.Tests.Cli;

/// <summary>The program with blocked outputs: its listeners keep playing, and it ends properly.</summary>
public sealed partial class BadOutputTests : IDisposable
{
    /// <summary>More than the burst that a listener of uncompressed audio gets at once, in bytes.</summary>
    private const long SomeSeconds = 800_000;

    /// <summary>The capacity of a pipe on Linux, in bytes.</summary>
    private const int PipeLength = 64 * 1024;

    /// <summary>Without this, the runtime writes its code to a file, which exceeds a limit on file sizes.</summary>
    private static readonly (string Name, string Value) CodeWithoutFile = ("DOTNET_EnableWriteXorExecute", "0");

    private readonly string _folder = Directory.CreateTempSubdirectory("linnet-output-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(">/dev/full 2>&1")]
    [InlineData(">/dev/full 2>&1", "--stats", "json")]
    [InlineData(">&- 2>&- <&-")]
    [InlineData(">&- 2>&-", "--stats", "json")]
    public async Task A_full_disk_and_closed_outputs_do_not_affect_listeners(string redirections, params string[] options)
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "needs /dev/full");
        int port = LinnetProcess.FreePort();
        await using LinnetProcess server = LinnetProcess.Start(
            $"exec \"$0\" \"$@\" {redirections}", LinnetProcess.Serve(port, ["tone", .. options]), null, ("LINNET_DEBUG", "1"));

        Assert.InRange(await LinnetProcess.HearAsync(port, "/tone.wav", SomeSeconds), SomeSeconds, long.MaxValue);

        server.Signal(LinnetProcess.Terminate);
        Assert.Equal(0, await server.ExitAsync());
    }

    [Theory]
    [InlineData]
    [InlineData("--stats", "json")]
    public async Task A_pipe_without_a_reader_does_not_affect_listeners(params string[] options)
    {
        string pipe = MakePipe();
        using var full = new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        full.Write(new byte[PipeLength]);
        int port = LinnetProcess.FreePort();
        await using LinnetProcess server = LinnetProcess.Start(
            $"exec \"$0\" \"$@\" >{pipe} 2>&1", LinnetProcess.Serve(port, ["tone", .. options]), null, ("LINNET_DEBUG", "1"));

        Assert.InRange(await LinnetProcess.HearAsync(port, "/tone.wav", SomeSeconds), SomeSeconds, long.MaxValue);

        server.Signal(LinnetProcess.Terminate);
        Assert.Equal(0, await server.ExitAsync());
    }

    [Fact]
    public async Task A_terminal_that_stalls_and_then_closes_does_not_affect_listeners()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "needs script, which provides a terminal");
        string pipe = MakePipe();
        using var full = new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        full.Write(new byte[PipeLength]);
        int port = LinnetProcess.FreePort();
        string ids = Path.Join(_folder, "ids");

        // A program that ignores the hang-up, as with nohup, outlives its terminal.
        await using LinnetProcess terminal = LinnetProcess.Start(
            $"trap '' HUP; program=\"$0 $*\"; exec script -qc \"echo \\$\\$ >{ids}; exec $program\" /dev/null </dev/null >{pipe} 2>&1",
            LinnetProcess.Serve(port, "tone"),
            null,
            ("LINNET_DEBUG", "1"),
            ("TERM", "xterm"));
        Assert.InRange(await LinnetProcess.HearAsync(port, "/tone.wav", SomeSeconds), SomeSeconds, long.MaxValue);
        int server = int.Parse(File.ReadAllText(ids), System.Globalization.CultureInfo.InvariantCulture);

        terminal.Signal(LinnetProcess.Kill);
        await terminal.ExitAsync();

        try
        {
            Assert.InRange(await LinnetProcess.HearAsync(port, "/tone.wav", SomeSeconds), SomeSeconds, long.MaxValue);
        }
        finally
        {
            LinnetProcess.Signal(server, LinnetProcess.Kill);
        }
    }

    [Theory]
    [InlineData("Listen with:")]
    [InlineData("{\"state\":", "--stats", "json")]
    public async Task A_reader_that_leaves_ends_the_output_but_not_the_server(string first, params string[] options)
    {
        int port = LinnetProcess.FreePort();
        await using LinnetProcess server =
            LinnetProcess.Start("exec \"$0\" \"$@\"", LinnetProcess.Serve(port, ["tone", .. options]), null, ("LINNET_DEBUG", "1"));
        Assert.StartsWith(first, await server.Output.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        server.Output.Close();
        server.Errors.Close();

        Assert.InRange(await LinnetProcess.HearAsync(port, "/tone.wav", SomeSeconds), SomeSeconds, long.MaxValue);
        server.Signal(LinnetProcess.Terminate);
        Assert.Equal(0, await server.ExitAsync());
    }

    [Theory]
    [InlineData("--help", "exec \"$0\" \"$@\" >/dev/full", "No space left on device")]
    [InlineData("devices", "exec \"$0\" \"$@\" >/dev/full", "No space left on device")]

    // A closed terminal gives the same error as a broken disk. Here it comes from memory without an address.
    [InlineData("--help", "exec 3<>/proc/self/mem; \"$0\" \"$@\" >&3", "Input/output error")]
    public async Task A_result_that_cannot_be_written_is_a_failure(string command, string redirection, string reason)
    {
        await using LinnetProcess program = LinnetProcess.Start(redirection, [command]);

        string said = await program.Errors.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal($"linnet: Standard output cannot be written: {reason}.\n", said);
        Assert.Equal(1, await program.ExitAsync());
    }

    [Fact]
    public async Task Help_exits_with_success_if_its_reader_leaves()
    {
        await using LinnetProcess program = LinnetProcess.Start("\"$0\" \"$@\" | head -c 1; true", ["serve", "--help"]);

        Assert.Equal("", await program.Errors.ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, await program.ExitAsync());
    }

    [Fact]
    public async Task Playing_to_a_pipe_exits_with_success_if_its_reader_leaves()
    {
        int port = LinnetProcess.FreePort();
        await using LinnetProcess server = LinnetProcess.Start("exec \"$0\" \"$@\"", LinnetProcess.Serve(port, "tone"));
        string address = (await server.Output.ReadLineAsync(TestContext.Current.CancellationToken))!.Split(' ')
            .First(static w => w.StartsWith("rtsp://", StringComparison.Ordinal));

        await using LinnetProcess player = LinnetProcess.Start(
            $"{{ \"$0\" \"$@\" 2>{_folder}/errors; echo $? >{_folder}/code; }} | head -c 1000 | wc -c",
            ["play", address + "tone", "--output", "-"]);

        Assert.Equal("1000", (await player.Output.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim());
        Assert.Equal("0\n", File.ReadAllText(Path.Join(_folder, "code")));
        Assert.DoesNotContain("linnet: The program that reads", File.ReadAllText(Path.Join(_folder, "errors")), StringComparison.Ordinal);
        Assert.Contains(": teardown (", await SaysAsync(server, "stopped listening to tone/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recording_at_its_size_limit_ends_with_a_reason_and_is_playable()
    {
        int port = LinnetProcess.FreePort();
        await using LinnetProcess server = LinnetProcess.Start("exec \"$0\" \"$@\"", LinnetProcess.Serve(port, "tone"));
        string address = (await server.Output.ReadLineAsync(TestContext.Current.CancellationToken))!.Split(' ')
            .First(static w => w.StartsWith("rtsp://", StringComparison.Ordinal));
        string heard = Path.Join(_folder, "heard.wav");

        // In units of 512 bytes: some tenths of a second.
        await using LinnetProcess player =
            LinnetProcess.Start("ulimit -f 100; exec \"$0\" \"$@\"", ["record", address + "tone/pcm", heard], null, CodeWithoutFile);

        Assert.Contains($"linnet: Cannot write {heard}: ", await player.Errors.ReadToEndAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        Assert.Equal(1, await player.ExitAsync());
        byte[] wav = File.ReadAllBytes(heard);
        int data = wav.AsSpan().IndexOf("data"u8);
        Assert.Equal(wav.Length - data - 8, BitConverter.ToInt32(wav, data + 4));

        // A block that does not fit whole is left out. On a busy machine a block may hold some tenths of a second.
        Assert.InRange(wav.Length, 10_000, 51_200);
    }

    [Fact]
    public async Task A_log_at_its_size_limit_does_not_end_the_server()
    {
        int port = LinnetProcess.FreePort();
        string log = Path.Join(_folder, "log");
        File.WriteAllBytes(log, new byte[512]);
        await using LinnetProcess server =
            LinnetProcess.Start($"ulimit -f 1; exec \"$0\" \"$@\" >>{log} 2>&1", LinnetProcess.Serve(port, "tone"), null,
                ("LINNET_DEBUG", "1"), CodeWithoutFile);

        Assert.InRange(await LinnetProcess.HearAsync(port, "/tone.wav", SomeSeconds), SomeSeconds, long.MaxValue);

        server.Signal(LinnetProcess.Terminate);
        Assert.Equal(0, await server.ExitAsync());
    }

    [Fact]
    public async Task Repeated_hang_ups_end_a_recording_properly()
    {
        int port = LinnetProcess.FreePort();
        await using LinnetProcess server = LinnetProcess.Start("exec \"$0\" \"$@\"", LinnetProcess.Serve(port, "tone"));
        string address = (await server.Output.ReadLineAsync(TestContext.Current.CancellationToken))!.Split(' ')
            .First(static w => w.StartsWith("rtsp://", StringComparison.Ordinal));
        string heard = Path.Join(_folder, "heard.wav");
        await using LinnetProcess player = LinnetProcess.Start("exec \"$0\" \"$@\"", ["record", address + "tone/pcm", heard]);
        while (!File.Exists(heard) || new FileInfo(heard).Length < 40_000)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        // A shell and the kernel send one each. Further ones must not change anything, until the very end.
        for (int i = 0; i < 100 && player.TrySignal(LinnetProcess.HangUp); i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.Equal(0, await player.ExitAsync());
        byte[] wav = File.ReadAllBytes(heard);
        int data = wav.AsSpan().IndexOf("data"u8);
        Assert.Equal(wav.Length - data - 8, BitConverter.ToInt32(wav, data + 4));
    }

    [Theory]
    [InlineData("play", "--output", "null")]
    [InlineData("play", "--output", "null", "--transport", "tcp")]
    [InlineData("record", "heard.wav")]
    [InlineData("probe", "--seconds", "600")]
    public Task Closing_the_terminal_ends_the_program_cleanly(string command, params string[] options) =>
        CloseTerminalAsync("xterm", command, options);

    [Theory]
    [InlineData("play", "--output", "null")]
    [InlineData("probe", "--seconds", "600")]
    public Task Closing_a_dumb_terminal_ends_the_program_cleanly(string command, params string[] options) =>
        CloseTerminalAsync("dumb", command, options);

    private async Task CloseTerminalAsync(string kind, string command, string[] options)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "needs script, which provides a terminal");
        int port = LinnetProcess.FreePort();
        await using LinnetProcess server = LinnetProcess.Start("exec \"$0\" \"$@\"", LinnetProcess.Serve(port, "tone"));
        string address = (await server.Output.ReadLineAsync(TestContext.Current.CancellationToken))!.Split(' ')
            .First(static w => w.StartsWith("rtsp://", StringComparison.Ordinal));
        string code = Path.Join(_folder, "code");

        // The kernel tells the shell that its terminal has gone, and the shell tells its program, as shells do. The shell then waits
        // again to report the exit code.
        await using LinnetProcess terminal = LinnetProcess.Start(
            $"exec script -qc \"trap 'kill -HUP \\$!' HUP; $0 $* 2>errors <&0 & wait; wait \\$!; echo \\$? "
                + $">{code}.new; mv {code}.new {code}\" /dev/null </dev/null",
            [command, address + "tone", .. options],
            _folder,
            ("TERM", kind));
        await SaysAsync(server, "started listening to tone/");

        terminal.Signal(LinnetProcess.Kill);
        string end = await SaysAsync(server, "stopped listening to tone/");
        while (!File.Exists(code))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.Equal(("0\n", ""), (File.ReadAllText(code), File.ReadAllText(Path.Join(_folder, "errors"))));
        Assert.Contains(": teardown (", end, StringComparison.Ordinal);
        if (command == "record")
        {
            byte[] wav = File.ReadAllBytes(Path.Join(_folder, "heard.wav"));
            int data = wav.AsSpan().IndexOf("data"u8);
            Assert.Equal(wav.Length - data - 8, BitConverter.ToInt32(wav, data + 4));
        }
    }

    [Fact]
    public async Task A_program_that_ignores_a_hang_up_keeps_running()
    {
        int port = LinnetProcess.FreePort();
        await using LinnetProcess server = LinnetProcess.Start("trap '' HUP; exec \"$0\" \"$@\"", LinnetProcess.Serve(port, "tone"));
        await server.Output.ReadLineAsync(TestContext.Current.CancellationToken);

        server.Signal(LinnetProcess.HangUp);

        Assert.InRange(await LinnetProcess.HearAsync(port, "/tone.wav", SomeSeconds), SomeSeconds, long.MaxValue);
        server.Signal(LinnetProcess.Terminate);
        Assert.Equal(0, await server.ExitAsync());
    }

    private static async Task<string> SaysAsync(LinnetProcess server, string text)
    {
        while (await server.Output.ReadLineAsync(TestContext.Current.CancellationToken) is string line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }
        }

        Assert.Fail($"The server ended before it said '{text}'.");
        return "";
    }

    private string MakePipe()
    {
        string pipe = Path.Join(_folder, "pipe");
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such pipes.");
        Assert.Equal(0, MakeFifo(pipe, 0x180));
        return pipe;
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);
}
