using Linnet.Interop.Tests.Push;
using Linnet.Wire.Mpeg;
using Linnet.Wire.Ogg;

namespace Linnet.Interop.Tests.Renditions;

/// <summary>Every rendition of a real server, recorded by curl across three title changes, and served again as a file.</summary>
/// <remarks>
/// Checks each recording: the format's own checker finds no fault; it ends with the station's last sample, contains all title changes, and
/// (Opus) has each title at its place; nothing is missing or doubled (FLAC, WAV: every sample; MP3, Opus: no packet is missing, and all of
/// it is aligned with the source). Then checks the same for a second server that plays the recordings. A listener gets ten seconds at once,
/// and the station is shorter, so all listeners get all title changes, however late a busy machine starts the program.
/// </remarks>
public sealed class CurlRecordingTests : IDisposable
{
    private const int Rate = 48_000;
    private const int Packet = 1152;

    // A stopping server ends its streams this way, so that it can be distinguished from the end of a station.
    private const int ConnectionReset = 56;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private static readonly int[] Changes = [4 * Rate, (5 * Rate) + 11_007, (6 * Rate) + 30_000];
    private static readonly string[] Recordings = ["any", "mp3", "mp3-64", "opus", "opus-64", "flac", "wav"];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_rendition_survives_a_recording_by_curl_completely()
    {
        WavSound sound = WavSound.Sweep(Rate, 2, seconds: 7.8);
        Directory.CreateDirectory(_folder["album"]);
        Cut(sound, "album");
        await using (Serving server =
            await Serving.StartAsync($"album={_folder["album"]}", "--once", "--burst", "10", "--http-port", "any"))
        {
            await Task.WhenAll(Recordings.Select(name => CurlAsync(server.Http + UrlOf(name, "album"), $"first.{name}")));
        }

        await Task.WhenAll(Recordings.Select(name => SavedStream.CheckAsync(name == "any" ? "mp3" : name, _folder[$"first.{name}"])));
        foreach (string name in Recordings)
        {
            (float[] pcm, (long Position, string Title)[] tracks) = SavedStream.Play(_folder[$"first.{name}"]);
            int start = AssertWhole($"first {name}", isLossless: name is "flac" or "wav", sound, pcm);
            Assert.True(start < Changes[0], $"{name} begins at {start}");
            AssertTold(name, start, tracks);
        }

        AssertNoPacketIsMissing("first.mp3", "first.mp3-64", "first.any", "first.opus", "first.opus-64");

        // Again: each recording is a station, whose WAV is the recorded sound.
        string[] stations = [.. Recordings.Select(name => $"{name}={_folder[$"first.{name}"]}")];
        await using (Serving server = await Serving.StartAsync([.. stations, "--once", "--burst", "10", "--http-port", "any"]))
        {
            await Task.WhenAll(Recordings.Select(name => CurlAsync($"{server.Http}{name}.wav", $"again.{name}")));
        }

        await Task.WhenAll(Recordings.Select(name => SavedStream.CheckAsync("wav", _folder[$"again.{name}"])));
        foreach (string name in Recordings)
        {
            (float[] pcm, _) = SavedStream.Play(_folder[$"again.{name}"]);
            AssertWhole($"again {name}", isLossless: name is "flac" or "wav", sound, pcm);
        }
    }

    [Fact]
    public async Task Pushed_Vorbis_is_passed_on_completely()
    {
        WavSound sound = WavSound.Sweep(Rate, 2, seconds: 7.8);
        Directory.CreateDirectory(_folder["album"]);
        byte[] chain = [];
        foreach (string wav in Cut(sound, "album"))
        {
            await Tool.RunAsync(
                Limit, "oggenc", "-Q", "-q", "5", "-t", Path.GetFileNameWithoutExtension(wav), "-o", _folder["one.ogg"], wav);
            chain = [.. chain, .. await File.ReadAllBytesAsync(_folder["one.ogg"], TestContext.Current.CancellationToken)];
        }

        await SavedStream.CheckAsync("ogg", _folder["pushed.ogg"], chain);
        await using FedServer server = FedServer.Start();
        await using Tool pusher = Tool.Start(
            "bash", "-c",
            $"exec curl -sS -u source:{FedServer.Password} -H 'Content-Type: application/ogg' -T - "
                + $"{server.Http("live.ogg")} < {_folder["pushed.ogg"]}");
        await server.UntilHeardAsync();
        Task recording = CurlAsync(server.Http("live.ogg"), "live.ogg", ConnectionReset);
        await server.UntilGoneAsync();

        // Data in flight to a listener is lost when the server stops; here it is the silence after the sound.
        await server.UntilPlayedAsync(TimeSpan.FromSeconds(3));
        await server.EndAsync();
        await recording;

        await SavedStream.CheckAsync("ogg", _folder["live.ogg"], isCutOff: true);
        AssertNoPacketIsMissing("live.ogg");
        (float[] sent, (long Position, string Title)[] all) = SavedStream.Play(_folder["pushed.ogg"]);
        (float[] heard, (long Position, string Title)[] tracks) = SavedStream.Play(_folder["live.ogg"]);
        Assert.Equal([(0, "title 1"), .. Changes.Select(static (change, i) => ((long)change, $"title {i + 2}"))], all);
        Assert.Equal(all.Select(static t => t.Title), tracks.Select(static t => t.Title).Where(static title => title != "live"));
        for (int i = 0; i < all.Length; i++)
        {
            AssertSame(all[i].Title, Title(sent, all, i), Title(heard, [.. tracks.Where(static t => t.Title != "live")], i));
        }
    }

