using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Linnet.Cli;

namespace Linnet.Server.Tests.Cli.Configuration;

/// <summary>A server whose configuration file changes while it runs.</summary>
public sealed partial class ConfigReloadTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("linnet-config-").FullName;
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    private string FilePath => Path.Join(_folder, "linnet.toml");

    public void Dispose()
    {
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Stations_are_added_changed_and_removed_while_a_listener_of_another_hears_every_sample()
    {
        byte[] pcm = new byte[4 * 48_000 * 2];
        new Random(7).NextBytes(pcm);
        File.WriteAllBytes(Path.Join(_folder, "sent.wav"), PcmWav.Of(48_000, 1, 16, pcm));
        const string Kept = "[stations.kept]\nsource = \"sent.wav\"\nonce = true\n";
        Write($"{Kept}[stations.old]\nsource = \"tone\"\n[stations.high]\nsource = \"tone:880\"\nopus-bitrate = 64\n");
        (FakeShell server, Task<int> serving, string address) = await ServeAsync();
        var player = new FakeShell();
        string heard = Path.Join(_folder, "heard.wav");
        Task<int> recording = CommandLine.RunAsync(["record", address + "kept/pcm", heard], player.Shell, _stop.Token);
        await server.SaysAsync("started listening to kept/pcm");

        // A file with a mistake changes nothing.
        Write($"{Kept}[stations.new]\nsource = \"nothing.wav\"\n");
        await server.SaysAsync("was not read again. Nothing is changed until it is corrected.");
        Assert.Contains("linnet.toml:6: There is no file or folder", server.Output, StringComparison.Ordinal);
        Write(
            $"{Kept}[stations.new]\nsource = \"tone\"\n[stations.high]\nsource = \"tone:880\"\nopus-bitrate = 96\n"
                + "[server]\nmax-listeners = 7\nmax-bitrate = \"900M\"\n[rtsp]\nmax-lag = 5\n[access]\ndeny = [\"203.0.113.0/24\"]\n");
        await server.SaysAsync("was read again. Stations added: new; changed: high; removed: old");
        await server.SaysAsync("These settings have changed and are in effect: server.max-listeners, server.max-bitrate, access.deny");
        await server.SaysAsync("These settings have changed and need a restart: rtsp.max-lag");

        Assert.Equal((0, ""), (await recording, player.Errors));
        Assert.Equal(pcm, File.ReadAllBytes(heard)[^pcm.Length..]);
        Assert.Equal((0, 0, 1), (await PlayAsync("new"), await PlayAsync("high"), await PlayAsync("old")));
        await _stop.CancelAsync();
        Assert.Equal((0, ""), (await serving, server.Errors));

        async Task<int> PlayAsync(string station) => await CommandLine.RunAsync(
            ["play", address + station, "--output", Path.Join(_folder, "x.wav"), "--seconds", "0.2"], new FakeShell().Shell, _stop.Token);
    }

    [Fact]
    public async Task Another_certificate_is_taken_and_a_wrong_one_changes_nothing()
    {
        using var authority = new TestAuthority();
        const string Rest = "[http]\nhttps-port = 0\n[rtsp]\nrtsps-port = 0\n[stations.a]\nsource = \"tone\"\n";
        foreach (string name in new[] { "one", "two" })
        {
            using X509Certificate2 certificate = authority.Issue($"{name}.example");
            using ECDsa key = certificate.GetECDsaPrivateKey()!;
            string pem = certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem();
            File.WriteAllText(Path.Join(_folder, name + ".pem"), pem);
        }

        Write($"[tls]\ncertificate = \"one.pem\"\n{Rest}");
        (FakeShell server, Task<int> serving, _) = await ServeAsync();
        Assert.Contains("TLS: using the certificate of one.example", server.Output, StringComparison.Ordinal);

        Write($"[tls]\ncertificate = \"two.pem\"\n{Rest}");
        await server.SaysAsync("TLS: using the certificate of two.example");
        Write($"[tls]\ncertificate = \"none.pem\"\n{Rest}# again\n");
        await server.SaysAsync("The certificate is not changed, and the old one stays: There is no file ");

        await _stop.CancelAsync();
        Assert.Equal(0, await serving);
        Assert.DoesNotContain("need a restart", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_that_does_not_open_leaves_the_old_one_is_tried_again_and_the_first_station_stays_the_first()
    {
        Write("[stations.a]\nsource = \"tone\"\n[stations.b]\nsource = \"tone\"\n");
        (FakeShell server, Task<int> serving, string address) = await ServeAsync();
        File.WriteAllText(Path.Join(_folder, "late.wav"), "This is no sound.");

        Write("[stations.a]\nsource = \"late.wav\"\n[stations.b]\nsource = \"tone\"\n[stations.c]\nsource = \"late.wav\"\n");
        await server.SaysAsync("The station a does not open, and is tried again: ");
        await server.SaysAsync("The station c does not open, and is tried again: ");
        await server.SaysAsync("was read again. Stations added: none; changed: none; removed: none");
        await PlayRootAsync();
        File.WriteAllBytes(Path.Join(_folder, "late.wav"), PcmWav.Of(8_000, 1, 16, new byte[160_000]));
        await server.SaysAsync("The station a is open now");
        await server.SaysAsync("The station c is open now");

        // The root plays the first station of the file.
        await PlayRootAsync();
        Assert.DoesNotContain("started listening to b", server.Output, StringComparison.Ordinal);
        await _stop.CancelAsync();
        Assert.Equal((0, ""), (await serving, server.Errors));

        async Task PlayRootAsync() => Assert.Equal(0, await CommandLine.RunAsync(
            ["play", address, "--output", Path.Join(_folder, "x.wav"), "--seconds", "0.2"], new FakeShell().Shell, _stop.Token));
    }

    [Fact]
    public async Task A_folder_that_is_missing_at_the_start_is_awaited_while_the_other_stations_play()
    {
        // The station of PyAudio's programs is the one that is missing.
        Write(
            "[stations.a]\nsource = \"tone\"\n[stations.b]\nsource = \"music\"\n"
                + "[pyaudio]\nenabled = true\nstation = \"b\"\ntcp-port = 0\nudp-port = 0\n");
        var checking = new FakeShell();
        Assert.Equal(2, await CommandLine.RunAsync(["config", "check", FilePath], checking.Shell, _stop.Token));
        Assert.Contains("linnet.toml:5: There is no file or folder", checking.Errors, StringComparison.Ordinal);

        (FakeShell server, Task<int> serving, string address) = await ServeAsync();
        await server.SaysAsync("The station b does not open, and is tried again: ");
        Assert.Equal((0, 1), (await PlayAsync("a"), await PlayAsync("b")));
        Directory.CreateDirectory(Path.Join(_folder, "music"));
        File.WriteAllBytes(Path.Join(_folder, "music", "a.wav"), PcmWav.Of(8_000, 1, 16, new byte[160_000]));
        await server.SaysAsync("The station b is open now");

        Assert.Equal(0, await PlayAsync("b"));
        await _stop.CancelAsync();
        Assert.Equal((0, ""), (await serving, server.Errors));

        async Task<int> PlayAsync(string station) => await CommandLine.RunAsync(
            ["play", address + station, "--output", Path.Join(_folder, "x.wav"), "--seconds", "0.2"], new FakeShell().Shell, _stop.Token);
    }

    [Fact]
    public async Task A_source_that_never_opens_holds_up_neither_the_other_stations_nor_the_end()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a named pipe");
        string music = Path.Join(_folder, "music");
        Directory.CreateDirectory(music);
        File.WriteAllBytes(Path.Join(music, "a.wav"), PcmWav.Of(8_000, 1, 16, new byte[160_000]));
        Write("[stations.a]\nsource = \"tone\"\n[stations.away]\nsource = \"music\"\n");
        (FakeShell server, Task<int> serving, _) = await ServeAsync();

        // Nor does a disk that is away for a while, with the folder of a station that did not change.
        Directory.Move(music, music + "-2");
        using (var make = Process.Start("mkfifo", Path.Join(_folder, "pipe")))
        {
            await make.WaitForExitAsync(_stop.Token);
        }

        Write(
            "[stations.a]\nsource = \"tone\"\n[stations.away]\nsource = \"music\"\n[stations.pipe]\nsource = \"pipe\"\n"
                + "[stations.b]\nsource = \"tone\"\nlive = true\n");
        await server.SaysAsync("Station b starts");
        await _stop.CancelAsync();

        Assert.Equal((0, ""), (await serving, server.Errors));
    }

    [Fact]
    public async Task A_service_reads_its_file_again_at_SIGHUP_and_ends_at_SIGTERM()
    {
        Write("[stations.jazz]\nsource = \"tone\"\n");
        await using LinnetProcess serve = LinnetProcess.Start(
            "exec \"$0\" \"$@\"", LinnetProcess.Serve(LinnetProcess.FreePort(), "--config", FilePath));
        await ReadUntilAsync("rtsp://");

        serve.Signal(LinnetProcess.HangUp);
        await ReadUntilAsync("was read again. Stations added: none; changed: none; removed: none");

        serve.Signal(LinnetProcess.Terminate);
        Assert.Equal(0, await serve.ExitAsync());

        async Task ReadUntilAsync(string text)
        {
            string? line;
            do
            {
                line = await serve.Output.ReadLineAsync(_stop.Token);
                Assert.NotNull(line);
            }
            while (!line.Contains(text, StringComparison.Ordinal));
        }
    }

    private async Task<(FakeShell Shell, Task<int> Serving, string Address)> ServeAsync()
    {
        var shell = new FakeShell();
        Task<int> serving = CommandLine.RunAsync(
            ["serve", "--config", FilePath, "--bind", "127.0.0.1", "--rtsp-port", "0", "--rtp-port", "0", "--http-port", "off"],
            shell.Shell, _stop.Token);
        Task<string> listening = shell.SaysAsync("rtsp://");
        await Task.WhenAny(listening, serving);
        Assert.False(serving.IsCompleted, shell.Errors);
        return (shell, serving, Address().Match(await listening).Value);
    }

    private void Write(string text)
    {
        string next = FilePath + ".next";
        File.WriteAllText(next, "version = 1\n" + text);
        File.Move(next, FilePath, overwrite: true);
    }

    [GeneratedRegex("rtsp://[^ ]*/")]
    private static partial Regex Address();
}
