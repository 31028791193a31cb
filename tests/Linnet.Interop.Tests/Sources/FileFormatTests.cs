using Linnet.Sources;
using Linnet.Sources.Files;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Interop.Tests.Sources;

public sealed class FileFormatTests(Ffmpeg ffmpeg) : IClassFixture<Ffmpeg>
{
    private static readonly SourceOptions Once = new() { Loop = false };

    [Theory]
    [InlineData("a.flac", 16, "-c:a flac")]
    [InlineData("b.flac", 24, "-c:a flac -sample_fmt s32 -bits_per_raw_sample 24")]
    [InlineData("c.aiff", 16, "-c:a pcm_s16be")]
    [InlineData("d.aiff", 24, "-c:a pcm_s24be")]
    [InlineData("e.rf64", 24, "-c:a pcm_s24le -f wav -rf64 always")]
    [InlineData("f.w64", 16, "-c:a pcm_s16le")]
    [InlineData("g.caf", 24, "-c:a pcm_s24le")]
    [InlineData("h.au", 16, "-c:a pcm_s16be")]
    [InlineData("i.wav", 32, "-c:a pcm_s32le")]
    [InlineData("j.wav", 0, "-c:a pcm_f32le")]
    [InlineData("k.m4a", 16, "-c:a alac -sample_fmt s16p")]
    [InlineData("l.m4a", 24, "-c:a alac -sample_fmt s32p -bits_per_raw_sample 24")]
    [InlineData("m.wv", 16, "-c:a wavpack -sample_fmt s16p")]
    [InlineData("n.tta", 16, "-c:a tta -sample_fmt s16")]
    [InlineData("o.mka", 16, "-c:a pcm_s16le")]
    public void Lossless_files_give_every_sample(string name, int bits, string how)
    {
        string reference = bits is 16 ? ffmpeg.Reference("s16.wav", 44_100, 2) : ffmpeg.Reference("s24.wav", 48_000, 2, "pcm_s24le");
        Ffmpeg.Run(["-i", reference, .. how.Split(' '), ffmpeg[name]]);

        using FileSource expected = FileSource.Open(reference);
        using IAudioSource source = Open(name);

        Assert.Equal((expected.Format, bits), (source.Format, source.BitDepth));
        Assert.Equal(Ffmpeg.ReadAll(expected).Pcm, Ffmpeg.ReadAll(source).Pcm);
    }

    [Theory]
    [InlineData("a.wav", "-c:a pcm_u8")]
    [InlineData("b.wav", "-c:a pcm_s16le")]
    [InlineData("c.wav", "-c:a pcm_s24le -ac 6")]
    [InlineData("d.wav", "-c:a pcm_s32le")]
    [InlineData("e.wav", "-c:a pcm_f32le -ac 3")]
    [InlineData("f.wav", "-c:a pcm_f64le")]
    [InlineData("g.wav", "-c:a pcm_alaw")]
    [InlineData("h.wav", "-c:a pcm_mulaw")]
    [InlineData("i.wav", "-c:a pcm_s16le -rf64 always -write_bext 1 -metadata description=x")]
    [InlineData("j.wav", "-c:a pcm_f64le -rf64 always -metadata title=x")]
    [InlineData("k.aiff", "-c:a pcm_s8")]
    [InlineData("l.aiff", "-c:a pcm_s16be -write_id3v2 1 -metadata title=x")]
    [InlineData("m.aiff", "-c:a pcm_s24be -ac 6")]
    [InlineData("n.aiff", "-c:a pcm_s32be")]
    [InlineData("o.aiff", "-c:a pcm_f32be")]
    [InlineData("p.aiff", "-c:a pcm_f64be -ac 8")]
    [InlineData("q.aiff", "-c:a pcm_alaw")]
    [InlineData("r.aiff", "-c:a pcm_mulaw")]
    [InlineData("s.aiff", "-c:a pcm_s16le -metadata title=x")]
    public void WAV_and_AIFF_are_read_without_libsndfile_as_with_it(string name, string how)
    {
        string path = ffmpeg["pcm-" + name];
        Ffmpeg.Run(["-i", ffmpeg.Reference("s24.wav", 48_000, 2, "pcm_s24le"), .. how.Split(' '), path]);

        using IAudioSource? source = DecodedFile.TryOpen(
            path, untagged: null, cancellationToken: TestContext.Current.CancellationToken);
        using SndFileSource? other = SndFileSource.TryOpen(path, untagged: null);

        Assert.NotNull(source);
        Assert.NotNull(other);
        Assert.Equal((other.Format, other.BitDepth, other.Duration), (source.Format, source.BitDepth, source.Duration));
        (float[] pcm, string? track) = Ffmpeg.ReadAll(source);
        Assert.Equal(Ffmpeg.ReadAll(other).Pcm, pcm);
        Assert.Equal(how.Contains("title", StringComparison.Ordinal) ? "x" : "pcm-" + name[..1], track);
    }

