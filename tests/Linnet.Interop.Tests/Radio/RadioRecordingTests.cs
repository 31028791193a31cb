namespace Linnet.Interop.Tests.Radio;

/// <summary>Third-party programs record every rendition over HTTP. They mostly wait, so they run in parallel.</summary>
public class RadioRecordingTests
{
    private const int Seconds = 30;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Curl_ffmpeg_and_gstreamer_record_flac_and_wav_bit_exactly_and_mp3_and_opus_closely_for_30_s()
    {
        using var folder = new TempFolder();
        WavSound noise = WavSound.Noise(44_100, 2, 16, Seconds + 12);
        WavSound sweeps = WavSound.Sweep(48_000, 2, Seconds + 12, speed: 60);
        noise.Save(folder["noise.wav"]);
        sweeps.Save(folder["sweeps.wav"]);
        await using Serving server = await Serving.StartAsync(folder["noise.wav"], folder["sweeps.wav"], "--http-port", "any");

        (string Station, string Extension)[] renditions = [("noise", "wav"), ("noise", "flac"), ("sweeps", "mp3"), ("sweeps", "opus")];
        await Task.WhenAll(
            renditions.SelectMany(
                r => new[] { ByCurl(r.Station, r.Extension), ByFfmpeg(r.Station, r.Extension), ByGStreamer(r.Station, r.Extension) }));

        foreach (string program in new[] { "curl", "ffmpeg", "gstreamer" })
        {
            noise.FindRun(Heard($"{program}.wav.wav", 44_100));
            noise.FindRun(Heard($"{program}.flac.wav", 44_100));
            foreach (string lossy in new[] { "mp3", "opus" })
            {
                // The very start may be the decoder's silence.
                WavSound heard = Heard($"{program}.{lossy}.wav", 48_000);
                int channel = program == "ffmpeg" ? 1 : 0;
                double alike = Correlation.Of(sweeps.Channel(channel), heard.Channel(channel).AsSpan(9_600)).Value;
                Assert.True(alike is > 0.99 and < 1.0001, $"{program}: {lossy} has a correlation of only {alike:0.000}.");
            }
        }

        async Task ByCurl(string station, string extension)
        {
            string file = folder[$"curl.{extension}"];
            await using (Tool curl = Tool.Start("curl", "-sS", "-f", "-m", $"{Seconds}", "-o", file, $"{server.Http}{station}.{extension}"))
            {
                // 28: the requested time is over.
                int code = await curl.ExitAsync(Limit);
                Assert.True(code == 28, $"curl ended with {code}: {curl.Errors}");
            }

            await Tool.RunAsync(
                Limit, "ffmpeg", "-nostdin", "-v", "fatal", "-i", file, "-c:a", "pcm_s16le", folder[$"curl.{extension}.wav"]);
        }

        Task ByFfmpeg(string station, string extension) => Tool.RunAsync(
            Limit, "ffmpeg", "-nostdin", "-v", "error", "-i", $"{server.Http}{station}.{extension}", "-t", $"{Seconds}", "-c:a",
            "pcm_s16le", folder[$"ffmpeg.{extension}.wav"]);

        async Task ByGStreamer(string station, string extension)
        {
            // It listens forever. On an interrupt it finishes its file (-e).
            await using Tool gst = Tool.Start(
                "gst-launch-1.0", "-q", "-e", "souphttpsrc", $"location={server.Http}{station}.{extension}", "!", "decodebin", "!",
                "audioconvert", "!",
                "audio/x-raw,format=S16LE", "!", "wavenc", "!", "filesink", $"location={folder[$"gstreamer.{extension}.wav"]}");
            await UntilItHoldsAsync(folder[$"gstreamer.{extension}.wav"], (station == "noise" ? 44_100 : 48_000) * Seconds * 4L);
            await gst.InterruptAsync();
            int code = await gst.ExitAsync(Limit);
            Assert.True(code == 0, $"gst-launch-1.0 ended with {code}: {gst.Errors}");
        }

        WavSound Heard(string file, int rate)
        {
            WavSound heard = WavSound.Load(folder[file]);
            Assert.Equal(rate, heard.SampleRate);
            Assert.True(heard.Frames > rate * (Seconds - 4), $"{file} has only {heard.Frames} frames.");
            return heard;
        }

        async Task UntilItHoldsAsync(string file, long bytes)
        {
            using var late = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            late.CancelAfter(Limit);
            while (!File.Exists(file) || new FileInfo(file).Length < bytes)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, late.Token);
            }
        }
    }
}
