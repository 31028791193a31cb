using Linnet.Codecs;
using Linnet.Sources;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Interop.Tests.Sources;

/// <summary>A folder of files, served by a program that decodes without C libraries; AU then needs ffmpeg.</summary>
public sealed class ManagedFolderTests(Ffmpeg ffmpeg) : IClassFixture<Ffmpeg>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task It_is_heard_as_with_the_libraries()
    {
        Assert.SkipWhen(CodecChoice.IsManagedOnly, "compares with the C libraries");
        string folder = ffmpeg["folder"];
        Directory.CreateDirectory(folder);
        string[] how =
        [
            .. $"-t 0.6 -c:a libmp3lame -b:a 128k {folder}/1.mp3 -ss 0.6 -t 0.5 -c:a libvorbis -q:a 5 {folder}/2.ogg".Split(' '),
            .. $"-ss 1.1 -t 0.4 -c:a libmp3lame -q:a 4 -ar 22050 {folder}/3.mp3".Split(' '),
            .. $"-ss 1.5 -t 0.3 -c:a libvorbis -ac 1 {folder}/4.ogg -ss 1.8 -c:a pcm_s16be {folder}/5.au".Split(' '),
        ];
        Ffmpeg.Run(["-i", ffmpeg.Reference("reference.wav", 44_100, 2), .. how]);

        await using Serving server = await Serving.StartAsync(
            static arguments => Tool.Start("env", ["LINNET_CODECS=managed", Tool.FileOf("linnet"), .. arguments]),
            "udp=" + folder, "tcp=" + folder, "--once");
        Task playing = Task.WhenAll(
            PlayAsync(server, "udp", "udp", ffmpeg["udp.wav"]), PlayAsync(server, "tcp", "tcp", ffmpeg["tcp.wav"]));
        float[] expected = Read(folder);
        await playing;

        Assert.Contains("MP3 NLayer", server.Tool.Output + server.Tool.Errors, StringComparison.Ordinal);
        Assert.InRange(expected.Length, 1.9 * 88_200, 2.1 * 88_200);
        foreach (string name in (string[])["udp.wav", "tcp.wav"])
        {
            WavSound heard = WavSound.Load(ffmpeg[name]);
            Assert.Equal(2, heard.Channels);

            // Up to a packet of silence follows.
            Assert.InRange(heard.Samples.Length, expected.Length, expected.Length + (88_200 / 50));
            double sound = expected.Sum(static sample => (double)sample * sample);
            double difference = expected.Zip(heard.Samples, (a, b) => Math.Pow(a - (b / (double)(1L << (heard.Bits - 1))), 2)).Sum();
            Assert.InRange(10 * Math.Log10(difference / sound), double.NegativeInfinity, -60);
        }
    }

    /// <summary>The folder as this process decodes it, with the libraries.</summary>
    private static float[] Read(string folder)
    {
        using IAudioSource source = AudioSources.OpenPath(
            folder, new SourceOptions { Loop = false }, NullLogger.Instance, TestContext.Current.CancellationToken);
        var all = new List<float>();
        float[] pcm = new float[8192];
        while (source.Read(pcm, TestContext.Current.CancellationToken) is { Frames: > 0 } read)
        {
            all.AddRange(pcm.AsSpan(0, read.Frames * 2));
        }

        return [.. all];
    }

    private static Task<string> PlayAsync(Serving server, string station, string transport, string path) =>
        Tool.RunAsync(Limit, "linnet", "play", server.Url($"{station}/pcm"), "--transport", transport, "--output", path);
}
