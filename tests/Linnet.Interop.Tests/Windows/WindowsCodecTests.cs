namespace Linnet.Interop.Tests.Windows;

/// <summary>Files that only the codecs of Windows read. Wine decodes them with GStreamer, behind the interfaces of Windows.</summary>
[Collection(nameof(Wine))]
[Trait("Length", "Long")]
public sealed class WindowsCodecTests(Wine wine) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_sound_of_a_film_is_served_bit_for_bit()
    {
        WavSound sound = WavSound.Noise(44_100, 2, 16, 3.21);
        sound.Save(_folder["sound.wav"]);

        WavSound heard = await ServeAsync("film.mov", "-i", _folder["sound.wav"], "-c:a", "pcm_s16le");

        Assert.Equal(sound.Samples, heard.Samples);
    }

    [Fact]
    public async Task AAC_is_served()
    {
        WavSound sweep = WavSound.Sweep(44_100, 2, 4, speed: 100);
        sweep.Save(_folder["sweep.wav"]);

        WavSound heard = await ServeAsync("song.m4a", "-i", _folder["sweep.wav"], "-c:a", "aac", "-b:a", "192k");

        Assert.Equal((44_100, 2), (heard.SampleRate, heard.Channels));
        Assert.InRange(heard.Frames, sweep.Frames * 0.97, sweep.Frames * 1.03);
        Assert.InRange(Correlation.Of(sweep.Channel(0), heard.Channel(0).AsSpan(44_100, 88_200)).Value, 0.98, 1.0001);
    }

    [Fact]
    public async Task A_damaged_file_is_refused_in_one_sentence()
    {
        var random = new Random(1);
        byte[] junk = new byte[60_000];
        random.NextBytes(junk);
        await File.WriteAllBytesAsync(_folder["junk.m4a"], junk, TestContext.Current.CancellationToken);

        await using Tool server = wine.StartLinnet("serve", Wine.PathOf(_folder["junk.m4a"]), "--http-port", "off");

        Assert.Equal(1, await server.ExitAsync(Limit));
        Assert.Contains("junk.m4a is not an audio file that Linnet can read", server.Errors, StringComparison.Ordinal);
    }

    private async Task<WavSound> ServeAsync(string name, params string[] encoding)
    {
        await Tool.RunAsync(Limit, "ffmpeg", ["-v", "error", "-nostdin", .. encoding, _folder[name]]);
        await using Serving server = await wine.ServeAsync($"it={Wine.PathOf(_folder[name])}", "--once");
        await Tool.RunAsync(Limit, "linnet", "record", server.Url("it/pcm"), _folder["heard.wav"]);
        // It ends well, too, with the codecs of Windows in use.
        Assert.True(await server.Tool.ExitAsync(Limit) == 0, server.Tool.Errors);
        return WavSound.Load(_folder["heard.wav"]);
    }
}
