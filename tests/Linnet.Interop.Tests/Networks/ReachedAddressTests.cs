namespace Linnet.Interop.Tests.Networks;

/// <summary>A server whose host has several addresses, and one that is known only on the cable.</summary>
public class ReachedAddressTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("10.99.0.3", "10.99.0.3")]
    [InlineData("fd99::3", "[fd99::3]")]
    [InlineData("fe80::99", "[fe80::99%25cable]")]
    public async Task A_player_receives_over_UDP_from_the_address_that_it_connected_to(string address, string host)
    {
        await using BadNetwork network = await BadNetwork.MakeAsync(udpLoss: 0);
        await network.AddAddressAsync(0, "fd99::1/64");
        await network.AddAddressAsync(1, "fd99::2/64");
        await network.AddAddressAsync(1, "fe80::98/64");
        await network.AddAddressAsync(0, address.Contains(':', StringComparison.Ordinal) ? $"{address}/64" : $"{address}/24");
        using var folder = new TempFolder();
        await using Tool server = network.OnServer("linnet", "serve", "tone:440", "--http-port", "off");
        await server.LineAsync("Listen with", Limit);

        await using Tool player = network.OnClient(
            "linnet", "play", $"rtsp://{host}:8554/tone", "--transport", "udp", "--output", folder["out.wav"], "--seconds", "2");
        Assert.True(await player.ExitAsync(Limit) == 0, player.Errors);

        WavSound sound = WavSound.Load(folder["out.wav"]);
        Assert.Equal(2 * 48_000, sound.Frames);
        Assert.Contains(sound.Channel(0)[48_000..], s => Math.Abs(s) > 0.05);
    }
}
