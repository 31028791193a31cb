using Linnet.Sources;

namespace Linnet.Tests.Sources;

public class FfmpegStreamTests
{
    [Theory]
    [InlineData("[info]   Stream #0:0[0x1](und): Audio: alac (alac / 0x63616C61), 44100 Hz, stereo, s16p, 705 kb/s (default)", 16)]
    [InlineData("[info]   Stream #0:0: Audio: wavpack, 48000 Hz, 5.1, s32p (24 bit)", 24)]
    [InlineData("[info]   Stream #0:1: Audio: pcm_s32le, 48000 Hz, mono, s32, 1536 kb/s", 32)]
    [InlineData("[info]   Stream #0:0: Audio: ape (APE  / 0x20455041), 8000 Hz, mono, u8p", 8)]
    [InlineData("[info]   Stream #0:0: Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, stereo, fltp, 128 kb/s", 0)]
    [InlineData("[info]   Stream #0:0: Audio: adpcm_ms ([2][0][0][0] / 0x0002), 44100 Hz, stereo, s16, 355 kb/s", 0)]
    [InlineData("[info]   Stream #0:0: Audio: pcm_f32le, 48000 Hz, stereo, flt", 0)]
    public void The_line_about_the_sound_tells_its_bits(string line, int bits)
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
    public void Other_lines_tell_nothing(string line) => Assert.False(FfmpegStream.TryReadBitDepth(line, out _));

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
}
