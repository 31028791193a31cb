using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Linnet.Codecs.Streams;
using Linnet.Interop.Tests.Sources;

namespace Linnet.Interop.Tests.Streams;

public sealed class HostileStreamTests(Ffmpeg ffmpeg) : IClassFixture<Ffmpeg>
{
    private static readonly string[] Types =
        ["audio/mpeg", "audio/aac", "audio/ogg", "audio/flac", "audio/wav", "audio/webm", "video/mp2t", "application/octet-stream", ""];

    [Fact]
    public void Playlists_are_refused_whatever_their_content_type()
    {
        foreach (string list in Lists("file:///etc/passwd", "http://127.0.0.1:1/x.ts"))
        {
            foreach (string type in Types)
            {
                Decoded decoded = Decoded.Of(Encoding.UTF8.GetBytes(list), type, 10);
                Assert.Equal(StreamFault.NotSound, decoded.Problem?.Fault);
                Assert.Contains("playlist", decoded.Problem!.Text, StringComparison.Ordinal);
                Assert.Empty(decoded.Formats);
            }
        }

        Assert.Equal(StreamFault.NotSound, Decoded.Of("x"u8, "application/vnd.apple.mpegurl").Problem?.Fault);
        Assert.Equal(StreamFault.Unsupported, Decoded.Of("x"u8, "video/mp4").Problem?.Fault);
    }

    [Theory]
    [InlineData("aac")]
    [InlineData("matroska")]
    [InlineData("mpegts")]
    [InlineData("hls")]
    [InlineData("concat")]
    [InlineData("sdp")]
    [InlineData("dash")]
    public async Task Even_with_a_playlist_ffmpeg_opens_no_file_and_no_connection(string format)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string fifo = ffmpeg[format + ".fifo"];
        await Tool.RunAsync(TimeSpan.FromSeconds(10), "mkfifo", fifo);

        // Opening one end of a pipe blocks until the other is opened.
        Task<FileStream> opened = Task.Factory.StartNew(
            () => new FileStream(fifo, FileMode.Open, FileAccess.Write), CancellationToken.None, TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

        foreach (string list in Lists("file://" + fifo, $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/x.ts")
            .Append(Lists(fifo, fifo)[1]))
        {
            using var decoder = new FfmpegStreamDecoder(format, Environment.GetEnvironmentVariable("PATH"));
            var decoded = new Decoded();
            decoder.Write(Encoding.UTF8.GetBytes(list), decoded);
            decoder.Complete(decoded);
            Assert.NotNull(decoder.Problem);
            Assert.Empty(decoded.Pcm);
        }

        Assert.False(listener.Pending());
        Assert.False(opened.IsCompleted);
        using FileStream other = new(fifo, FileMode.Open, FileAccess.Read);
        await (await opened.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken)).DisposeAsync();
    }

    [Fact]
    public void A_child_that_reads_nothing_is_stopped_and_the_writer_continues()
    {
        string folder = FakeFfmpeg("stuck", "exec sleep 1000");
        using var decoder = new FfmpegStreamDecoder("aac", folder, TimeSpan.FromMilliseconds(200));
        var decoded = new Decoded();
        decoder.Write(new byte[4 << 20], decoded);

        Assert.Equal(StreamFault.Stalled, decoder.Problem?.Fault);
        decoder.Write(new byte[1 << 20], decoded);
        decoder.Complete(decoded);
    }

    [Fact]
    public void A_child_has_a_lower_priority()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux sets the nice value of children.");
        string folder = FakeFfmpeg("nice", "head -c 1 >/dev/null", ": >\"${0%/*}/nice-$(nice)\"");
        using var decoder = new FfmpegStreamDecoder("aac", folder);
        var decoded = new Decoded();
        decoder.Write(new byte[10], decoded);
        decoder.Complete(decoded);

