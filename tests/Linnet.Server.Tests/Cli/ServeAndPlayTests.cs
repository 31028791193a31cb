using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Linnet.Audio;
using Linnet.Cli;
using Linnet.Serving;
using Linnet.Sources;
using Linnet.Stations;

namespace Linnet.Server.Tests.Cli;

/// <summary>The commands as a user runs them, on loopback and any free ports.</summary>
public sealed partial class ServeAndPlayTests : IDisposable
{
    private static readonly TimeSpan Probed = TimeSpan.FromSeconds(1000);

    private readonly string _folder = Directory.CreateTempSubdirectory("linnet-cli-").FullName;
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    public void Dispose()
    {
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task A_file_served_once_is_recorded_bit_for_bit_and_both_end(string transport)
    {
        byte[] pcm = new byte[48_000 * 2];
        new Random(7).NextBytes(pcm);
        string sent = InFolder("sent.wav");
        string heard = InFolder("heard.wav");
        File.WriteAllBytes(sent, PcmWav.Of(48_000, 1, 16, pcm));
        (FakeShell server, Task<int> serving, string address) = await ServeAsync(sent, "--once");

        (int code, FakeShell player) = await RunAsync("record", address + "sent/pcm", heard, "--transport", transport);

        Assert.Equal((0, ""), (code, player.Errors));
        Assert.Equal((0, ""), (await serving, server.Errors));
        Assert.Equal(pcm, File.ReadAllBytes(heard)[^pcm.Length..]);
    }

    [Fact]
    public async Task A_player_ends_after_the_given_seconds_and_reports_json()
    {
        (_, Task<int> serving, string address) = await ServeAsync("tone:440");
        string heard = InFolder("heard.wav");

        (int code, FakeShell player) = await RunAsync("play", address, "--output", heard, "--seconds", "0.5", "--stats", "json");

        Assert.Equal((0, ""), (code, player.Errors));
        JsonElement last = JsonDocument.Parse(player.Output.TrimEnd().Split('\n')[^1]).RootElement;
        Assert.Equal("ended", last.GetProperty("state").GetString());
        Assert.Equal("opus", last.GetProperty("codec").GetString());
        Assert.InRange(last.GetProperty("received").GetInt64(), 25, 200);
        Assert.InRange(last.GetProperty("peak_dbfs").GetDouble(), -30, -10);
        Assert.Equal(24_000, FramesIn(File.ReadAllBytes(heard)));
        await _stop.CancelAsync();
        Assert.Equal(0, await serving);
    }

    [Fact]
    public async Task All_log_lines_go_to_standard_output_including_the_first()
    {
        (FakeShell server, Task<int> serving, _) = await ServeAsync("tone", "--live");

        await server.SaysAsync("Station tone starts");
        await _stop.CancelAsync();

        Assert.Equal((0, ""), (await serving, server.Errors));
        Assert.DoesNotContain("linnet: ", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_station_that_never_ends_is_reported_with_once()
    {
        (FakeShell server, Task<int> serving, _) = await ServeAsync("tone", "--once");
        await _stop.CancelAsync();

        Assert.Equal(0, await serving);
        Assert.Equal(
            "linnet: The station tone never ends, so linnet does not exit by itself, in spite of --once.", server.Errors.TrimEnd());
    }

    [Fact]
    public async Task A_server_reports_json()
    {
        var shell = new FakeShell();
        Task<int> serving = CommandLine.RunAsync(
            ["serve", "a=tone", "b=tone:1000", "--live", "--bind", "127.0.0.1", "--rtsp-port", "0", "--rtp-port", "0", "--http-port", "off",
                "--stats", "json"], shell.Shell, _stop.Token);

        string line = await shell.SaysAsync("\"state\":\"serving\"");
        await _stop.CancelAsync();

        Assert.Equal(0, await serving);
        Assert.Equal(["a", "b"],
            JsonDocument.Parse(line).RootElement.GetProperty("stations").EnumerateArray().Select(s => s.GetProperty("name").GetString()));
        Assert.Matches(
            "^rtsp://127\\.0\\.0\\.1:[1-9][0-9]*/$",
            JsonDocument.Parse(line).RootElement.GetProperty("addresses").EnumerateArray().Single().GetString());
        Assert.StartsWith("{\"state\":\"ended\"", shell.Output.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_station_is_reported_with_the_list_of_stations()
    {
        (_, Task<int> serving, string address) = await ServeAsync("jazz=tone", "news=tone");

        (int code, FakeShell player) = await RunAsync("play", address + "rock", "--output", "null");

        Assert.Equal(1, code);
        Assert.Contains("jazz, news", player.Errors, StringComparison.Ordinal);
        await _stop.CancelAsync();
        Assert.Equal(0, await serving);
    }

    [Fact]
    public async Task A_probe_reports_the_network_path_as_text_and_as_json()
    {
        (_, Task<int> serving, string address) = await ServeAsync("tone");

        (int code, FakeShell people) = await RunAsync("probe", address, "--seconds", "1");
        (int jsonCode, FakeShell programs) = await RunAsync("probe", address, "--seconds", "2", "--json", "--impair", "loss=30%");

        Assert.Equal((0, 0), (code, jsonCode));
        Assert.Contains(" Use ", people.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', people.Output);
        JsonElement report = JsonDocument.Parse(programs.Output).RootElement;
        Assert.InRange(report.GetProperty("loss_percent").GetDouble(), 3, 60);
        Assert.InRange(report.GetProperty("impairment").GetProperty("rtp").GetProperty("dropped").GetInt64(),
            report.GetProperty("lost").GetInt64(), 200);
        await _stop.CancelAsync();
        Assert.Equal(0, await serving);
    }

    [Fact]
    public async Task An_interrupted_probe_reports_what_it_received()
    {
        (_, Task<int> serving, string address) = await ServeAsync("tone");

        // The probe sets this timer at the first packet that it counts.
        (int code, FakeShell shell) = await InterruptedProbeAsync(address, static due => due <= Probed);

        Assert.Equal((0, ""), (code, shell.Errors));
        Assert.Matches("packets +[1-9]", shell.Output);
        await _stop.CancelAsync();
        Assert.Equal(0, await serving);
    }

    [Fact]
    public async Task A_probe_that_is_interrupted_before_the_first_packet_fails()
    {
        var ports = new StationServerOptions { Bind = IPAddress.Loopback, RtspPort = 0, RtpPort = 0 };
        await using StationServer server =
            StationServer.Open([new Station(new StationOptions { Name = "quiet" }, new StuckSource())], ports);
        Task serving = server.RunAsync(_stop.Token);

        // The probe sets this timer when it starts to listen.
        (int code, FakeShell shell) = await InterruptedProbeAsync($"rtsp://{server.RtspEndPoint}/quiet", static due => due > Probed);

        Assert.Equal(1, code);
        Assert.Matches("packets +none", shell.Output);
        await _stop.CancelAsync();
        await serving;
    }

    [Theory]
    [InlineData("probe localhost --seconds 0", "'0' is not a valid value for --seconds")]
    [InlineData("probe pyaudio-tcp://localhost", "linnet probe is for rtsp addresses")]
    [InlineData("probe localhost --impair loss=5", "'5' is not a valid value for loss")]
    [InlineData("play localhost --impair loss=5%,lost=3%", "There is no impairment 'lost'")]
    [InlineData("play localhost --impair loss=5% --transport tcp", "--impair is for UDP")]
    [InlineData("play pyaudio-udp://localhost --impair loss=5%", "--impair is for rtsp addresses")]
    public async Task An_invalid_value_is_reported_with_exit_code_2(string commandLine, string says)
    {
        (int code, FakeShell shell) = await RunAsync(commandLine.Split(' '));

        Assert.Equal(2, code);
        Assert.Contains(says, shell.Errors, StringComparison.Ordinal);
        Assert.Single(shell.Errors.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_taken_port_is_reported_with_the_option_that_changes_it()
    {
        (_, Task<int> serving, string address) = await ServeAsync("tone");
        string port = new Uri(address).Port.ToString(CultureInfo.InvariantCulture);

        (int code, FakeShell second) =
            await RunAsync("serve", "tone", "--bind", "127.0.0.1", "--rtsp-port", port, "--rtp-port", "0", "--http-port", "off");

        Assert.Equal(1, code);
        Assert.Contains($"TCP port {port} is taken", second.Errors, StringComparison.Ordinal);
        Assert.Contains("--rtsp-port", second.Errors, StringComparison.Ordinal);
        await _stop.CancelAsync();
        Assert.Equal(0, await serving);
    }

    [Theory]
    [InlineData("serve nowhere.wav", "nowhere.wav")]
    [InlineData("serve README.md", "README.md")]
    [InlineData("play 127.0.0.1:1/x --output null --no-reconnect", "127.0.0.1")]
    [InlineData("play localhost --output no/such/folder/x.wav", "Cannot write no/such/folder/x.wav: there is no folder 'no/such/folder'.")]
    [InlineData("record 127.0.0.1:1/x no/such/folder/x.wav", "Cannot write no/such/folder/x.wav: there is no folder 'no/such/folder'.")]
    public async Task A_failure_is_reported_in_one_line_with_exit_code_1(string commandLine, string says)
    {
        (int code, FakeShell shell) = await RunAsync(commandLine.Split(' '));

        Assert.Equal(1, code);
        Assert.Contains(says, shell.Errors, StringComparison.Ordinal);
        Assert.Single(shell.Errors.TrimEnd().Split('\n'));
        Assert.DoesNotContain("Exception", shell.Errors, StringComparison.Ordinal);
    }

    /// <summary>Runs a probe for <see cref="Probed"/>, and interrupts it when it sets a timer with the given due time.</summary>
    private async Task<(int Code, FakeShell Shell)> InterruptedProbeAsync(string address, Func<TimeSpan, bool> isDue)
    {
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var clock = new WatchedClock(due => due > Probed / 2 && isDue(due));
        var shell = new FakeShell(clock);
        Task<int> probing = CommandLine.RunAsync(
            ["probe", address, "--seconds", Probed.TotalSeconds.ToString(CultureInfo.InvariantCulture)], shell.Shell, interrupt.Token);
        await await Task.WhenAny(probing, clock.Set);
        Assert.False(probing.IsCompleted, shell.Errors);
        await interrupt.CancelAsync();
        return (await probing, shell);
    }

    private async Task<(int Code, FakeShell Shell)> RunAsync(params string[] arguments)
    {
        var shell = new FakeShell();
        return (await CommandLine.RunAsync(arguments, shell.Shell, _stop.Token), shell);
    }

    /// <summary>Starts a server and waits until it reports its address.</summary>
    private async Task<(FakeShell Shell, Task<int> Serving, string Address)> ServeAsync(params string[] sources)
    {
        var shell = new FakeShell();
        Task<int> serving =
            CommandLine.RunAsync(["serve", .. sources, "--bind", "127.0.0.1", "--rtsp-port", "0", "--rtp-port", "0", "--http-port", "off"],
                shell.Shell, _stop.Token);
        Task<string> listening = shell.SaysAsync("rtsp://");
        await Task.WhenAny(listening, serving);
        Assert.False(serving.IsCompleted, shell.Errors);
        return (shell, serving, Address().Match(await listening).Value);
    }

    private string InFolder(string name) => Path.Join(_folder, name);

    private static int FramesIn(ReadOnlySpan<byte> wav)
    {
        int bytesPerFrame = BinaryPrimitives.ReadInt16LittleEndian(wav[(wav.IndexOf("fmt "u8) + 20)..]);
        return BinaryPrimitives.ReadInt32LittleEndian(wav[(wav.IndexOf("data"u8) + 4)..]) / bytesPerFrame;
    }

    [GeneratedRegex("rtsp://[0-9.:]+/")]
    private static partial Regex Address();

    /// <summary>The system's clock, which also reports when a timer of interest is set.</summary>
    private sealed class WatchedClock(Func<TimeSpan, bool> isOfInterest) : TimeProvider
    {
        private readonly TaskCompletionSource _set = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Completes when the timer is set.</summary>
        public Task Set => _set.Task;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (isOfInterest(dueTime))
            {
                _set.TrySetResult();
            }

            return base.CreateTimer(callback, state, dueTime, period);
        }
    }

    /// <summary>A source that never delivers anything.</summary>
    private sealed class StuckSource : IAudioSource
    {
        public AudioFormat Format { get; } = new(48_000, 2);

        public int BitDepth => 16;

        public bool IsLive => false;

        public TimeSpan? Duration => null;

        public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
        {
            cancellationToken.WaitHandle.WaitOne();
            throw new OperationCanceledException(cancellationToken);
        }

        public void Dispose()
        {
        }
    }
}
