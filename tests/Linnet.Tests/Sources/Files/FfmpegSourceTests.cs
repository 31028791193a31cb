using System.Runtime.InteropServices;
using Linnet.Audio;
using Linnet.Codecs.Ffmpeg;
using Linnet.Sources.Files;
using Linnet.Tests.Fakes;
using Linnet.Wire.Wav;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Sources.Files;

/// <summary>Tests without ffmpeg: scripts take its place.</summary>
public sealed partial class FfmpegSourceTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string _song;

    public FfmpegSourceTests() => _song = _folder.Write("song.m4a", "some file");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_ffmpeg_the_error_says_how_to_install_it()
    {
        string message = Assert.Throws<IOException>(() => Open(searchPath: "")).Message;

        Assert.StartsWith(_song, message, StringComparison.Ordinal);
        Assert.Contains("Install it with", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[error] file:$1: Invalid argument", "Invalid argument")]
    [InlineData("[in#0 @ 0x1] [error] Error opening input: Invalid data", "Error opening input: Invalid data")]
    [InlineData("[fatal] Error opening input file file:$1.", "Error opening input file")]
    public void An_error_names_the_file_once(string line, string problem)
    {
        string song = _folder.Write("a song [live].m4a", "some file");
        Pretend($"for a; do case $a in file:*) set -- \"${{a#file:}}\"; echo \"{line}\" >&2;; esac; done; exit 1");

        string message = Assert.Throws<IOException>(
            () => FfmpegSource.Open(song, null, TimeProvider.System, _folder.Path, TestContext.Current.CancellationToken)).Message;

        Assert.Equal($"{song} is not an audio file that {FfmpegProcess.OtherReader} or ffmpeg can read: {problem}.", message);
    }

    [Fact]
    public void An_error_begins_with_the_reason_of_the_decoder_that_failed_before()
    {
        const string Reason = "a song has malformed metadata.";
        Pretend("echo '[error] Invalid data' >&2; exit 1");

        Assert.Equal($"{Reason} ffmpeg cannot read it either: Invalid data.", Fail(_folder.Path));
        Assert.StartsWith(
            $"{Reason} ffmpeg, which might read it nevertheless, is not installed. Install it with: ", Fail(""), StringComparison.Ordinal);

        string Fail(string searchPath) => Assert.Throws<IOException>(() => FfmpegSource.Open(
            _song, null, TimeProvider.System, searchPath, TestContext.Current.CancellationToken, reason: Reason)).Message;
    }

    [Fact]
    public void The_source_plays_the_WAV_that_ffmpeg_writes()
    {
        _folder.Write("song.wav", Wavs.Counting(0, 5000));
        Pretend("echo '[info]   Stream #0:0: Audio: alac, 8000 Hz, mono, s16p' >&2; cat song.wav");

        using FfmpegSource source = Open();

        Assert.Equal((new AudioFormat(8000, 1), 16), (source.Format, source.BitDepth));
        Assert.Equal(Enumerable.Range(0, 5000), Wavs.Integers(source.ReadAll()));
    }

    [Fact]
    public void A_file_whose_name_is_not_UTF_8_is_passed_to_ffmpeg()
    {
        if (!RawNames.AreThere)
        {
            return;
        }

        // The stand-in writes the file that it is told to read. The name is valid only inside that process.
        Pretend("for a; do case $a in file:/proc/self/*) exec cat \"${a#file:}\";; esac; done");
        using var raw = new RawNames();
        string path = raw.Rename(_folder.Write("song.wav", Wavs.Counting(0, 5000)), _folder["Caf\uDCE9.m4a"]);

        CancellationToken stop = TestContext.Current.CancellationToken;
        using var source =
            LentFile.Open(path, (name, file) => FfmpegSource.Open(name, null, TimeProvider.System, _folder.Path, stop, file));

        Assert.Equal(5000, source.ReadAll().Length);
    }

    [Fact]
    public void The_last_error_of_ffmpeg_is_reported()
    {
        Pretend("echo '[error] first' >&2; echo '[file @ 0x1] [error] the real reason.' >&2; echo '[info] bye' >&2; exit 1");

        Assert.EndsWith("can read: the real reason.", Assert.Throws<IOException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_format_that_only_ffmpeg_supports_is_reported_as_such()
    {
        byte[] wav = Wavs.Counting(0, 5000);
        int format = wav.AsSpan().IndexOf("fmt "u8) + 8;
        BitConverter.TryWriteBytes(wav.AsSpan(format + 4), 705_600);
        _folder.Write("song.wav", wav);
        Pretend("cat song.wav; exec sleep 1000");

        Assert.Equal(
            $"{_song} has a sample rate of 705600 Hz; Linnet carries 2000 to 384000 Hz.", Assert.Throws<IOException>(() => Open()).Message);
    }

    [Fact]
    public void A_failure_after_the_start_fails_the_source()
    {
        _folder.Write("song.wav", Wavs.Counting(0, 8000));
        Pretend("cat song.wav; echo '[fatal] no more memory' >&2; exit 1");

        using FfmpegSource source = Open();

        Assert.EndsWith(
            "failed after 1.0 s: no more memory.", Assert.Throws<IOException>(() => source.ReadAll()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_ffmpeg_that_hangs_is_killed_at_its_timeout()
    {
        Pretend("exec sleep 1000");
        var time = new FakeTimeProvider();

        Task<IOException> opening =
            Task.Run(() => Assert.Throws<IOException>(() => Open(time: time)), TestContext.Current.CancellationToken);
        while (!opening.IsCompleted)
        {
            // The timeout starts when the child runs; before that there is nothing to kill.
            if (Children().Any())
            {
                time.Advance(TimeSpan.FromSeconds(1));
            }

            await Task.Yield();
        }

        Assert.Contains("no audio within 15 s", (await opening).Message, StringComparison.Ordinal);
        Assert.Empty(Children());
    }

    [Fact]
    public void The_child_ends_with_the_source()
    {
        _folder.Write("head", EndlessHead());
        Pretend("echo '[info] Stream #0:0: Audio: aac, fltp' >&2; cat head; exec cat /dev/zero");
        FfmpegSource source = Open();
        Assert.Equal(100, source.Read(new float[100], TestContext.Current.CancellationToken).Frames);
        Assert.Single(Children());

        source.Dispose();

        Assert.Empty(Children());
    }

    [Fact]
    public void The_child_gets_no_secrets_files_or_privileges_and_has_limits()
    {
        string secret = $"LINNET_TEST_{Guid.NewGuid():N}";
        Environment.SetEnvironmentVariable(secret, "hackme");
        using FileStream open = File.OpenRead(_song);
        int inherited = Duplicate((int)open.SafeFileHandle.DangerousGetHandle()); // as a C library opens files
        _folder.Write("song.wav", Wavs.Counting(0, 5000));
        Pretend("echo '[info]   Stream #0:0: Audio: alac, 8000 Hz, mono, s16p' >&2; exec cat song.wav /dev/zero");
        try
        {
            using FfmpegSource source = Open();
            string child = Children().Single();

            string[] variables = File.ReadAllText(Path.Combine(child, "environ")).Split('\0', StringSplitOptions.RemoveEmptyEntries);
            Assert.DoesNotContain(variables, static v => v.Contains("hackme", StringComparison.Ordinal));
            Assert.Empty(
                variables.Select(static v => v.Split('=')[0])
                    .Except(["PATH", "LD_LIBRARY_PATH", "PWD", "OLDPWD", "_", "SHLVL"])); // a shell's own, and two
            Assert.DoesNotContain(_song, Directory.GetFiles(Path.Combine(child, "fd")).Select(static f => new FileInfo(f).LinkTarget));
            Assert.Contains("NoNewPrivs:\t1", File.ReadAllText(Path.Combine(child, "status")), StringComparison.Ordinal);
            string limits = File.ReadAllText(Path.Combine(child, "limits"));
            Assert.Matches(@"Max cpu time +30 ", limits);
            Assert.Matches(@"Max file size +0 +0 ", limits);
            Assert.Matches(@"Max core file size +0 +0 ", limits);
            Assert.Matches(@"Max open files +32 +32 ", limits);
            Assert.Matches(@"Max address space +2147483648 ", limits);
        }
        finally
        {
            _ = Close(inherited);
            Environment.SetEnvironmentVariable(secret, null);
        }

        Assert.Contains("NoNewPrivs:\t0", File.ReadAllText("/proc/self/status"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_child_may_use_the_duration_of_its_sound_and_a_margin_as_CPU_time()
    {
        _folder.Write("head", EndlessHead());
        Pretend("echo '[info] Stream #0:0: Audio: aac, fltp' >&2; cat head; exec cat /dev/zero");
        using FfmpegSource source = Open();

        for (int frames = 0; frames < 12 * 8000;)
        {
            frames += source.Read(new float[1000], TestContext.Current.CancellationToken).Frames;
        }

        Assert.Matches(@"Max cpu time +4[0-2] ", File.ReadAllText(Path.Combine(Children().Single(), "limits")));
    }

    [Theory]
    [InlineData("kill -XCPU $$")]
    [InlineData("echo '[info] Exiting normally, received signal 24.' >&2; exit 255")]
    [InlineData("echo 'Received > 3 system signals, hard exiting' >&2; exit 123")]
    [InlineData("echo '[error] something else' >&2; exit 123")]
    public void A_child_that_loops_is_ended_with_a_reason(string end)
    {
        _folder.Write("song.wav", Wavs.Counting(0, 8000));
        Pretend($"echo '[info]   Stream #0:0: Audio: alac, 8000 Hz, mono, s16p' >&2; cat song.wav; {end}");
        using FfmpegSource source = Open();

        Assert.EndsWith("too much CPU time for the audio it gave.", Assert.Throws<IOException>(() => source.ReadAll()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_tag_with_the_text_of_the_reason_is_ignored()
    {
        Pretend("echo '[info]     title           : Exiting normally, received signal 24.' >&2; echo '[error] the real reason.' >&2; exit "
            + "1");

        Assert.EndsWith("can read: the real reason.", Assert.Throws<IOException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Waiting_for_ffmpeg_can_be_cancelled()
    {
        Pretend("exec sleep 1000");
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(1));

        Assert.ThrowsAny<OperationCanceledException>(() => FfmpegSource.Open(_song, null, TimeProvider.System, _folder.Path, cancel.Token));
    }

    [Theory]
    [InlineData("[info]   Stream #0:0[0x1](und): Audio: alac (alac / 0x63616C61), 44100 Hz, stereo, s16p, 705 kb/s (default)", 16)]
    [InlineData("[info]   Stream #0:0: Audio: wavpack, 48000 Hz, 5.1, s32p (24 bit)", 24)]
    [InlineData("[info]   Stream #0:1: Audio: pcm_s32le, 48000 Hz, mono, s32, 1536 kb/s", 32)]
    [InlineData("[info]   Stream #0:0: Audio: ape (APE  / 0x20455041), 8000 Hz, mono, u8p", 8)]
    [InlineData("[info]   Stream #0:0: Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, stereo, fltp, 128 kb/s", 0)]
    [InlineData("[info]   Stream #0:0: Audio: adpcm_ms ([2][0][0][0] / 0x0002), 44100 Hz, stereo, s16, 355 kb/s", 0)]
    [InlineData("[info]   Stream #0:0: Audio: pcm_f32le, 48000 Hz, stereo, flt", 0)]
    public void The_line_about_the_stream_gives_its_bit_depth(string line, int bits)
    {
        Assert.True(FfmpegStream.TryReadBitDepth(line, out int read));
        Assert.Equal(bits, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[info]   Stream #0:0: Video: h264, yuv420p")]
    [InlineData("[info]     title           : Stream #0:0: Audio: alac, s16")]
    [InlineData(": Audio: Stream #0:")]
    [InlineData("[info] Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'x.m4a':")]
    public void Other_lines_give_no_bit_depth(string line) => Assert.False(FfmpegStream.TryReadBitDepth(line, out _));

    [Theory]
    [InlineData("-i")]
    [InlineData("http:x.m4a")]
    [InlineData("concat:a|b")]
    public void A_name_is_never_an_option_or_a_protocol(string name)
    {
        string[] arguments = FfmpegProcess.ArgumentsFor(name);

        string input = arguments[Array.IndexOf(arguments, "-i") + 1];
        Assert.Equal("file:" + Path.GetFullPath(name), input);
        Assert.Equal("file,pipe", arguments[Array.IndexOf(arguments, "-protocol_whitelist") + 1]);
        Assert.Contains("-nostdin", arguments);
    }

    private static byte[] EndlessHead()
    {
        var header = new WavHeader(new RawPcmFormat(SampleEncoding.F32LE, new AudioFormat(8000, 1)), null);
        byte[] bytes = new byte[header.Length];
        header.Write(bytes);
        return bytes;
    }

    private FfmpegSource Open(string? searchPath = null, TimeProvider? time = null) => FfmpegSource.Open(
        _song, null, time ?? TimeProvider.System, searchPath ?? _folder.Path, TestContext.Current.CancellationToken);

    /// <summary>Uses a link: starting a program that was just written can fail while another thread starts one.</summary>
    private void Pretend(string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Uses a shell script in place of ffmpeg.");
        _folder.Write("script", script + "\n");
        File.CreateSymbolicLink(_folder["ffmpeg"], Path.Combine(AppContext.BaseDirectory, "Sources", "Vectors", "stand-in"));
    }

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    /// <summary>The running stand-ins according to /proc: those whose working folder is this test's.</summary>
    private IEnumerable<string> Children()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has /proc.");
        return Directory.EnumerateDirectories("/proc")
            .Where(process => char.IsAsciiDigit(Path.GetFileName(process)[0]) && WorksHere(process));
    }

    private bool WorksHere(string process)
    {
        try
        {
            return File.ResolveLinkTarget(Path.Combine(process, "cwd"), returnFinalTarget: false)?.FullName == _folder.Path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // It has exited, or belongs to another user.
        }
    }
}
