namespace Linnet.Interop.Tests.Push;

/// <summary>Pushes from programs that support Icecast.</summary>
public sealed class PushTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(4);

    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("mp3", "audio/mpeg", "libmp3lame", "0")]
    [InlineData("mp3", "audio/mpeg", "libmp3lame", "1")]
    [InlineData("ogg", "application/ogg", "libopus", "0")]
    [InlineData("ogg", "application/ogg", "libopus", "1")]
    [InlineData("ogg", "application/ogg", "libvorbis", "0")]
    [InlineData("ogg", "application/ogg", "flac", "0")]
    [InlineData("ogg", "application/ogg", "flac", "1")]
    [InlineData("adts", "audio/aac", "aac", "0")]
    [InlineData("adts", "audio/aac", "aac", "1")]
    public async Task A_push_from_ffmpeg_plays_as_WAV_and_as_Opus_over_RTSP(
        string format, string contentType, string codec, string legacy)
    {
        WavSound sweeps = WavSound.Sweep(48_000, 2, 14);
        sweeps.Save(_folder["sweeps.wav"]);
        await using FedServer server = FedServer.Start();
        await using Tool pusher = Tool.Start(
            "ffmpeg", "-nostdin", "-v", "error", "-re", "-i", _folder["sweeps.wav"], "-c:a", codec, "-b:a", "192k", "-f", format,
            "-content_type", contentType, "-legacy_icecast", legacy, server.Icecast("live"));
        await server.UntilHeardAsync();

        await Task.WhenAll(
            Tool.RunAsync(Limit, "ffmpeg", "-nostdin", "-v", "error", "-i", server.Http("live.wav"), "-t", "5", _folder["http.wav"]),
            Tool.RunAsync(Limit, "ffmpeg", "-nostdin", "-v", "error", "-rtsp_transport", "tcp", "-i", server.Rtsp("live"), "-t", "5",
                "-c:a", "pcm_s16le", _folder["rtsp.wav"]));

        foreach (string file in new[] { "http.wav", "rtsp.wav" })
        {
            WavSound heard = WavSound.Load(_folder[file]);
            Assert.InRange(Correlation.Of(sweeps.Channel(0), heard.Channel(0).AsSpan(96_000)).Value, 0.98, 1.0001);
        }
    }

    [Fact]
    public async Task Pushed_MP3_is_passed_on_frame_for_frame()
    {
        WavSound.Sweep(44_100, 2, 14).Save(_folder["a.wav"]);
        await Tool.RunAsync(Limit, "ffmpeg", "-nostdin", "-v", "error", "-i", _folder["a.wav"], "-b:a", "160k", "-write_xing", "0",
            "-id3v2_version", "0", _folder["a.mp3"]);
        await using FedServer server = FedServer.Start();
        await using Tool pusher = Tool.Start(
            "ffmpeg", "-nostdin", "-v", "error", "-re", "-i", _folder["a.mp3"], "-c", "copy", "-write_xing", "0", "-id3v2_version", "0",
            "-f", "mp3", server.Icecast("live.mp3"));
        await server.UntilHeardAsync();

        await CurlAsync(server.Http("live.mp3"), "heard.mp3", seconds: 7);

        byte[] sent = await File.ReadAllBytesAsync(_folder["a.mp3"], TestContext.Current.CancellationToken);
        byte[] heard = await File.ReadAllBytesAsync(_folder["heard.mp3"], TestContext.Current.CancellationToken);

        // Only from the middle on: earlier frames may come from the station's own encoder, before the pusher's first one.
        int at = sent.AsSpan().IndexOf(heard.AsSpan(heard.Length / 2, 600));
        Assert.True(at >= 0, $"the middle of the {heard.Length} received bytes was not sent");
        Assert.True(sent.AsSpan(at).StartsWith(heard.AsSpan(heard.Length / 2)));
        Assert.InRange(heard.Length / 2, 40_000, int.MaxValue);
    }

    [Theory]
    [InlineData("flac", "audio/flac")]
    [InlineData("wav", "audio/wav")]
    public async Task A_lossless_push_from_curl_plays_losslessly(string extension, string contentType)
    {
        WavSound noise = WavSound.Noise(44_100, 2, 16, 20);
        noise.Save(_folder["a.wav"]);
        if (extension == "flac")
        {
            await Tool.RunAsync(Limit, "ffmpeg", "-nostdin", "-v", "error", "-i", _folder["a.wav"], _folder["a.flac"]);
        }

        await using FedServer server = FedServer.Start();
        await using Tool pusher = Tool.Start(
            "bash", "-c",
            $"exec curl -sS -u source:{FedServer.Password} -H 'Content-Type: "
                + $"{contentType}' -T - {server.Http("live")} < {_folder["a." + extension]}");
        await server.UntilHeardAsync();

        foreach (string rendition in new[] { "wav", "flac" })
        {
            await Tool.RunAsync(Limit, "ffmpeg", "-nostdin", "-v", "error", "-i", server.Http("live." + rendition), "-t", "4", "-c:a",
                "pcm_s16le", _folder[rendition + ".wav"]);
            WavSound heard = WavSound.Load(_folder[rendition + ".wav"]);
            noise.FindRun(heard with { Samples = heard.Samples[(2 * 110_000)..] });
        }
    }

    [Fact]
    public async Task Listeners_get_the_fallback_when_the_pusher_is_killed_and_the_pusher_when_it_is_back()
    {
        Tone("fallback.wav", 400, seconds: 5);
        Tone("push.wav", 1000, seconds: 60);
        await using FedServer server = FedServer.Start(fallback: _folder["fallback.wav"]);
        await using Tool wav = Tool.Start("ffmpeg", "-nostdin", "-v", "error", "-i", server.Http("live.wav"), _folder["heard.wav"]);
        await using Tool mp3 = Tool.Start("ffmpeg", "-nostdin", "-v", "error", "-i", server.Http("live.mp3"), _folder["mp3.wav"]);
        await using Tool opus = Tool.Start("ffmpeg", "-nostdin", "-v", "error", "-i", server.Http("live.opus"), _folder["opus.wav"]);

        // Each change is made once enough has played that all listeners have what was before it.
        await server.UntilListenedToAsync(3);
        await server.UntilPlayedAsync(Enough);
        await using (Push())
        {
            await server.UntilHeardAsync();
            await server.UntilPlayedAsync(Enough);
        }

        await server.UntilGoneAsync();
        await server.UntilPlayedAsync(Enough);
        await using Tool again = Push();
        await server.UntilHeardAsync();
        await server.UntilPlayedAsync(Enough);
        await server.EndAsync();
        foreach ((Tool tool, string file) in new[] { (wav, "heard.wav"), (mp3, "mp3.wav"), (opus, "opus.wav") })
        {
            Assert.Equal(0, await tool.ExitAsync(Limit));
            Assert.Equal("400 1000 400 1000", Tones(WavSound.Load(_folder[file])));
        }

        Tool Push() => Tool.Start(
            "ffmpeg", "-nostdin", "-v", "error", "-re", "-i", _folder["push.wav"], "-b:a", "128k", "-f", "mp3", server.Icecast("live"));
    }

    public void Dispose() => _folder.Dispose();

    private async Task CurlAsync(string url, string file, int seconds)
    {
        await using Tool curl = Tool.Start("curl", "-sS", "-m", $"{seconds}", "-o", _folder[file], url);
        Assert.Equal(28, await curl.ExitAsync(Limit));
    }

    private void Tone(string file, double hz, double seconds)
    {
        int[] samples =
            [.. Enumerable.Range(0, (int)(44_100 * seconds) * 2).Select(i => (int)(8000 * Math.Sin(2 * Math.PI * hz * (i / 2) / 44_100)))];
        new WavSound(44_100, 2, 16, samples).Save(_folder[file]);
    }

    /// <summary>The tones of a recording in order, by the zero crossings of each half second.</summary>
    private static string Tones(WavSound heard)
    {
        float[] sound = heard.Channel(0);
        int window = heard.SampleRate / 2;
        var tones = new List<string>();
        for (int at = heard.SampleRate; at + window <= sound.Length; at += window)
        {
            int crossed = Enumerable.Range(at + 1, window - 1).Count(i => sound[i - 1] < 0 && sound[i] >= 0);
            string tone = crossed is > 195 and < 205 ? "400" : crossed is > 495 and < 505 ? "1000" : "";
            if (tone.Length > 0 && tone != tones.LastOrDefault())
            {
                tones.Add(tone);
            }
        }

        return string.Join(' ', tones);
    }
}
