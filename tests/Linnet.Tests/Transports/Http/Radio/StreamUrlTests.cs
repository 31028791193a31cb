using Linnet.Broadcast;
using Linnet.Broadcast.Streams;
using Linnet.Codecs;
using Linnet.Transports.Http.Radio;

namespace Linnet.Tests.Transports.Http.Radio;

public class StreamUrlTests
{
    [Theory]
    [InlineData("mp3", "/jazz.mp3")]
    [InlineData("mp3-64", "/jazz-64.mp3")]
    [InlineData("voice", "/jazz-voice.mp3")]
    public void A_path_has_the_station_what_is_special_about_the_rendition_and_the_extension(string rendition, string expected)
    {
        var info = new RenditionInfo("jazz", rendition, new PayloadFormat("mp3", 48_000, 2), 1152, 64_000, RtpStreamIdentity.Random())
        {
            StreamType = StreamType.Mp3,
        };

        Assert.Equal(expected, StreamUrl.PathOf("jazz", info));
        Assert.Equal($"https://radio.example:8443{expected}", StreamUrl.Of("https", "radio.example:8443", expected));
    }
}
