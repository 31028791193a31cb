namespace Linnet.Interop.Tests.Sources;

/// <summary>A folder of files, served by a program that decodes without C libraries; AU then needs ffmpeg.</summary>
public sealed class ManagedFolderTests(Ffmpeg ffmpeg) : IClassFixture<Ffmpeg>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task It_is_heard_as_with_the_libraries()
    {
        Directory.CreateDirectory(ffmpeg["folder"]);
        foreach ((string name, string how) in (ReadOnlySpan<(string, string)>)[
            ("1.mp3", "-t 0.6 -c:a libmp3lame -b:a 128k"), ("2.ogg", "-ss 0.6 -t 0.5 -c:a libvorbis -q:a 5"),
            ("3.mp3", "-ss 1.1 -t 0.4 -c:a libmp3lame -q:a 4 -ar 22050"), ("4.ogg", "-ss 1.5 -t 0.3 -c:a libvorbis -ac 1"),
            ("5.au", "-ss 1.8 -c:a pcm_s16be")])
        {
            Ffmpeg.Run(["-i", ffmpeg.Reference("reference.wav", 44_100, 2), .. how.Split(' '), Path.Combine(ffmpeg["folder"], name)]);
        }

        string folder = ffmpeg["folder"];
        Task<Serving> starting = Serving.StartAsync(
            static arguments => Tool.Start("env", ["LINNET_CODECS=managed", Tool.FileOf("linnet"), .. arguments]),
            "udp=" + folder, "tcp=" + folder, "--once");
        await using Serving native = await Serving.StartAsync("a=" + folder, "--once");
        await using Serving managed = await starting;
        await Task.WhenAll(
            PlayAsync(native, "a", "tcp", ffmpeg["native.wav"]),
            PlayAsync(managed, "udp", "udp", ffmpeg["udp.wav"]),
            PlayAsync(managed, "tcp", "tcp", ffmpeg["tcp.wav"]));

        Assert.DoesNotContain("NLayer", native.Tool.Output + native.Tool.Errors, StringComparison.Ordinal);
        Assert.Contains("MP3 NLayer", managed.Tool.Output + managed.Tool.Errors, StringComparison.Ordinal);
        WavSound expected = WavSound.Load(ffmpeg["native.wav"]);
        Assert.InRange(expected.Frames, 1.9 * 44_100, 2.1 * 44_100);
        foreach (string name in (string[])["udp.wav", "tcp.wav"])
        {
            WavSound heard = WavSound.Load(ffmpeg[name]);
            Assert.Equal((expected.Frames, expected.Channels, expected.Bits), (heard.Frames, heard.Channels, heard.Bits));
            double sound = expected.Samples.Sum(static sample => (double)sample * sample);
            double difference = expected.Samples.Zip(heard.Samples, static (a, b) => ((double)a - b) * ((double)a - b)).Sum();
            Assert.InRange(10 * Math.Log10(difference / sound), double.NegativeInfinity, -60);
        }
    }

    private static Task<string> PlayAsync(Serving server, string station, string transport, string path) =>
        Tool.RunAsync(Limit, "linnet", "play", server.Url($"{station}/pcm"), "--transport", transport, "--output", path);
}
