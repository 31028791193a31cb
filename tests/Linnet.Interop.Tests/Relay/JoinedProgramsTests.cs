using System.Net;
using System.Net.Sockets;

namespace Linnet.Interop.Tests.Relay;

/// <summary>The programs themselves, joined by Debian's <c>nats-server</c>. The clock of the second one is three seconds ahead.</summary>
public class JoinedProgramsTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly WavSound Sound = WavSound.Noise(48_000, 2, 16, 20);

    [Fact]
    public async Task An_edge_whose_clock_is_wrong_plays_every_sample_of_the_origin()
    {
        using var folder = new TempFolder();
        Sound.Save(folder["jazz.wav"]);
        string port = $"{FreePort()}";
        string nats = $"nats://127.0.0.1:{port}";
        await using Tool relay = Tool.Start("nats-server", "-a", "127.0.0.1", "-p", port, "-js", "-sd", folder["nats"]);
        await using Serving origin = await Serving.StartAsync(
            $"jazz={folder["jazz.wav"]}", "--relay", nats, "--node", "one", "--http-port", "0");
        await using Serving edge = await Serving.StartAsync(
            all => Tool.Start("faketime", ["--exclude-monotonic", "-f", "+3s", Tool.FileOf("linnet"), "edge", nats, .. all[1..]]),
            "--node", "two", "--http-port", "0");
        await HasStationAsync($"{edge.Http}jazz.wav");

        await Task.WhenAll(
            Tool.RunAsync(Limit, "linnet", "record", edge.Url("jazz/pcm"), folder["rtsp.wav"], "--seconds", "2"),
            Tool.RunAsync(
                Limit, "ffmpeg", "-nostdin", "-v", "error", "-i", $"{edge.Http}jazz.flac", "-t", "2", "-c:a", "pcm_s16le",
                folder["http.wav"]));

        // The station loops: the recording may cross its end.
        WavSound twice = Sound with { Samples = [.. Sound.Samples, .. Sound.Samples] };
        foreach (string name in (string[])["rtsp.wav", "http.wav"])
        {
            WavSound recorded = WavSound.Load(folder[name]);
            Assert.Equal(2 * Sound.SampleRate, recorded.Frames);
            twice.FindRun(recorded);
        }

        await origin.Tool.SignalAsync("TERM");
        Assert.Equal(0, await origin.Tool.ExitAsync(Limit));
    }

    [Fact]
    public async Task Without_the_option_nothing_of_the_relay_is_loaded()
    {
        await using Serving alone = await Serving.StartAsync("tone");
        await using Serving joined = await Serving.StartAsync("tone", "--relay", $"nats://127.0.0.1:{FreePort()}");

        Assert.DoesNotContain("Linnet.Relay", await MapsAsync(alone), StringComparison.Ordinal);
        Assert.DoesNotContain("NATS", await MapsAsync(alone), StringComparison.Ordinal);
        Assert.Contains("Linnet.Relay", await MapsAsync(joined), StringComparison.Ordinal);
        Assert.Contains("NATS", await MapsAsync(joined), StringComparison.Ordinal);
    }

    // The files that a process has mapped.
    private static Task<string> MapsAsync(Serving server) =>
        File.ReadAllTextAsync($"/proc/{server.Tool.Id}/maps", TestContext.Current.CancellationToken);

    private static async Task HasStationAsync(string address)
    {
        using var http = new HttpClient();
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, address);
            using HttpResponseMessage answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
            if (answer.IsSuccessStatusCode)
            {
                return;
            }

            // It does not know yet whether another server has it.
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
