namespace Linnet.Interop.Tests.Proxies;

/// <summary>The recipes of docs/proxy.md, run as written.</summary>
public class ProxyRecipeTests
{
    private const string Host = "10.99.0.1";
    private const string Stranger = "10.99.0.2";

    [Fact]
    public async Task Through_HTTP_pages_and_audio_are_available_and_metrics_are_not()
    {
        using var folder = new TempFolder();
        await using ProxiedServer server = await ProxiedServer.StartAsync(folder);

        Assert.Contains("jazz", await server.CurlAsync($"http://{Host}/"), StringComparison.Ordinal);
        Assert.Contains($"https://{Host}/jazz.mp3", await server.CurlAsync($"https://{Host}/jazz.m3u"), StringComparison.Ordinal);
        Assert.Contains($"\"listenurl\":\"https://{Host}/jazz.mp3\"", await server.CurlAsync($"https://{Host}/status-json.xsl"),
            StringComparison.Ordinal);
        await server.StrangerAsync("curl", "-sk", "--max-time", "3", "-o", folder["heard.wav"], $"https://{Host}/jazz.wav");
        Assert.InRange(new FileInfo(folder["heard.wav"]).Length, 400_000, 2_000_000);

        Assert.EndsWith(" 403", await server.CurlAsync($"https://{Host}/metrics"), StringComparison.Ordinal);
        Assert.EndsWith(
            " 403", await server.CurlAsync("-H", "X-Forwarded-For: 127.0.0.1", $"http://{Host}/metrics"), StringComparison.Ordinal);
        Assert.EndsWith(
            " 403", await server.CurlAsync("-H", "Forwarded: for=127.0.0.1", $"http://{Host}/metrics"), StringComparison.Ordinal);
        Assert.EndsWith(" 403", await server.CurlAsync($"http://{Host}:8001/metrics"), StringComparison.Ordinal);
        Assert.EndsWith(
            " 403", await server.CurlAsync("-H", "X-Forwarded-For: 127.0.0.1", $"http://{Host}:8001/metrics"), StringComparison.Ordinal);
        Assert.EndsWith(" 403", await server.CurlAsync($"http://{Host}:8000/metrics"), StringComparison.Ordinal);
        Assert.Contains(
            "linnet_build_info", (await server.NeighbourAsync("curl", "-s", "http://127.0.0.1/metrics")).Output, StringComparison.Ordinal);
        Assert.Contains("linnet_build_info", (await server.NeighbourAsync("curl", "-s", "http://127.0.0.1:8000/metrics")).Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_PROXY_header_is_believed_only_from_the_proxy()
    {
        using var folder = new TempFolder();
        await using ProxiedServer server = await ProxiedServer.StartAsync(folder);

        // curl sends its own PROXY header, to the server directly and through the proxy.
        Assert.Matches("--trusted-proxy.* 400$", await server.CurlAsync("--haproxy-protocol", $"http://{Host}:8000/metrics"));
        Assert.Matches("--trusted-proxy.* 400$", await server.CurlAsync("--haproxy-protocol", $"http://{Host}:8001/metrics"));
        Assert.Matches($"{Stranger}:[0-9]+ sent a PROXY header", server.Linnet.Output + server.Linnet.Errors);
        Assert.EndsWith(" 400", await server.CurlAsync("--haproxy-protocol", $"http://{Host}/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Curl_pushes_in_chunks_through_HTTP_and_ffmpeg_past_the_HTTP_proxy()
    {
        using var folder = new TempFolder();
        await using ProxiedServer server = await ProxiedServer.StartAsync(folder);
        await Tool.RunAsync(
            TimeSpan.FromSeconds(20), "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=880", "-t", "3", folder["push.wav"]);

        string curl =
            $"curl -sk --max-time 30 -u source:{ProxiedServer.Password} -H 'Content-Type: audio/wav' -T - "
                + $"https://{Host}/live < {folder["push.wav"]}";
        Assert.Equal("Thank you.", (await server.StrangerAsync("sh", "-c", curl)).Output.Trim());
        Assert.Matches($"{Stranger}:0 started pushing to live", server.Linnet.Output);
        string wrong = curl.Replace(ProxiedServer.Password, "wrong", StringComparison.Ordinal);
        Assert.Contains("The password is wrong.", (await server.StrangerAsync("sh", "-c", wrong)).Output, StringComparison.Ordinal);

        // ffmpeg itself may not notice: it does not wait for a response.
        await PushAsync(server, 80);
        Assert.Matches($"{Stranger}:0 may not push: it came through an HTTP proxy without", server.Linnet.Output);
        (int code, string problem) = await PushAsync(server, 8001);
        Assert.True(code == 0, problem);
        Assert.Matches($"{Stranger}:[1-9][0-9]* started pushing to live", server.Linnet.Output);
    }

    [Fact]
    public async Task RTSP_plays_through_a_TCP_proxy_within_the_connection()
    {
        using var folder = new TempFolder();
        await using ProxiedServer server = await ProxiedServer.StartAsync(folder);

        (int code, string said) =
            await server.StrangerAsync("linnet", "record", $"rtsp://{Host}:554/jazz/pcm", folder["heard.wav"], "--seconds", "1");

        Assert.True(code == 0, said);
        Assert.Contains(WavSound.Load(folder["heard.wav"]).Channel(0), static s => Math.Abs(s) > 0.05);
        Assert.Matches($"{Stranger}:[1-9][0-9]* started listening to jazz/pcm over rtsp-tcp", server.Linnet.Output);
    }

    [Fact]
    public async Task Through_HAProxy_everything_works_over_TCP()
    {
        using var folder = new TempFolder();
        await using ProxiedServer server = await ProxiedServer.StartAsync(folder, isHaproxy: true);

        Assert.Contains("jazz", await server.CurlAsync("--retry", "20", "--retry-connrefused", "--retry-delay", "1", $"http://{Host}/"),
            StringComparison.Ordinal);
        Assert.EndsWith(
            " 403", await server.CurlAsync("-H", "X-Forwarded-For: 127.0.0.1", $"http://{Host}/metrics"), StringComparison.Ordinal);
        (int pushed, string problem) = await PushAsync(server, 80);
        Assert.True(pushed == 0, problem);
        (int heard, problem) =
            await server.StrangerAsync("linnet", "record", $"rtsp://{Host}:554/jazz/pcm", folder["heard.wav"], "--seconds", "1");
        Assert.True(heard == 0, problem);

        Assert.Matches($"{Stranger}:[1-9][0-9]* started pushing to live", server.Linnet.Output);
        Assert.Matches($"{Stranger}:[1-9][0-9]* started listening to jazz/pcm over rtsp-tcp", server.Linnet.Output);
    }

    private static Task<(int Code, string Output)> PushAsync(ProxiedServer server, int port) => server.StrangerAsync(
        "ffmpeg", "-v", "error", "-re", "-f", "lavfi", "-i", "sine=880", "-t", "2", "-c:a", "libmp3lame", "-f", "mp3", "-content_type",
        "audio/mpeg",
        $"icecast://source:{ProxiedServer.Password}@{Host}:{port}/live");
}
