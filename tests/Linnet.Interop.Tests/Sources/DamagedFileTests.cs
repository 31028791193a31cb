using Linnet.Sources.Files;

namespace Linnet.Interop.Tests.Sources;

/// <summary>libsndfile runs inside Linnet, so a damaged file that crashes it crashes Linnet.</summary>
public sealed class DamagedFileTests(Ffmpeg ffmpeg) : IClassFixture<Ffmpeg>
{
    private const int Files = 400;

    [Theory]
    [InlineData("a.flac", "flac")]
    [InlineData("b.ogg", "libvorbis")]
    [InlineData("c.opus", "libopus")]
    [InlineData("d.mp3", "libmp3lame")]
    [InlineData("e.aiff", "pcm_s24be")]
    [InlineData("f.caf", "pcm_s16le")]
    public void Damaged_files_are_refused_or_played_without_a_crash(string name, string codec)
    {
        Ffmpeg.Run("-i", ffmpeg.Reference("s48.wav", 48_000, 2), "-t", "0.3", "-c:a", codec, "-metadata", "title=x", ffmpeg[name]);
        byte[] whole = File.ReadAllBytes(ffmpeg[name]);
        var random = new Random(11);
        int played = 0;
        for (int i = 0; i < Files; i++)
        {
            byte[] damaged = [.. whole];
            int reach = i % 2 == 0 ? Math.Min(whole.Length, 300) : whole.Length;
            for (int flips = random.Next(1, 8); flips > 0; flips--)
            {
                damaged[random.Next(reach)] = (byte)random.Next(256);
            }

            if (i % 3 != 0)
            {
                OggPages.Seal(damaged);
            }

            string path = ffmpeg["damaged-" + name];
            File.WriteAllBytes(path, damaged.AsSpan(0, i % 5 == 0 ? random.Next(1, damaged.Length) : damaged.Length));
            played += Play(path) ? 1 : 0;
        }

        Assert.InRange(played, 1, Files);
    }

    private static bool Play(string path)
    {
        try
        {
            using FileSource source = FileSource.Open(path);
            Assert.True(source.Format.IsValid);
            var pcm = new float[4096 * source.Format.Channels];
            int frames = 0;
            while (frames < 200_000 && source.Read(pcm, TestContext.Current.CancellationToken) is { Frames: > 0 } read)
            {
                frames += read.Frames;
                Assert.DoesNotContain(pcm.AsSpan(0, read.Frames * source.Format.Channels).ToArray(), sample => !float.IsFinite(sample));
            }

            return frames > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
