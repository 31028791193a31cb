using System.Buffers.Binary;
using System.Globalization;
using Linnet.Interop.Tests.PyAudio;
using Linnet.Interop.Tests.Radio;
using Microsoft.Playwright;

namespace Linnet.Interop.Tests.Windows;

/// <summary>A server on Windows with listeners and pushers that know nothing of Linnet.</summary>
[Collection(nameof(Wine))]
public sealed class WindowsRadioTests(Wine wine) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private readonly TempFolder _folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task HTTP_listeners_hear_WAV_bit_for_bit_and_Opus()
    {
        WavSound sweep = WavSound.Sweep(48_000, 2, 20);
        sweep.Save(_folder["sweep.wav"]);
        await using Serving server = await wine.ServeAsync(Wine.PathOf(_folder["sweep.wav"]), "--http-port", "0");

        await Task.WhenAll(ListenAsync("wav"), ListenAsync("opus"));
        string page = await Tool.RunAsync(Limit, "curl", "-sSf", server.Http!);

        WavSound heard = WavSound.Load(_folder["heard.wav.wav"]);
        sweep.FindRun(heard);
        WavSound opus = WavSound.Load(_folder["heard.opus.wav"]);
        Assert.InRange(Correlation.Of(sweep.Channel(0), opus.Channel(0).AsSpan(24_000)).Value, 0.98, 1.0001);
        Assert.Contains("sweep.opus", page, StringComparison.Ordinal);

        Task ListenAsync(string rendition) => Tool.RunAsync(
            Limit, "ffmpeg", "-nostdin", "-v", "error", "-i", $"{server.Http}sweep.{rendition}", "-t", "3", "-c:a", "pcm_s16le",
            _folder[$"heard.{rendition}.wav"]);
    }

    [Fact]
    [Trait("Length", "Long")]
    public async Task The_page_plays_and_offers_what_Windows_can_encode()
    {
        await using Serving server = await wine.ServeAsync("jazz=tone", "--http-port", "0");
        using IPlaywright playwright = await Playwright.CreateAsync();
        await using IBrowser browser = await Chromium.LaunchAsync(playwright);
        IPage page = await browser.NewPageAsync();
        await page.GotoAsync(server.Http!);

        await page.GetByRole(AriaRole.Button, new() { Name = "Play jazz" }).ClickAsync();

        await page.Locator(".dock[data-state=playing]").WaitForAsync();
        // Without an encoder a stream is not offered.
        string content = await Tool.RunAsync(Limit, "curl", "-sSf", server.Http!);
        Assert.Contains("/jazz.opus", content, StringComparison.Ordinal);
        Assert.DoesNotContain("/jazz.mp3\"", content, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_push_from_ffmpeg_is_heard_on_Linux()
    {
        WavSound sweep = WavSound.Sweep(48_000, 2, 20);
        sweep.Save(_folder["sweep.wav"]);
        await using Serving server = await wine.ServeAsync("live=push", "--push-password", "hackme", "--http-port", "0");
        string host = new Uri(server.Http!).Authority;

        await using Tool pusher = Tool.Start(
            "ffmpeg", "-nostdin", "-v", "error", "-re", "-i", _folder["sweep.wav"], "-c:a", "libopus", "-b:a", "192k", "-f", "ogg",
            "-content_type", "application/ogg", $"icecast://source:hackme@{host}/live");
        await server.Tool.LineAsync("Station live now plays", Limit);
        await Tool.RunAsync(Limit, "linnet", "record", server.Url("live/pcm"), _folder["heard.wav"], "--seconds", "3");

        WavSound heard = WavSound.Load(_folder["heard.wav"]);
        Assert.InRange(Correlation.Of(sweep.Channel(0), heard.Channel(0).AsSpan(48_000)).Value, 0.98, 1.0001);
    }

    [Fact]
    public async Task Programs_of_the_PyAudio_tutorial_are_served_and_played_to_the_last_sample_bit_exactly()
    {
        WavSound sound = WavSound.Noise(44_100, 2, 16, 2.789);
        sound.Save(_folder["song.wav"]);

        int[][] heard = await Task.WhenAll(
            ServeAsync("tcp", other: "udp"), ServeAsync("udp", other: "tcp"), PlayAsync("tcp"), PlayAsync("udp"));

        Assert.All(heard, samples => Assert.Equal(sound.Samples, samples));
    }

    public void Dispose() => _folder.Dispose();

    private async Task<int[]> ServeAsync(string kind, string other)
    {
        string port = PythonPeer.FreePort().ToString(CultureInfo.InvariantCulture);
        string raw = _folder[$"{kind}.raw"];
        await using Serving server = await wine.ServeAsync(
            Wine.PathOf(_folder["song.wav"]), "--once", "--pyaudio", $"--pyaudio-{kind}-port", port, $"--pyaudio-{other}-port", "0");
        await using Tool client = PythonPeer.Start($"{kind}-client.py", port, raw);

        Assert.True(await client.ExitAsync(Limit) == 0, client.Errors);
        Assert.True(await server.Tool.ExitAsync(Limit) == 0, server.Tool.Errors);
        byte[] bytes = await File.ReadAllBytesAsync(raw, Cancelled);
        return [.. Enumerable.Range(0, bytes.Length / 2).Select(i => (int)BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(2 * i)))];
    }

    private async Task<int[]> PlayAsync(string kind)
    {
        (Tool server, int port) = await PythonPeer.ServeAsync($"{kind}-server.py", _folder["song.wav"]);
        await using Tool _ = server;

        await wine.RunLinnetAsync("play", $"pyaudio-{kind}://127.0.0.1:{port}", "--output", Wine.PathOf(_folder[$"{kind}.wav"]));

        return WavSound.Load(_folder[$"{kind}.wav"]).Samples;
    }
}
