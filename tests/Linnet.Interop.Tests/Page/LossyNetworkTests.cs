using Linnet.Interop.Tests.Networks;
using Linnet.Interop.Tests.Page.Drivers;
using Linnet.Interop.Tests.Soaks;

namespace Linnet.Interop.Tests.Page;

/// <summary>A browser across a network that drops packets of TCP, which come again a fifth of a second later.</summary>
[Collection(nameof(Alone))]
[Trait("Length", "Long")]
public sealed class LossyNetworkTests
{
    private const int Seconds = 90;

    [Fact]
    public async Task A_robust_player_is_heard_without_a_gap()
    {
        await using BadNetwork network = await BadNetwork.MakeAsync(udpLoss: 0, tcpLoss: 2);
        using var folder = new TempFolder();
        int[] samples = [.. Music.From(0, Seconds * Music.Rate).Select(static sample => (int)MathF.Round(sample * 32768))];
        new WavSound(Music.Rate, 1, 16, samples).Save(folder["music.wav"]);
        await using Tool server = network.OnServer(
            "linnet", "serve", "music=" + folder["music.wav"], "--live", "--bind", BadNetwork.Server, "--http-port", "8000");
        await server.LineAsync("In a browser: ", TimeSpan.FromSeconds(60));
        string program = await network.ScriptOnClientAsync(folder, Radio.Chromium.Program);
        await using ChromiumBrowser browser = await ChromiumBrowser.StartAsync(program);

        PlayedPage page = await PlayedPage.PlayAsync(
            await browser.NewPageAsync(), $"http://{BadNetwork.Server}:8000/", profile: "robust");
        await page.Rendered.UntilAsync(TimeSpan.FromSeconds(45));

        page.AssertMusic(Seconds);
    }
}