    private static float[] Title(float[] pcm, (long Position, string Title)[] tracks, int number) =>
        Left(pcm)[(int)tracks[number].Position..(number + 1 < tracks.Length ? (int)tracks[number + 1].Position : pcm.Length / 2)];

    /// <summary>
    /// A title whose packets were passed on has the same sound, except in its first and last packets, which overlap with other packets than
    /// before.
    /// </summary>
    private static void AssertSame(string title, float[] sent, float[] heard)
    {
        const int Longest = 2048;

        // The first title is faded in, late on a busy machine, so only its last second is compared. The last title fades into silence.
        int from = title == "title 1" ? heard.Length - Rate : Longest;
        int at = sent.AsSpan().IndexOf(heard.AsSpan(from, 512)) - from;
        Assert.True(title == "title 1" || at is > -Longest and < Longest, $"{title} begins {at} frames late");
        int length = sent.Length - at - from - (title == "title 4" ? Rate : Longest);
        Assert.True(heard.AsSpan(from, length).SequenceEqual(sent.AsSpan(at + from, length)), $"{title} has other samples");
        if (title != "title 4")
        {
            Assert.InRange(heard.Length + at, sent.Length - Longest, sent.Length + Longest);
        }
    }

    private static string UrlOf(string name, string station) =>
        name == "any" ? station : name.Split('-') is [string codec, string rate] ? $"{station}-{rate}.{codec}" : $"{station}.{name}";

    private static float[] Left(ReadOnlySpan<float> pcm)
    {
        float[] left = new float[pcm.Length / 2];
        for (int i = 0; i < left.Length; i++)
        {
            left[i] = pcm[2 * i];
        }

        return left;
    }

    /// <summary>
    /// Fails unless it is the sound from some frame to the end, with nothing missing or added. Returns that frame.
    /// </summary>
    private static int AssertWhole(string name, bool isLossless, WavSound sound, float[] pcm)
    {
        int start = sound.Frames - (pcm.Length / 2);
        if (isLossless)
        {
            Assert.True(sound.Samples.Skip(2 * start).Select(static s => s / 32768f).SequenceEqual(pcm),
                $"{name} has other samples from {start} on");
            return start;
        }

        (int late, double likeness) = Place(sound.Channel(0), Left(pcm), start);
        Assert.True(likeness > 0.97, $"{name}: correlation {likeness}, {late} frames late");
        Assert.InRange(late, -Packet, 3 * Packet);
        return start;
    }

    /// <summary>
    /// Alignment of the recording with the source relative to <paramref name="start"/>, and its similarity from there to the end.
    /// </summary>
    private static (int Late, double Likeness) Place(ReadOnlySpan<float> source, ReadOnlySpan<float> heard, int start)
    {
        const int Probe = 8192;
        (int late, double best) = (0, -1);
        int middle = heard.Length / 2;
        for (int at = -4 * Packet; at <= 4 * Packet; at++)
        {
            double likeness = Correlation.Likeness(source.Slice(start + at + middle, Probe), heard.Slice(middle, Probe));
            (late, best) = likeness > best ? (at, likeness) : (late, best);
        }

        // The first frames that a decoder needs to settle do not count.
        const int Missed = 4800;
        int length = Math.Min(heard.Length, source.Length - start - late) - Missed;
        return (late, Correlation.Likeness(source.Slice(start + late + Missed, length), heard.Slice(Missed, length)));
    }

    /// <summary>If the format holds titles, checks that all titles of the recording are announced at their places.</summary>
    private static void AssertTold(string name, int start, (long Position, string Title)[] tracks)
    {
        if (!name.StartsWith("opus", StringComparison.Ordinal))
        {
            return;
        }

        Assert.Equal(["title 1", "title 2", "title 3", "title 4"], tracks.Select(static t => t.Title));
        for (int i = 0; i < Changes.Length; i++)
        {
            Assert.InRange(tracks[i + 1].Position + start, Changes[i] - (2 * Packet), Changes[i] + (2 * Packet));
        }
    }

    private List<string> Cut(WavSound sound, string folder)
    {
        var files = new List<string>();
        int[] places = [0, .. Changes, sound.Frames];
        for (int i = 0; i + 1 < places.Length; i++)
        {
            files.Add(_folder[$"{folder}/title {i + 1}.wav"]);
            (sound with { Samples = sound.Samples[(2 * places[i])..(2 * places[i + 1])] }).Save(files[i]);
        }

        return files;
    }

    private void AssertNoPacketIsMissing(params string[] files)
    {
        foreach (string file in files)
        {
            ReadOnlySpan<byte> bytes = File.ReadAllBytes(_folder[file]);
            if (bytes.StartsWith(OggPage.Capture))
            {
                var reader = new OggPacketReader();
                while (reader.TryRead(ref bytes, out _))
                {
                }

                Assert.Equal((file, 0, 0, 0), (file, reader.Holes, reader.Damaged, reader.Skipped));
                continue;
            }

            var framer = new MpegFramer();
            while (framer.TryRead(ref bytes, out _))
            {
            }

            Assert.Equal((file, 0, 0), (file, framer.Skipped, framer.Tags));
        }
    }

    private async Task CurlAsync(string url, string file, int expected = 0)
    {
        await using Tool curl = Tool.Start("curl", "-sS", "-f", "-o", _folder[file], url);
        int code = await curl.ExitAsync(Limit);
        Assert.True(code == expected, $"curl exited with {code} on {url}: {curl.Errors}");
    }
}
