namespace Linnet.Interop.Tests;

/// <summary>PCM that is served and recorded by our own player is bit-exact.</summary>
public class BitExactTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private static readonly WavSound[] Sources =
    [
        WavSound.Noise(44_100, 2, 16, 20, seed: 1),
        WavSound.Noise(48_000, 2, 24, 20, seed: 2),
        WavSound.Noise(8_000, 1, 16, 20, seed: 3),
    ];

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task Played_once_it_is_exact_from_the_first_sample_to_the_last(string transport)
    {
        using var folder = new TempFolder();
        string[] files = Write(folder);
        await using Serving server = await Serving.StartAsync([.. files, "--once"]);

        await Task.WhenAll(Enumerable.Range(0, Sources.Length).Select(i => Tool.RunAsync(
            Limit, "linnet", "play", server.Url($"s{i}/pcm"), "--transport", transport, "--output", folder[$"out{i}.wav"])));

        for (int i = 0; i < Sources.Length; i++)
        {
            WavSound recorded = WavSound.Load(folder[$"out{i}.wav"]);
            Assert.Equal(Sources[i].Bits, recorded.Bits);
            Assert.Equal(Sources[i].Frames, recorded.Frames);
            Assert.Equal(0, Sources[i].FindRun(recorded));
        }

        // The server has nothing more to send, and exits by itself.
        Assert.Equal(0, await server.Tool.ExitAsync(Limit));
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task Live_it_is_exact_from_the_point_of_joining(string transport)
    {
        using var folder = new TempFolder();
        string[] files = Write(folder);
        await using Serving server = await Serving.StartAsync([.. files, "--live"]);

        await Task.WhenAll(Enumerable.Range(0, Sources.Length).Select(i => Tool.RunAsync(
            Limit, "linnet", "play", server.Url($"s{i}/pcm"), "--transport", transport, "--output", folder[$"out{i}.wav"], "--seconds",
            "8")));

        for (int i = 0; i < Sources.Length; i++)
        {
            WavSound recorded = WavSound.Load(folder[$"out{i}.wav"]);
            Assert.Equal(Sources[i].SampleRate * 8, recorded.Frames);

            // The station loops: the recording may cross its end.
            WavSound twice = Sources[i] with { Samples = [.. Sources[i].Samples, .. Sources[i].Samples] };
            twice.FindRun(recorded);
        }
    }

    private static string[] Write(TempFolder folder) => [.. Sources.Select((wave, i) =>
    {
        wave.Save(folder[$"s{i}.wav"]);
        return $"s{i}={folder[$"s{i}.wav"]}";
    })];
}
