namespace Linnet.Interop.Tests.Networks;

/// <summary>A host name with two addresses, of which the first is silent.</summary>
public class NamedHostTests
{
    private const string Silent = "2001:db8::dead";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_silent_first_address_does_not_keep_any_protocol_from_connecting()
    {
        await using BadNetwork network = await BadNetwork.MakeAsync(udpLoss: 0);
        await network.AddAddressAsync(1, "2001:db8::2/64");
        await network.NameAsync(1, "studio", Silent, BadNetwork.Server);
        using var folder = new TempFolder();
        await using Tool server = network.OnServer("linnet", "serve", "tone:440", "--bind", BadNetwork.Server, "--pyaudio");
        await server.LineAsync("Listen with", Limit);

        // The system sorts IPv6 first, and no host has that address.
        string sorted = await network.RunAsync(1, "getent", "ahosts", "studio");
        Assert.SkipUnless(sorted.StartsWith(Silent, StringComparison.Ordinal), $"This system sorts the addresses differently: {sorted}");

        await HearAsync("rtsp://studio:8554/tone");
        await HearAsync("pyaudio-tcp://studio");

        await using Tool puller = network.OnClient("linnet", "serve", "far=http://studio:8000/tone.mp3", "--bind", "10.99.0.2");
        await puller.LineAsync("Station far: connected to http://studio:8000/tone.mp3", Limit);

        async Task HearAsync(string url)
        {
            string file = folder[$"{new Uri(url).Scheme}.wav"];
            await using Tool player = network.OnClient("linnet", "play", url, "--no-reconnect", "--output", file, "--seconds", "2");
            Assert.True(await player.ExitAsync(Limit) == 0, player.Errors);
            Assert.Contains(WavSound.Load(file).Channel(0), s => Math.Abs(s) > 0.05);
        }
    }
}
