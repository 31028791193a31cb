namespace Linnet.Server.Tests.Cli;

public sealed class PrivilegesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("linnet-rights-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Root_is_warned_and_gets_advice()
    {
        var shell = new FakeShell();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task<int> serving = Linnet.Cli.CommandLine.RunAsync(
            LinnetProcess.Serve(0, "tone"), shell.Shell with { IsPrivileged = true }, stop.Token);
        await shell.SaysAsync("rtsp://");
        await stop.CancelAsync();

        Assert.Equal(0, await serving);
        Assert.Equal(!OperatingSystem.IsWindows(), shell.Errors.Contains("linnet: Linnet runs as root", StringComparison.Ordinal));
        Assert.Equal(OperatingSystem.IsLinux(), shell.Errors.Contains("--user NAME", StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_user_every_thread_switches_permanently_and_the_audio_plays()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root on Linux can switch to another user.");
        int port = LinnetProcess.FreePort();
        await using LinnetProcess server = LinnetProcess.Start("exec \"$0\" \"$@\"", LinnetProcess.Serve(port, "tone", "--user", "nobody"));

        Assert.InRange(await LinnetProcess.HearAsync(port, "/tone.opus", 10_000), 10_000, long.MaxValue);

        string[] threads = Directory.GetDirectories($"/proc/{server.Id}/task");
        Assert.NotEmpty(threads);
        string[] ids =
        [
            .. threads.SelectMany(static t => File.ReadLines(Path.Join(t, "status")))
                .Where(static l => l.Split(':')[0] is "Uid" or "Gid" or "Groups" or "CapEff").Distinct(),
        ];
        Assert.Equal(["Uid", "Gid", "Groups", "CapEff"], ids.Select(static id => id.Split(':')[0]));
        Assert.All(ids[..3], static id => Assert.DoesNotContain("0", id.Split((char[])['\t', ' '])[1..]));
        Assert.Equal("0000000000000000", ids[3].Split('\t')[1]);
        server.Signal(LinnetProcess.Terminate);
        Assert.Equal(0, await server.ExitAsync());
        Assert.DoesNotContain("root", await server.Errors.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_user_ffmpeg_reads_a_file_whose_name_is_not_UTF_8()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root on Linux can switch to another user.");
        Assert.SkipUnless(File.Exists("/usr/bin/ffmpeg"), "needs ffmpeg");
        int port = LinnetProcess.FreePort();
        await using LinnetProcess server = LinnetProcess.Start(
            "chmod 755 . && ffmpeg -v error -f lavfi -i sine=duration=20 \"$(printf 'caf\\351.m4a')\" && exec \"$0\" \"$@\"",
            LinnetProcess.Serve(port, "jazz=" + _folder, "--user", "nobody"),
            _folder);

        Assert.InRange(await LinnetProcess.HearAsync(port, "/jazz.opus", 10_000), 10_000, long.MaxValue);

        server.Signal(LinnetProcess.Terminate);
        string said = await server.Output.ReadToEndAsync(TestContext.Current.CancellationToken);
        int code = await server.ExitAsync();

        // .NET cannot represent its name.
        await using LinnetProcess removal = LinnetProcess.Start("rm ./*.m4a", [], _folder);
        Assert.Equal((0, 0), (code, await removal.ExitAsync()));
        Assert.DoesNotContain("skipped", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_who_cannot_read_the_program_is_refused_at_once()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root on Linux can switch to another user.");

        // Only its owner may enter the folder, as .NET creates it. The files that the start checks must be there; others may be elsewhere.
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory))
        {
            string name = Path.GetFileName(file);
            if (name.StartsWith("Linnet.Cli", StringComparison.Ordinal))
            {
                File.Copy(file, Path.Join(_folder, name));
            }
            else if (name.EndsWith(".dll", StringComparison.Ordinal))
            {
                File.CreateSymbolicLink(Path.Join(_folder, name), file);
            }
        }

        string program = Path.Join(_folder, "Linnet.Cli");
        await using LinnetProcess server =
            LinnetProcess.Start($"exec {program} \"$@\"", LinnetProcess.Serve(0, "tone", "--user", "nobody"));

        CancellationToken stop = TestContext.Current.CancellationToken;
        string? said = await server.Errors.ReadLineAsync(stop).AsTask().WaitAsync(LinnetProcess.Limit, TimeProvider.System, stop);
        Assert.Equal($"linnet: 'nobody' may not read {_folder}: put Linnet where every user can read it, such as /opt/linnet.", said);
        Assert.Equal(1, await server.ExitAsync());
    }

    [Theory]
    [InlineData("no-such-user", "There is no user 'no-such-user'")]
    [InlineData("root", "'root' is root")]
    public async Task An_unsuitable_user_is_refused(string user, string says)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "--user works only on Linux.");
        var shell = new FakeShell();

        Assert.Equal(
            2, await Linnet.Cli.CommandLine.RunAsync(
                LinnetProcess.Serve(0, "tone", "--user", user), shell.Shell, TestContext.Current.CancellationToken));
        Assert.Contains(says, shell.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite, null)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupRead, null)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead, "read the password in")]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.OtherWrite, "change the password in")]
    public async Task A_password_file_that_every_user_can_read_or_change_gives_a_warning(UnixFileMode mode, string? says)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        string file = Path.Join(_folder, "password");
        await File.WriteAllTextAsync(file, "let-me-push\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, mode);
        }

        var shell = new FakeShell();

        // The command ends because the source does not exist.
        int code = await Linnet.Cli.CommandLine.RunAsync(
            LinnetProcess.Serve(0, "/nowhere.wav", "--push-password-file", file), shell.Shell, TestContext.Current.CancellationToken);

        Assert.Equal(1, code);
        Assert.Contains(says ?? "linnet: ", shell.Errors, StringComparison.Ordinal);
        Assert.Equal(says is null ? 1 : 2, shell.Errors.TrimEnd().Split('\n').Length);
        Assert.Equal(says is not null, shell.Errors.Contains($"chmod 600 {file}", StringComparison.Ordinal));
    }
}
