namespace Linnet.Interop.Tests.Tls;

/// <summary>Players listen over TLS: Linnet's own, and others.</summary>
public class TlsPlayerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Linnets_player_hears_every_sample_over_RTSPS_and_HTTPS(bool isPinned)
    {
        using var folder = new TempFolder();
        WavSound noise = WavSound.Noise(48_000, 2, 24, 12);
        noise.Save(folder["noise.wav"]);
        await using TlsServing server = await TlsServing.StartAsync(folder, folder["noise.wav"], "--live");
        string[] trust = isPinned ? ["--tls-fingerprint", server.Fingerprint] : ["--tls-ca", server.Authority];

        await Task.WhenAll(
            Play(server.Url("noise/pcm"), "rtsps.wav"),
            Play($"{server.Https}noise.wav", "https.wav"),
            Play($"{server.Https}noise/pcm", "page.wav"));

        WavSound twice = noise with { Samples = [.. noise.Samples, .. noise.Samples] };
        foreach (string name in new[] { "rtsps.wav", "https.wav", "page.wav" })
        {
            WavSound heard = WavSound.Load(folder[name]);
            Assert.Equal(48_000 * 4, heard.Frames);
            twice.FindRun(heard);
        }

        // RTSPS sends its packets as SRTP, also where the address was that of a page.
        Assert.Equal(2, server.Tool.Output.Split("started listening to noise/pcm over rtsp-udp").Length - 1);

        Task<string> Play(string url, string file) =>
            Tool.RunAsync(Limit, "linnet", ["play", url, .. trust, "--no-reconnect", "--seconds", "4", "--output", folder[file]]);
    }

    [Theory]
    [InlineData("", "is not trusted here. The SHA-256 fingerprint of its authority is ")]
    [InlineData("d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35", "presents another certificate than the one expected.")]
    public async Task A_certificate_that_is_not_trusted_ends_the_player_with_its_fingerprint_and_the_options(string given, string words)
    {
        using var folder = new TempFolder();
        await using TlsServing server = await TlsServing.StartAsync(folder, "jazz=tone", "--live");

        foreach (string url in new[] { server.Url("jazz"), $"{server.Https}jazz.mp3", $"{server.Https}jazz" })
        {
            await using Tool player =
                Tool.Start("linnet", ["play", url, "--output", "null", .. given.Length > 0 ? ["--tls-fingerprint", given] : (string[])[]]);

            Assert.Equal(1, await player.ExitAsync(Limit));
            Assert.Contains(words, player.Errors, StringComparison.Ordinal);
            Assert.Contains(server.Fingerprint, player.Errors, StringComparison.Ordinal);
            Assert.Contains("with --tls-fingerprint or --tls-ca", player.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_station_is_fetched_from_another_server_over_TLS()
    {
        using var folder = new TempFolder();
        using var other = new TempFolder();
        await using TlsServing origin = await TlsServing.StartAsync(folder, "jazz=tone:440", "--live");
        await using Serving relay = await Serving.StartAsync(
            $"a={origin.Url("jazz/pcm")}", $"b={origin.Https}jazz.wav", "--tls-fingerprint", origin.Fingerprint);

        foreach (string station in new[] { "a", "b" })
        {
            string heard = other[$"{station}.wav"];
            await Tool.RunAsync(Limit, "linnet", "play", relay.Url($"{station}/pcm"), "--seconds", "2", "--output", heard);
            Assert.InRange(WavSound.Load(heard).Channel(0).Max(), 0.01, 1);
        }
    }

    [Fact]
    public async Task Ffmpeg_records_bit_exactly_over_RTSPS_and_HTTPS()
    {
        using var folder = new TempFolder();
        WavSound noise = WavSound.Noise(48_000, 2, 24, 12);
        noise.Save(folder["noise.wav"]);
        await using TlsServing server = await TlsServing.StartAsync(folder, folder["noise.wav"], "--live");

        await Task.WhenAll(
            Record("rtsps.wav", "-rtsp_transport", "tcp", "-i", server.Url("noise/l24")),
            Record("https.wav", "-tls_verify", "1", "-ca_file", server.Authority, "-i", $"{server.Https}noise.flac"));

        WavSound twice = noise with { Samples = [.. noise.Samples, .. noise.Samples] };
        twice.FindRun(WavSound.Load(folder["rtsps.wav"]));
        twice.FindRun(WavSound.Load(folder["https.wav"]));

        Task<string> Record(string file, params string[] input) => Tool.RunAsync(
            Limit, "ffmpeg", ["-nostdin", "-v", "error", .. input, "-t", "4", "-c:a", "pcm_s24le", folder[file]]);
    }

    [Fact]
    public async Task GStreamer_records_bit_exactly_over_RTSPS()
    {
        using var folder = new TempFolder();
        WavSound noise = WavSound.Noise(48_000, 2, 24, 6);
        noise.Save(folder["noise.wav"]);
        await using TlsServing server = await TlsServing.StartAsync(folder, folder["noise.wav"], "--once");

        await Tool.RunPipelineAsync(
            Limit, "rtspsrc", $"location={server.Url("noise/l24")}", "protocols=tcp", "tls-validation-flags=0", "latency=200", "!",
            "rtpL24depay", "!", "audioconvert", "!", "audio/x-raw,format=S24LE", "!", "wavenc", "!", "filesink",
            $"location={folder["heard.wav"]}");

        noise.FindRun(WavSound.Load(folder["heard.wav"]));
    }

    [Theory]
    [InlineData("--http1.1", "1.1")]
    [InlineData("--http2", "2")]
    public async Task Curl_checks_the_certificate_and_hears_audio(string option, string version)
    {
        using var folder = new TempFolder();
        await using TlsServing server = await TlsServing.StartAsync(folder, "jazz=tone", "--live");

        string written = await Tool.RunAsync(
            Limit, "curl", "-s", option, "--cacert", server.Authority, "-o", folder["page.html"], "-w", "%{http_code} %{http_version}",
            server.Https);
        await using Tool listening = Tool.Start(
            "curl", "-s", option, "--cacert", server.Authority, "--max-time", "3", "-o", folder["jazz.wav"], $"{server.Https}jazz.wav");
        await using Tool refusing = Tool.Start("curl", "-s", server.Https);

        Assert.Equal($"200 {version}", written.Trim());
        Assert.Equal(28, await listening.ExitAsync(Limit));
        Assert.InRange(new FileInfo(folder["jazz.wav"]).Length, 300_000, 10_000_000);
        Assert.Equal(60, await refusing.ExitAsync(Limit));
    }

    [Theory]
    [InlineData("rtsps")]
    [InlineData("https")]
    public async Task Mpv_plays(string scheme)
    {
        using var folder = new TempFolder();
        await using TlsServing server = await TlsServing.StartAsync(folder, "jazz=tone:440", "--live");

        await Tool.RunAsync(
            Limit, "mpv", "--no-config", "--no-video", "--really-quiet", "--rtsp-transport=tcp", "--tls-verify=yes",
            $"--tls-ca-file={server.Authority}", "--length=3", "--ao=pcm", "--ao-pcm-waveheader=yes",
            $"--ao-pcm-file={folder["heard.wav"]}", scheme == "https" ? $"{server.Https}jazz.mp3" : server.Url("jazz"));

        Assert.InRange(WavSound.Load(folder["heard.wav"]).Channel(0).Max(), 0.01, 1);
    }
}