    [Theory]
    [InlineData("a.ogg", 44_100, 2, "-c:a libvorbis -q:a 6")]
    [InlineData("b.opus", 48_000, 2, "-c:a libopus -b:a 128k")]
    [InlineData("c.mp3", 44_100, 2, "-c:a libmp3lame -b:a 192k")]
    [InlineData("d.mp3", 22_050, 1, "-c:a libmp3lame -b:a 64k")]
    [InlineData("e.m4a", 44_100, 2, "-c:a aac -b:a 192k")]
    [InlineData("f.wma", 44_100, 2, "-c:a wmav2 -b:a 192k")]
    [InlineData("g.ac3", 48_000, 6, "-c:a ac3 -b:a 640k")]
    public void Lossy_files_sound_alike(string name, int rate, int channels, string how)
    {
        string reference = ffmpeg.Reference($"{rate}-{channels}.wav", rate, channels);
        Ffmpeg.Run(["-i", reference, .. how.Split(' '), ffmpeg[name]]);

        using FileSource expected = FileSource.Open(reference);
        using IAudioSource source = Open(name);

        Assert.Equal((expected.Format, 0), (source.Format, source.BitDepth));
        Assert.True(Correlation(Ffmpeg.ReadAll(expected).Pcm, Ffmpeg.ReadAll(source).Pcm, channels) > 0.98);
    }

    [Theory]
    [InlineData("a.flac", "flac")]
    [InlineData("b.ogg", "libvorbis")]
    [InlineData("c.opus", "libopus")]
    [InlineData("d.mp3", "libmp3lame")]
    [InlineData("e.m4a", "aac")]
    [InlineData("f.wav", "pcm_s16le")]
    [InlineData("g.wma", "wmav2")]
    public void Title_and_artist_come_from_the_tags(string name, string codec)
    {
        string path = ffmpeg["tagged-" + name];
        Ffmpeg.Run("-i", ffmpeg.Reference("s48.wav", 48_000, 2), "-c:a", codec, "-metadata", "title=Der Vögel Lied", "-metadata",
            "artist=夜 & Co", path);

        using IAudioSource source = Open(path);

        Assert.Equal("夜 & Co – Der Vögel Lied", Ffmpeg.ReadAll(source).Track);
    }

    [Theory]
    [InlineData("-y -i.m4a")]
    [InlineData("http:song.m4a")]
    [InlineData("a%d'\"$(x).m4a")]
    public void Unusual_file_names_are_supported(string name)
    {
        string plain = ffmpeg["plain.m4a"];
        Ffmpeg.Run("-i", ffmpeg.Reference("s48.wav", 48_000, 2), "-c:a", "alac", plain);
        File.Copy(plain, ffmpeg[name]);

        using IAudioSource source = Open(name);

        Assert.Equal(48_000 * 2 * 2, Ffmpeg.ReadAll(source).Pcm.Length);
    }

    [Theory]
    [InlineData("mp3", "-c:a libmp3lame -q:a 3")]
    [InlineData("mp3", "-c:a libmp3lame -b:a 128k -id3v2_version 3 -write_id3v1 1")]
    [InlineData("ogg", "-c:a libvorbis -q:a 4")]
    [InlineData("opus", "-c:a libopus -b:a 96k")]
    [InlineData("flac", "-c:a flac")]
    [InlineData("oga", "-c:a flac -f ogg")]
    public void Concatenated_files_both_play_frame_for_frame(string extension, string how)
    {
        string reference = extension == "opus" ? ffmpeg.Reference("s48.wav", 48_000, 2) : ffmpeg.Reference("s16.wav", 44_100, 2);
        Ffmpeg.Run(["-i", reference, .. how.Split(' '), "-metadata", "title=One", ffmpeg["one." + extension]]);
        Ffmpeg.Run(["-i", reference, .. how.Split(' '), "-metadata", "title=Two", ffmpeg["two." + extension]]);
        string both = ffmpeg["both." + extension];
        File.WriteAllBytes(both, [.. File.ReadAllBytes(ffmpeg["one." + extension]), .. File.ReadAllBytes(ffmpeg["two." + extension])]);
        using FileSource expected = FileSource.Open(reference);
        using FileSource source = FileSource.Open(both);
        int frames = 2 * expected.Format.SampleRate;

        var titles = new List<(int, string)>();
        float[] pcm = new float[4096 * 2];
        int position = 0;
        while (source.Read(pcm, TestContext.Current.CancellationToken) is { Frames: > 0 } read)
        {
            titles.AddRange(read.Track is { } track ? [(position, track.Title)] : []);
            position += read.Frames;
        }

        Assert.Equal((2 * frames, TimeSpan.FromSeconds(4)), (position, source.Duration));
        Assert.Equal([(0, "One"), (frames, "Two")], titles);
    }

