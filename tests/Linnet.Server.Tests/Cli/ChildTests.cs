using System.Globalization;

namespace Linnet.Server.Tests.Cli;

/// <summary>The server's external decoder, replaced by a script.</summary>
public sealed class ChildTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("linnet-child-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_decoder_never_sees_the_password_and_ends_with_the_server_however_that_ends()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux shows processes as files.");
        File.WriteAllBytes(Path.Join(_folder, "head"), PcmWav.Head(48_000, 1, 16, int.MaxValue - 36));
        string song = Path.Join(_folder, "song.m4a");
        File.WriteAllText(song, "some file");
        string shell =
            $"printf '#!/bin/sh\\necho \"[info]   Stream #0:0: Audio: alac, 48000 Hz, mono, s16p\" >&2\\ncat {_folder}/head\\nexec cat "
                + $"/dev/zero\\n' >{_folder}/ffmpeg; chmod +x {_folder}/ffmpeg; PATH={_folder}:$PATH exec \"$0\" \"$@\"";
        await using LinnetProcess server = LinnetProcess.Start(
            shell, LinnetProcess.Serve(LinnetProcess.FreePort(), "live=push", song), null, ("LINNET_PUSH_PASSWORD", "hackme"));
        Assert.StartsWith(
            "Listen with:", await server.Output.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        string child = Path.Join("/proc", ChildOf(server.Id));
        string environment = File.ReadAllText(Path.Join(child, "environ"));

        server.Signal(LinnetProcess.Kill);

        await server.ExitAsync();
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        late.CancelAfter(LinnetProcess.Limit);
        while (Runs(child))
        {
            await again.WaitForNextTickAsync(late.Token);
        }

        Assert.Contains("PATH=", environment, StringComparison.Ordinal);
        Assert.DoesNotContain("hackme", environment, StringComparison.Ordinal);
    }

    private static string ChildOf(int parent) =>
        Directory.EnumerateDirectories($"/proc/{parent.ToString(CultureInfo.InvariantCulture)}/task")
        .SelectMany(static thread => File.ReadAllText(Path.Join(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Single();

    /// <summary>Whether the process runs. A process that has ended but was not reaped is still listed, as a zombie.</summary>
    private static bool Runs(string process)
    {
        try
        {
            return !File.ReadAllText(Path.Join(process, "stat")).Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
