namespace Linnet.Interop.Tests.Windows;

/// <summary>PCM between Windows and Linux is bit-exact, in both directions and over both transports.</summary>
[Collection(nameof(Wine))]
public sealed class WindowsLosslessTests(Wine wine) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private static readonly WavSound Coarse = WavSound.Noise(44_100, 2, 16, 3.21, seed: 1);
    private static readonly WavSound Fine = WavSound.Noise(48_000, 2, 24, 3.21, seed: 2);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Files_served_by_Windows_are_recorded_on_Linux_bit_for_bit()
    {
        Save();
        await using Serving server = await wine.ServeAsync(
            $"coarse={Wine.PathOf(_folder["coarse.wav"])}", $"fine={Wine.PathOf(_folder["fine.wav"])}", "--once");

        string[] said = await Task.WhenAll(RecordAsync("coarse", "udp"), RecordAsync("fine", "tcp"));

        AssertHeard(Coarse, "coarse", said[0]);
        AssertHeard(Fine, "fine", said[1]);
        // It has nothing more to send.
        Assert.True(await server.Tool.ExitAsync(Limit) == 0, server.Tool.Errors);

        Task<string> RecordAsync(string station, string transport) => Tool.RunAsync(
            Limit, "linnet", "record", server.Url($"{station}/pcm"), _folder[$"heard-{station}.wav"], "--transport", transport, "--stats",
            "json");
    }

    [Fact]
    public async Task Files_served_by_Linux_are_recorded_on_Windows_bit_for_bit()
    {
        Save();
        await using Serving server = await Serving.StartAsync(_folder["coarse.wav"], _folder["fine.wav"], "--once");

        string[] said = await Task.WhenAll(RecordAsync("coarse", "tcp"), RecordAsync("fine", "udp"));

        AssertHeard(Coarse, "coarse", said[0]);
        AssertHeard(Fine, "fine", said[1]);

        Task<string> RecordAsync(string station, string transport) => wine.RunLinnetAsync(
            "record", server.Url($"{station}/pcm"), Wine.PathOf(_folder[$"heard-{station}.wav"]), "--transport", transport, "--stats",
            "json");
    }

    private void Save()
    {
        Coarse.Save(_folder["coarse.wav"]);
        Fine.Save(_folder["fine.wav"]);
    }

    private void AssertHeard(WavSound sent, string station, string said)
    {
        WavSound heard = WavSound.Load(_folder[$"heard-{station}.wav"]);
        Assert.Equal(sent.Bits, heard.Bits);
        Assert.True(sent.Samples.AsSpan().SequenceEqual(heard.Samples), $"{heard.Frames} of {sent.Frames} frames: {said}");
    }
}