    [Fact]
    public void A_FLAC_of_unknown_length_plays_to_its_end()
    {
        string reference = ffmpeg.Reference("s16.wav", 44_100, 2);
        using (var encoder = Ffmpeg.Start("ffmpeg", "-nostdin", "-v", "error", "-i", reference, "-f", "flac", "-"))
        using (FileStream file = File.Create(ffmpeg["piped.flac"]))
        {
            encoder.StandardOutput.BaseStream.CopyTo(file);
        }

        using FileSource expected = FileSource.Open(reference);
        using IAudioSource source = Open("piped.flac");

        Assert.Equal(Ffmpeg.ReadAll(expected).Pcm, Ffmpeg.ReadAll(source).Pcm);
    }

    [Fact]
    public void A_file_that_is_not_audio_is_refused_with_a_sentence()
    {
        string text = ffmpeg["notes.txt"];
        File.WriteAllText(text, "Dear diary, today there was no sound at all.");
        string picture = ffmpeg["picture.mkv"];
        Ffmpeg.Run("-f", "lavfi", "-i", "color=size=64x64:duration=0.2", picture);

        Assert.Contains("is not an audio file", Assert.Throws<IOException>(() => Open(text)).Message, StringComparison.Ordinal);
        Assert.Contains("is not an audio file", Assert.Throws<IOException>(() => Open(picture)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_would_open_other_files_is_refused()
    {
        string segment = ffmpeg["segment.ts"];
        Ffmpeg.Run("-i", ffmpeg.Reference("s48.wav", 48_000, 2), "-c:a", "aac", segment);
        string hls = ffmpeg["hls.m4a"];
        File.WriteAllText(hls, $"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile://{segment}\n#EXT-X-ENDLIST\n");
        string concat = ffmpeg["concat.m4a"];
        File.WriteAllText(concat, "ffconcat version 1.0\nfile segment.ts\n");

        Assert.Throws<IOException>(() => Open(hls));
        Assert.Throws<IOException>(() => Open(concat));
    }

    [Theory]
    [InlineData("ffmpeg", "-nostdin -v error -i {0} -f wav -")]
    [InlineData("sox", "{0} -t wav -")]
    public void Every_sample_from_a_pipe_is_played(string program, string arguments)
    {
        string reference = ffmpeg.Reference("s24.wav", 48_000, 2, "pcm_s24le");
        string depth = program == "ffmpeg" ? " -c:a pcm_s24le" : "";
        string[] words =
            [.. arguments.Replace(" -f", depth + " -f", StringComparison.Ordinal).Split(' ')
                .Select(word => word == "{0}" ? reference : word)];
        using var writer = Ffmpeg.Start(program, words);

        using PipeSource source =
            PipeSource.Open(writer.StandardOutput.BaseStream, raw: null, "pipe", TestContext.Current.CancellationToken);
        using FileSource expected = FileSource.Open(reference);

        Assert.Equal((expected.Format, 24), (source.Format, source.BitDepth));
        Assert.Equal(Ffmpeg.ReadAll(expected).Pcm, Ffmpeg.ReadAll(source).Pcm);
    }

    private IAudioSource Open(string name) =>
        AudioSources.OpenPath(ffmpeg[name], Once, NullLogger.Instance, TestContext.Current.CancellationToken);

    /// <summary>The highest correlation of the first channel at any lag within 5000 frames.</summary>
    private static double Correlation(float[] expected, float[] actual, int channels)
    {
        float[] x = [.. expected.Where((_, i) => i % channels == 0).Skip(10_000).Take(20_000)];
        float[] y = [.. actual.Where((_, i) => i % channels == 0)];
        double best = 0;
        for (int lag = 5_000; lag + x.Length <= Math.Min(y.Length, 35_000); lag++)
        {
            double xy = 0, yy = 0, xx = 0;
            for (int i = 0; i < x.Length; i += 3)
            {
                xy += x[i] * y[lag + i];
                yy += y[lag + i] * y[lag + i];
                xx += x[i] * x[i];
            }

            best = Math.Max(best, xy / Math.Sqrt((xx * yy) + 1e-12));
        }

        return best;
    }
}