        // The value is the name of an empty file, because a child may not write to a file.
        int own = int.Parse(File.ReadAllText("/proc/self/stat").Split(") ")[1].Split(' ')[16], CultureInfo.InvariantCulture);
        Assert.Equal([$"nice-{Math.Max(own, 5)}"], Directory.GetFiles(folder, "nice-*").Select(Path.GetFileName));
    }

    [Fact]
    public void Without_ffmpeg_the_problem_names_it()
    {
        using var decoder = new FfmpegStreamDecoder("aac", ffmpeg["nowhere"]);
        decoder.Write(new byte[10], new Decoded());

        Assert.Equal(StreamFault.Unavailable, decoder.Problem?.Fault);
        Assert.Contains("ffmpeg", decoder.Problem!.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.mp3", "audio/mpeg", "-c:a libmp3lame -b:a 64k")]
    [InlineData("b.opus", "audio/ogg", "-c:a libopus -b:a 64k")]
    [InlineData("c.ogg", "audio/ogg", "-c:a libvorbis -q:a 1")]
    [InlineData("d.oga", "audio/ogg", "-c:a flac -f ogg")]
    [InlineData("e.flac", "audio/flac", "-c:a flac")]
    [InlineData("f.wav", "audio/wav", "-c:a pcm_s24le")]
    public void Damaged_and_truncated_streams_play_as_far_as_possible_without_a_crash(string name, string type, string how)
    {
        Ffmpeg.Run(["-i", ffmpeg.Reference("s48.wav", 48_000, 2), "-t", "0.3", "-metadata", "title=x", .. how.Split(' '), ffmpeg[name]]);
        byte[] whole = File.ReadAllBytes(ffmpeg[name]);
        var random = new Random(17);
        int most = 3 * Decoded.Of(whole, type).Frames;
        Assert.InRange(most, 3 * 13_000, 3 * 17_000);
        int played = 0;
        for (int i = 0; i < 300; i++)
        {
            byte[] damaged = [.. whole];
            int reach = i % 2 == 0 ? Math.Min(whole.Length, 4500) : whole.Length;
            for (int flips = random.Next(1, 8); flips > 0; flips--)
            {
                damaged[random.Next(reach)] = (byte)random.Next(256);
            }

            if (i % 3 != 0)
            {
                OggPages.Seal(damaged);
            }

            Decoded decoded = Decoded.Of(damaged, type, 3000, seed: i);
            played += decoded.Frames > 0 ? 1 : 0;
            Assert.InRange(decoded.Frames, 0, most);
        }

        Assert.InRange(played, 10, 300);
        for (int length = 0; length < whole.Length; length += length < 5000 ? 13 : 501)
        {
            Decoded.Of(whole.AsSpan(0, length), type);
        }
    }

    [Fact]
    public void Noise_of_every_kind_is_refused_and_costs_no_memory()
    {
        var random = new Random(3);
        byte[] noise = new byte[1 << 20];
        foreach (string type in Types)
        {
            foreach (string start in new[] { "", "OggS", "fLaC", "RIFF", "ID3\u0004\0\0\0\0\0\0", "\u00FF\u00FB\u0090\u0064" })
            {
                random.NextBytes(noise);
                Encoding.Latin1.GetBytes(start, noise);
                Decoded decoded = Decoded.Of(noise, type, 5000);
                Assert.InRange(decoded.Frames, 0, 20 * 1152);
            }
        }
    }

    [Fact]
    public void A_child_that_uses_much_CPU_time_without_output_is_stopped()
    {
        string folder = FakeFfmpeg("busy", "while read -r line; do :; done");
        using var decoder = new FfmpegStreamDecoder("aac", folder, freeWork: TimeSpan.FromMilliseconds(50));
        byte[] lines = new byte[4 << 20];
        lines.AsSpan().Fill((byte)'\n');
        decoder.Write(lines, new Decoded());

        Assert.Equal(StreamFault.Stalled, decoder.Problem?.Fault);
        Assert.Contains("of CPU time", decoder.Problem!.Text, StringComparison.Ordinal);
    }

    /// <summary>A folder with a stand-in program named ffmpeg.</summary>
    private string FakeFfmpeg(string name, params string[] lines)
    {
        string folder = Directory.CreateDirectory(ffmpeg[name]).FullName;
        string program = Path.Combine(folder, "ffmpeg");
        File.WriteAllText(program, string.Join('\n', lines.Prepend("#!/bin/sh")) + '\n');
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        return folder;
    }

    private static string[] Lists(string file, string address) =>
    [
        $"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{file}\n#EXTINF:10,\n{address}\n#EXT-X-ENDLIST\n",
        $"ffconcat version 1.0\nfile '{file}'\nfile '{address}'\n",
        "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 5004 RTP/AVP 10\r\n",
        $"<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\"><Period><AdaptationSet "
            + $"mimeType=\"audio/mp4\"><Representation id=\"1\" "
            + $"bandwidth=\"1\"><BaseURL>{address}</BaseURL></Representation></AdaptationSet></Period></MPD>",
        $"[playlist]\nFile1={address}\nNumberOfEntries=1\n",
        $"\uFEFF#EXTM3U\n{address}\n",
        address.StartsWith("http", StringComparison.Ordinal) ? address : "http://127.0.0.1:1/",
    ];
}
