using System.Globalization;
using Linnet.Sources;
using Linnet.Sources.Files;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Interop.Tests.Sources;

/// <summary>AAC in MP4 files, whose encoders add padding before and after the sound.</summary>
public sealed class GaplessMp4Tests(Ffmpeg ffmpeg) : IClassFixture<Ffmpeg>
{
    [Theory]
    [InlineData(44_100, 146_853, "")]
    [InlineData(48_000, 100_000, "")]
    [InlineData(22_050, 51_200, "")]
    [InlineData(44_100, 30_001, "-movflags +faststart")]
    [InlineData(44_100, 3 * 1024, "")]
    public void A_file_gives_exactly_its_original_frames(int rate, int frames, string how)
    {
        string path = ffmpeg[$"one-{rate}-{frames}.m4a"];
        Encode(path, rate, 0, frames, how);
        using FfmpegSource source = FfmpegSource.Open(path, null, TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Equal(frames, Ffmpeg.ReadAll(source).Pcm.Length / source.Format.Channels);
    }

    [Fact]
    public void A_folder_with_the_parts_of_a_recording_plays_without_a_seam()
    {
        string folder = Directory.CreateDirectory(ffmpeg["album"]).FullName;
        int[] lengths = [44_100, 50_000, 12_345, 61_440];
        int start = 0;
        for (int i = 0; i < lengths.Length; i++)
        {
            Encode(Path.Combine(folder, $"{i}.m4a"), 44_100, start, lengths[i], "");
            start += lengths[i];
        }

        using IAudioSource source =
            AudioSources.OpenPath(folder, new SourceOptions { Loop = false }, NullLogger.Instance, TestContext.Current.CancellationToken);
        float[] pcm = Ffmpeg.ReadAll(source).Pcm;

        Assert.Equal(lengths.Sum(), pcm.Length);
        int seam = 0;
        foreach (int length in lengths[..^1])
        {
            // The tone continues: there is no encoder padding between the parts.
            seam += length;
            Assert.All(Enumerable.Range(-20, 40), i => Assert.InRange(Power(pcm.AsSpan(seam + (i * 50), 100)), 0.02, 0.08));
        }
    }

    [Fact]
    public void A_file_much_longer_than_declared_plays_to_its_end()
    {
        string path = ffmpeg["wrong.m4a"];
        Encode(path, 44_100, 0, 100_000, "");
        byte[] file = File.ReadAllBytes(path);
        int media = file.AsSpan().IndexOf("mdhd"u8);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(media + 20), 50_000);
        File.WriteAllBytes(path, file);
        using FfmpegSource source = FfmpegSource.Open(path, null, TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.InRange(Ffmpeg.ReadAll(source).Pcm.Length, 100_000, 101_500);
    }

    private static double Power(ReadOnlySpan<float> pcm)
    {
        double power = 0;
        foreach (float sample in pcm)
        {
            power += sample * sample;
        }

        return power / pcm.Length;
    }

    private static void Encode(string path, int rate, int start, int frames, string how) => Ffmpeg.Run(
    [
        "-f", "lavfi", "-i",
        string.Create(
            CultureInfo.InvariantCulture, $"aevalsrc=0.3*sin(2*PI*882*(t+{start}/{rate})):s={rate}:d={(frames + 100) / (double)rate}"),
        "-af", $"atrim=end_sample={frames}", "-c:a", "aac", "-b:a", "96k", .. how.Split(' ', StringSplitOptions.RemoveEmptyEntries), path,
    ]);
}
