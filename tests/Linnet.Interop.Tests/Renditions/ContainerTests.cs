using System.Runtime.InteropServices;
using Linnet.Audio;
using Linnet.Tests.Stations;

namespace Linnet.Interop.Tests.Renditions;

/// <summary>The bytes sent over HTTP, as read by ffmpeg and the codecs' own tools.</summary>
public class ContainerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static TheoryData<string, int, int, int> Lossless
    {
        get
        {
            var data = new TheoryData<string, int, int, int>();
            foreach (string rendition in (string[])["flac", "wav"])
            {
                foreach (int bits in (int[])[8, 16, 24])
                {
                    data.Add(rendition, 44_100, 2, bits);
                    data.Add(rendition, 48_000, 1, bits);
                    data.Add(rendition, 96_000, 6, bits);
                }

                data.Add(rendition, 48_000, 8, 16);
                data.Add(rendition, 48_000, 3, 24);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Lossless))]
    public async Task FLAC_and_WAV_are_bit_exact(string rendition, int rate, int channels, int bits)
    {
        WavSound sound = WavSound.Noise(rate, channels, bits, seconds: 1.5, seed: bits);
        StreamRun run = StreamRun.Of(new SamplesSource(sound, bits), rendition);

        int[] decoded = await DecodeAsync<int>(run.Bytes, "s32le");

        Assert.Equal(sound.Samples.Select(s => s << (32 - bits)), decoded);
    }

    [Theory]
    [InlineData("mp3", 44_100, 2)]
    [InlineData("mp3", 48_000, 1)]
    [InlineData("mp3", 22_050, 2)]
    [InlineData("mp3-64", 44_100, 1)]
    [InlineData("mp3-320", 44_100, 2)]
    [InlineData("opus", 48_000, 2)]
    [InlineData("opus-64", 48_000, 1)]
    [InlineData("aac", 44_100, 2)]
    [InlineData("aac-64", 48_000, 1)]
    public async Task Lossy_renditions_are_aligned_with_the_source_to_the_sample(string rendition, int rate, int channels)
    {
        WavSound sound = WavSound.Sweep(rate, channels, seconds: 4);
        var source = new SamplesSource(sound, 16) { Tracks = { [80_000] = new TrackInfo("second") } };
        StreamRun run = StreamRun.Of(source, rendition, o => o with { Streams = [rendition] });

        float[] decoded = await DecodeAsync<float>(run.Bytes, "f32le");

        // ffmpeg skips what OpusHead declares; bare MP3 and ADTS declare nothing, so they begin at the first packet.
        int skip = rendition.StartsWith("opus", StringComparison.Ordinal) ? 0 : -(int)run.Packets[0].Position * channels;
        float[] expected = [.. sound.Samples.Select(static s => s / 32768f)];
        Assert.True(decoded.Length >= skip + expected.Length, $"{decoded.Length} of {skip + expected.Length} samples");
        double here = Correlate(expected, decoded.AsSpan(skip, expected.Length));
        Assert.True(here > 0.99, $"correlation {here:F4}");
        Assert.True(here > Correlate(expected.AsSpan(channels), decoded.AsSpan(skip, expected.Length - channels)),
            "a frame late is no better");
        Assert.True(here > Correlate(expected.AsSpan(0, expected.Length - channels),
            decoded.AsSpan(skip + channels, expected.Length - channels)), "a frame early is no better");
    }

    [Fact]
    public async Task The_seam_between_two_titles_is_inaudible_in_ffmpeg_and_opusdec()
    {
        WavSound sound = WavSound.Sweep(48_000, 2, seconds: 4);
        byte[] plain = StreamRun.Of(new SamplesSource(sound, 16), "opus").Bytes;
        byte[] chained = StreamRun.Of(new SamplesSource(sound, 16) { Tracks = { [96_000] = new TrackInfo("second") } }, "opus").Bytes;
        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder["chained.opus"], chained, TestContext.Current.CancellationToken);
        await Tool.RunAsync(Limit, "opusdec", "--quiet", "--float", folder["chained.opus"], folder["opusdec.raw"]);

        float[] expected = await DecodeAsync<float>(plain, "f32le");
        float[] byFfmpeg = await DecodeAsync<float>(chained, "f32le");
        float[] byOpusdec =
            MemoryMarshal.Cast<byte, float>(await File.ReadAllBytesAsync(folder["opusdec.raw"], TestContext.Current.CancellationToken))
                .ToArray();

        foreach (float[] decoded in (float[][])[byFfmpeg, byOpusdec])
        {
            Assert.InRange(decoded.Length, expected.Length - 2, expected.Length + 2);
            int seam = 96_000 * 2;
            double error = Rms(expected.AsSpan(seam - 9600, 19_200), decoded.AsSpan(seam - 9600, 19_200));
            Assert.True(error < 0.012, $"{error}");
        }
    }

    [Fact]
    public async Task GStreamer_plays_exactly_the_frames_of_a_chain()
    {
        WavSound sound = WavSound.Sweep(48_000, 2, seconds: 4);
        var source = new SamplesSource(sound, 16) { Tracks = { [50_000] = new TrackInfo("second"), [100_000] = new TrackInfo("third") } };
        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder["chained.opus"], StreamRun.Of(source, "opus").Bytes, TestContext.Current.CancellationToken);

        await Tool.RunPipelineAsync(
            Limit, "playbin", $"uri=file://{folder["chained.opus"]}", "video-sink=fakesink",
            $"audio-sink=audioconvert ! wavenc ! filesink location={folder["out.wav"]}");

        int packets = (int)Math.Ceiling((sound.Frames + 312) / 960.0);
        Assert.Equal((packets * 960) - 312, WavSound.Load(folder["out.wav"]).Frames);
    }

    [Fact]
    public async Task Ogg_tools_read_chained_Ogg_without_warnings()
    {
        WavSound sound = WavSound.Sweep(48_000, 2, seconds: 4);
        var source = new SamplesSource(
            sound, 16)
        { Tracks = { [50_000] = new TrackInfo("second"), [100_000] = new TrackInfo("third", "else") } };
        using var folder = new TempFolder();
        string file = folder["chained.opus"];
        await File.WriteAllBytesAsync(file, StreamRun.Of(source, "opus").Bytes, TestContext.Current.CancellationToken);

        foreach (string tool in (string[])["opusinfo", "ogginfo"])
        {
            await using Tool run = Tool.Start(tool, file);
            int code = await run.ExitAsync(Limit);
            string said = run.Output + run.Errors;
            Assert.True(code == 0, $"{tool} exited with {code}: {said}");
            Assert.DoesNotContain("WARNING", said, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("error", said, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("TITLE=second", said, StringComparison.Ordinal);
            Assert.Contains("TITLE=third", said, StringComparison.Ordinal);
        }

        await using Tool ffmpeg = Tool.Start("ffmpeg", "-nostdin", "-v", "warning", "-i", file, "-f", "null", "-");
        Assert.Equal(0, await ffmpeg.ExitAsync(Limit));
        Assert.Equal("", ffmpeg.Errors.Trim());
    }

    [Fact]
    public async Task The_flac_tool_accepts_the_FLAC()
    {
        WavSound sound = WavSound.Noise(44_100, 2, 16, seconds: 2);
        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(
            folder["sound.flac"], StreamRun.Of(new SamplesSource(sound, 16), "flac").Bytes, TestContext.Current.CancellationToken);

        await Tool.RunAsync(Limit, "flac", "--test", "--silent", folder["sound.flac"]);

        string tags = await Tool.RunAsync(Limit, "metaflac", "--show-tag=TITLE", "--show-tag=ARTIST", folder["sound.flac"]);
        Assert.Equal(["TITLE=first", "ARTIST=somebody"], tags.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static async Task<T[]> DecodeAsync<T>(byte[] stream, string format)
        where T : unmanaged
    {
        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder["stream"], stream, TestContext.Current.CancellationToken);
        await Tool.RunAsync(Limit, "ffmpeg", "-nostdin", "-v", "error", "-i", folder["stream"], "-f", format, folder["raw"]);
        return MemoryMarshal.Cast<byte, T>(await File.ReadAllBytesAsync(folder["raw"], TestContext.Current.CancellationToken)).ToArray();
    }

    private static double Correlate(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double ab = 0, aa = 0, bb = 0;
        for (int i = 0; i < a.Length; i++)
        {
            ab += (double)a[i] * b[i];
            aa += (double)a[i] * a[i];
            bb += (double)b[i] * b[i];
        }

        return ab / Math.Sqrt(aa * bb);
    }

    private static double Rms(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += (double)(a[i] - b[i]) * (a[i] - b[i]);
        }

        return Math.Sqrt(sum / a.Length);
    }
}
