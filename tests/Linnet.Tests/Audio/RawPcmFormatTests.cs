using Linnet.Audio;

namespace Linnet.Tests.Audio;

public class RawPcmFormatTests
{
    [Theory]
    [InlineData("s16le:48000:2", 4)]
    [InlineData("S24BE:96000:6", 18)]
    [InlineData("u8:8000:1", 1)]
    [InlineData("f32le:44100:8", 32)]
    public void A_format_survives_a_round_trip(string text, int bytesPerFrame)
    {
        Assert.True(RawPcmFormat.TryParse(text, out RawPcmFormat? format, out string? problem), problem);

        Assert.Equal(text.ToLowerInvariant(), format.ToString());
        Assert.Equal(bytesPerFrame, format.BytesPerFrame);
        Assert.True(format.Format.IsValid);
    }

    [Theory]
    [InlineData("", "ENCODING:RATE:CHANNELS")]
    [InlineData("s16le", "ENCODING:RATE:CHANNELS")]
    [InlineData("s16le:48000:2:1", "ENCODING:RATE:CHANNELS")]
    [InlineData("s16:48000:2", "s16le")]
    [InlineData("s16le:1999:2", "2000")]
    [InlineData("s16le:384001:2", "384000")]
    [InlineData("s16le:+48000:2", "sample rate")]
    [InlineData("s16le:99999999999:2", "sample rate")]
    [InlineData("s16le:48000:0", "channels")]
    [InlineData("s16le:48000:9", "channels")]
    [InlineData("s16le:48000:-1", "channels")]
    [InlineData("s16le:48000: 2", "channels")]
    public void An_invalid_format_is_refused_with_what_would_be_valid(string text, string part)
    {
        Assert.False(RawPcmFormat.TryParse(text, out RawPcmFormat? format, out string? problem));

        Assert.Null(format);
        Assert.Contains(part, problem, StringComparison.Ordinal);
    }
}
