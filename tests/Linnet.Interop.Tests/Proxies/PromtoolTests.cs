using Linnet.Interop.Tests.Networks;

namespace Linnet.Interop.Tests.Proxies;

public class PromtoolTests
{
    [Fact]
    public async Task Promtool_accepts_our_metric_names()
    {
        using var folder = new TempFolder();
        await using BadNetwork network = await BadNetwork.MakeAsync(udpLoss: 0);
        await using Tool server =
            network.OnServer("linnet", "serve", "jazz=tone:440", "live=push", "--push-password", "hackme", "--pyaudio", "--live");
        await server.LineAsync("In a browser", TimeSpan.FromSeconds(60));

        // Makes as many metrics as possible non-zero.
        await using Tool listener =
            network.OnServer("curl", "-s", "--max-time", "1", "-o", folder["heard.mp3"], "http://127.0.0.1:8000/jazz.mp3");
        await listener.ExitAsync(TimeSpan.FromSeconds(20));
        await using Tool refused = network.OnServer("curl", "-s", "-T", folder["heard.mp3"], "http://127.0.0.1:8000/live");
        await refused.ExitAsync(TimeSpan.FromSeconds(20));
        await using Tool check = network.OnServer("sh", "-c", "curl -s http://127.0.0.1:8000/metrics | promtool check metrics");
        await check.ExitAsync(TimeSpan.FromSeconds(20));

        string[] complaints =
            [.. (check.Output + check.Errors).Split('\n')
                .Where(static line =>
                    line.Contains("linnet", StringComparison.Ordinal) || line.Contains("error", StringComparison.OrdinalIgnoreCase))];
        Assert.Empty(complaints);
    }
}
