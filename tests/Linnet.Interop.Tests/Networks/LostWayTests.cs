using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Linnet.Interop.Tests.Networks;

/// <summary>A player that temporarily loses its path, its address or its CPU time.</summary>
[Trait("Length", "Long")]
public partial class LostWayTests
{
    private const int Rate = 48_000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);
    private static readonly string Url = $"rtsp://{BadNetwork.Server}:8554/tone";

    [Theory]
    [InlineData("auto")]
    [InlineData("udp")]
    public async Task A_player_recovers_when_a_firewall_blocks_UDP(string transport)
    {
        await using BadNetwork network = await BadNetwork.MakeAsync(udpLoss: 0);
        using var folder = new TempFolder();
        await using Tool server = await ServeAsync(network);
        await using Tool player = network.OnClient("linnet", "play", Url, "--transport", transport, "--output", folder["out.wav"]);
        await WaitForSoundAsync(folder["out.wav"], seconds: 3);

        await network.ShutUdpAsync();
        long before = LengthOf(folder["out.wav"]);
        if (transport == "udp")
        {
            // UDP only: the player keeps trying, and recovers soon after the path is open again.
            await UntilSaidAsync(player, "an automatic choice would take TCP (--transport auto)");
            await network.OpenUdpAsync();
        }

        await StopWhenHeardAgainAsync(player, folder["out.wav"], before);
        Assert.Contains("Audio from 10.99.0.1:8554 over UDP has stopped, but the server answers: setting up again", player.Output,
            StringComparison.Ordinal);
        Assert.Contains(
            $"10.99.0.1:8554 sends audio again, over {(transport == "udp" ? "UDP" : "TCP")}", player.Output, StringComparison.Ordinal);

        // It takes about six seconds, and more on a busy machine; UdpLossTests check the time in simulated time.
        AssertHeard(folder["out.wav"], mostSilence: 20);
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("tcp")]
    public async Task A_player_recovers_when_its_address_is_removed_and_restored(string transport)
    {
        await using BadNetwork network = await BadNetwork.MakeAsync(udpLoss: 0);
        using var folder = new TempFolder();
        await using Tool server = await ServeAsync(network);
        await using Tool player = network.OnClient("linnet", "play", Url, "--transport", transport, "--output", folder["out.wav"]);
        await WaitForSoundAsync(folder["out.wav"], seconds: 3);

        await network.RemoveAddressAsync(1, "10.99.0.2/24");
        await Task.Delay(TimeSpan.FromSeconds(12), TimeProvider.System, TestContext.Current.CancellationToken);
        long before = LengthOf(folder["out.wav"]);
        await network.AddAddressAsync(1, "10.99.0.2/24");

        await StopWhenHeardAgainAsync(player, folder["out.wav"], before);
        AssertHeard(folder["out.wav"], mostSilence: 12 + 15);
    }

    [Theory]
    [InlineData("auto", "STOP")]
    [InlineData("tcp", "STOP")]
    [InlineData("auto", "server")]
    public async Task A_player_recovers_after_a_minute_in_which_it_or_the_server_was_stopped(string transport, string who)
    {
        await using BadNetwork network = await BadNetwork.MakeAsync(udpLoss: 0);
        using var folder = new TempFolder();
        await using Tool server = await ServeAsync(network);
        await using Tool player = network.OnClient("linnet", "play", Url, "--transport", transport, "--output", folder["out.wav"]);
        await WaitForSoundAsync(folder["out.wav"], seconds: 3);
        Tool stopped = who == "server" ? server : player;

        await stopped.SignalAsync("STOP");
        await Task.Delay(TimeSpan.FromSeconds(61), TimeProvider.System, TestContext.Current.CancellationToken);
        long before = LengthOf(folder["out.wav"]);
        await stopped.SignalAsync("CONT");

        await StopWhenHeardAgainAsync(player, folder["out.wav"], before);
        AssertHeard(folder["out.wav"], mostSilence: 61 + 15);
    }

    [Fact]
    public async Task A_player_recovers_when_the_server_is_restarted()
    {
        await using BadNetwork network = await BadNetwork.MakeAsync(udpLoss: 0);
        using var folder = new TempFolder();
        await using Tool player = network.OnClient("linnet", "play", Url, "--output", folder["out.wav"]);
        await UntilSaidAsync(player, "Nothing listens at 10.99.0.1, port 8554");
        await using (Tool first = await ServeAsync(network))
        {
            await WaitForSoundAsync(folder["out.wav"], seconds: 3);
            await first.InterruptAsync();
            Assert.Equal(0, await first.ExitAsync(Limit));
        }

        await UntilSaidAsync(player, "The server at 10.99.0.1:8554 has stopped. Trying again");
        await using Tool second = await ServeAsync(network);
        await UntilSaidAsync(player, "The station is back");
        await Until.TrueAsync(() => EndsWithSound(folder["out.wav"], seconds: 2), Limit);
        await player.InterruptAsync();

        // The start time of the second server is not the player's concern.
        Assert.True(await player.ExitAsync(Limit) == 0, player.Errors);
        AssertHeard(folder["out.wav"], mostSilence: 60);
    }

    private static async Task<Tool> ServeAsync(BadNetwork network)
    {
        Tool tool = network.OnServer("linnet", "serve", "tone:440", "--bind", BadNetwork.Server);
        await tool.LineAsync("Listen with: ", TimeSpan.FromSeconds(60));
        return tool;
    }

    private static Task WaitForSoundAsync(string file, int seconds) =>
        Until.TrueAsync(() => File.Exists(file) && new FileInfo(file).Length > seconds * Rate * 4L, Limit);

    // By then everything queued, and the missed audio, which is written at once, are over.
    private static async Task StopWhenHeardAgainAsync(Tool player, string file, long before)
    {
        await Until.TrueAsync(() => LengthOf(file) > before + (10 * Rate * 4) && EndsWithSound(file, seconds: 2), Limit);
        await player.InterruptAsync();
        Assert.True(await player.ExitAsync(Limit) == 0, player.Errors);
    }

    private static long LengthOf(string file) => new FileInfo(file).Length;

    // Missed audio is written at once, as silence, before the audio that follows.
    private static bool EndsWithSound(string file, int seconds)
    {
        using var open = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] end = new byte[seconds * Rate * 4];
        open.Seek(Math.Max(0, (open.Length & ~3) - end.Length), SeekOrigin.Begin);
        return open.ReadAtLeast(end, end.Length, throwOnEndOfStream: false) == end.Length
            && MemoryMarshal.Cast<byte, short>(end).ToArray().Chunk(Rate / 5)
                .All(static window => window.Max(static s => Math.Abs((int)s)) > 1000);
    }

    private static Task UntilSaidAsync(Tool tool, string words) => Until.TrueAsync(
        () => tool.Output.Contains(words, StringComparison.Ordinal),
        Limit,
        () => $"The output does not contain '{words}': {tool.Output} {tool.Errors}");

    // The tone is loud in audio that arrived; missed audio is silence in the file.
    private static void AssertHeard(string file, double mostSilence)
    {
        float[] left = WavSound.Load(file).Channel(0);
        string windows = string.Concat(left.Chunk(Rate / 10).Select(w => w.Average(s => s * s) > 0.001 ? '+' : '.'));
        double silence = Silences().Matches(windows).Select(m => m.Length / 10.0).DefaultIfEmpty().Max();
        Assert.True(silence <= mostSilence, $"Silent for {silence} s: {windows}");
    }

    [GeneratedRegex(@"\.+")]
    private static partial Regex Silences();
}
