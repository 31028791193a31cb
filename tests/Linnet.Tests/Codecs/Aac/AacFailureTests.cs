using Linnet.Audio;
using Linnet.Codecs.Aac;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Codecs.Aac;

/// <summary>An ffmpeg that fails: scripts take its place.</summary>
public sealed class AacFailureTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly byte[] _packet = new byte[8192];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("echo '[aac @ 0x1] [error] No space left in the song.' >&2; exit 1", "No space left in the song.")]
    [InlineData("exit 3", "ffmpeg exited with code 3.")]
    [InlineData("exit 0", "ffmpeg exited early.")]
    [InlineData("exec cat /dev/zero", "ffmpeg returned something other than AAC.")]
    [InlineData("exec >&-; exec sleep 1000", "ffmpeg exited with code 137.")]
    public async Task An_ffmpeg_that_fails_is_an_error_with_what_it_said(string script, string problem)
    {
        using AacEncoder encoder = Pretend(script);
        encoder.Encode(new float[1024], _packet);

        Assert.Equal($"The AAC encoder stopped: {problem}", Assert.IsType<IOException>(await FailureAsync(encoder)).Message);
    }

    [Fact]
    public async Task Without_ffmpeg_the_error_says_how_to_install_it()
    {
        using var encoder = new AacEncoder(new AudioFormat(8_000, 1), 32_000, searchPath: _folder.Path);
        encoder.Encode(new float[1024], _packet);

        Assert.StartsWith(
            "The AAC encoder stopped: ffmpeg, which encodes AAC, is not installed. Install it with: ",
            Assert.IsType<IOException>(await FailureAsync(encoder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_ffmpeg_that_returns_nothing_is_an_error_after_ten_seconds_in_which_nothing_waited()
    {
        using AacEncoder encoder = Pretend("exec sleep 1000");

        // Ten blocks may be on their way for as long as the source pauses.
        Encode(10);
        _time.Advance(TimeSpan.FromHours(1));
        Encode(1);
        _time.Advance(TimeSpan.FromSeconds(9.9));
        Encode(1);
        _time.Advance(TimeSpan.FromSeconds(0.2));

        Assert.IsType<TimeoutException>(Record.Exception(() => Encode(1)));

        void Encode(int blocks)
        {
            for (int i = 0; i < blocks; i++)
            {
                Assert.Equal(0, encoder.Encode(new float[1024], _packet));
                Assert.False(encoder.TryTake(_packet, out _, out _));
            }
        }
    }

    [Fact]
    public void An_ffmpeg_that_is_fifty_seconds_behind_is_an_error_at_once()
    {
        using AacEncoder encoder = Pretend("exec sleep 1000");
        int blocks = 0;

        Exception? problem = null;
        while (problem is null)
        {
            encoder.Encode(new float[1024], _packet);
            problem = Record.Exception(() => encoder.TryTake(_packet, out _, out _));
            blocks++;
        }

        // The pipe itself holds 64 KiB of them.
        Assert.IsType<TimeoutException>(problem);
        Assert.InRange(blocks * 1024 / 8000.0, 49, 53);
    }

    [Fact]
    public async Task An_ffmpeg_that_does_not_end_is_an_error_in_time()
    {
        using AacEncoder encoder = Pretend("exec sleep 1000");
        encoder.Encode(new float[1024], _packet);
        encoder.Complete();
        _time.Advance(AacEncoder.AnswerLimit);

        Assert.IsType<TimeoutException>(await FailureAsync(encoder));
    }

    [Fact]
    public async Task An_ffmpeg_that_ends_without_its_last_packets_is_an_error()
    {
        using AacEncoder encoder = Pretend("cat >/dev/null; exit 0");
        encoder.Encode(new float[1024], _packet);
        encoder.Complete();

        Assert.Equal("The AAC encoder stopped: ffmpeg exited early.", Assert.IsType<IOException>(await FailureAsync(encoder)).Message);
    }

    private async Task<Exception> FailureAsync(AacEncoder encoder)
    {
        Exception? problem = null;
        await Until.TrueAsync(() => (problem = Record.Exception(() => encoder.TryTake(_packet, out _, out _))) is not null);
        return problem!;
    }

    /// <summary>Uses a link: starting a program that was just written can fail while another thread starts one.</summary>
    private AacEncoder Pretend(string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Uses a shell script in place of ffmpeg.");
        _folder.Write("script", script + "\n");
        File.CreateSymbolicLink(_folder["ffmpeg"], Path.Combine(AppContext.BaseDirectory, "Sources", "Vectors", "stand-in"));
        return new AacEncoder(new AudioFormat(8_000, 1), 32_000, _folder.Path, _time);
    }
}
