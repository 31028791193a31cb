using System.Text;
using Linnet.Wire.Sdp;

namespace Linnet.Tests.Wire.Sdp;

public class AudioOfferTests
{
    [Theory]
    [InlineData("gstreamer-opus.sdp", "rtsp://h/opus/",
        "96 OPUS/48000/2 [sprop-stereo=0;sprop-maxcapturerate=48000] rtsp://h/opus/stream=0")]
    [InlineData("gstreamer-l16.sdp", "rtsp://h/l16", "96 L16/44100/2 [] rtsp://h/l16/stream=0")]
    [InlineData("live555.sdp", "rtsp://h/test.mp3/", "14 MPA/90000 [] rtsp://h/test.mp3/track1")]
    [InlineData("ffmpeg-push.sdp", "", "10 L16/44100/2 [] ")]
    [InlineData("aes67.sdp", "", "96 L24/48000/8 [] ")]
    [InlineData(
        "camera-absolute.sdp", "rtsp://192.168.1.64/", "8 PCMA/8000 [] rtsp://192.168.1.64:554/Streaming/Channels/101/trackID=2")]
    [InlineData(
        "camera-relative.sdp",
        "rtsp://cam/realmonitor?channel=1&subtype=0/",
        "0 PCMU/8000 [] rtsp://cam/realmonitor?channel=1&subtype=0/trackID=1")]
    [InlineData("rfc2326-c3.sdp", "rtsp://h/", "3 GSM/8000 [] rtsp://video.com/movie.vid")]
    public void Offers_of_real_servers_are_understood(string vector, string baseUri, string expected)
    {
        Assert.True(SessionDescription.TryParse(Vectors.Text(vector), out SessionDescription? description));

        AudioOffer offer = Assert.Single(description.AudioOffers(baseUri));
        Assert.Equal(expected, $"{offer.Format} [{offer.Format.Parameters}] {offer.ControlUri}");
    }

    [Fact]
    public void A_multicast_description_gives_its_address_and_packet_time()
    {
        Assert.True(SessionDescription.TryParse(Vectors.Text("aes67.sdp"), out SessionDescription? description));

        AudioOffer offer = Assert.Single(description.AudioOffers());
        Assert.Equal("Stage left I/O", description.Name);
        Assert.Equal(new SdpConnection("239.0.0.1", "IP4", 32), offer.Media.Connection ?? description.Connection);
        Assert.Equal(5004, offer.Media.Port);
        Assert.Equal("1", offer.Media.Value("ptime"));
        Assert.Equal("ptp=IEEE1588-2008:39-A7-94-FF-FE-07-CB-D0:0", offer.Media.Value("ts-refclk"));
        Assert.Equal("", offer.Media.Value("recvonly"));
        Assert.Null(offer.Media.Value("sendonly"));
    }

    [Fact]
    public void All_formats_of_a_section_are_offered_in_its_order() => Assert.Equal(
        ["98 L24/48000/6", "0 PCMU/8000", "97 L16/8000", "11 L16/44100"],
        Offers(
            "m=audio 0 RTP/AVP 98 0 96 97 11 12 200 x\n"
            + "a=rtpmap:97 L16/8000/1\na=rtpmap:98 L24/48000/6\na=rtpmap:96 broken\na=rtpmap:97 later/1\n"));

    [Theory]
    [InlineData("m=audio 0 RTP/AVP 0\na=rtpmap:0 L16/8000\n", "0 L16/8000")]
    [InlineData("m=audio 0 RTP/AVP 10\na=rtpmap:10 nonsense\n", "10 L16/44100/2")]
    [InlineData("m=audio 0 RTP/AVPF 96\na=rtpmap:96 opus/48000/2\n", "96 opus/48000/2")]
    [InlineData("m=audio 0 RTP/AVP 96\na=rtpmap: 96  L16 / 44100 / 2 \n", null)]
    [InlineData("m=audio 0 RTP/AVP 96\na=rtpmap:96 \t L16/44100/2 \n", "96 L16/44100/2")]
    [InlineData("m=audio 0 RTP/AVP 96\na=rtpmap:96 L16/0\n", null)]
    [InlineData("m=audio 0 RTP/AVP 96\na=rtpmap:96 L16/-8000\n", null)]
    [InlineData("m=audio 0 RTP/AVP 96\na=rtpmap:96 L16/99999999999\n", null)]
    [InlineData("m=audio 0 RTP/AVP 96\na=rtpmap:96 L16/8000/0\n", null)]
    [InlineData("m=audio 0 RTP/AVP 96\na=rtpmap:96 L16/8000/256\n", null)]
    [InlineData("m=audio 0 RTP/AVP 96\na=rtpmap:96\n", null)]
    [InlineData("m=audio 0 RTP/AVP 128\na=rtpmap:128 L16/8000\n", null)]
    [InlineData("m=audio 0 RTP/SAVP 0\n", null)]
    [InlineData("m=audio 0 udp 0\n", null)]
    [InlineData("m=video 0 RTP/AVP 0\n", null)]
    public void An_offer_needs_a_valid_format(string media, string? expected) =>
        Assert.Equal(expected is null ? [] : [expected], Offers(media));

    [Theory]
    [InlineData("rtsp://h/a", null, "rtsp://h/a")]
    [InlineData("rtsp://h/a", "", "rtsp://h/a")]
    [InlineData("rtsp://h/a", "*", "rtsp://h/a")]
    [InlineData("rtsp://h/a", "track1", "rtsp://h/a/track1")]
    [InlineData("rtsp://h/a/", "track1", "rtsp://h/a/track1")]
    [InlineData("rtsp://h/a", "/track1", "rtsp://h/track1")]
    [InlineData("rtsp://h:8554/live/", "/live/trackID=1", "rtsp://h:8554/live/trackID=1")]
    [InlineData("rtsp://h?x=/1", "/track1", "rtsp://h/track1")]
    [InlineData("rtsp://h", "/track1", "rtsp://h/track1")]
    [InlineData("rtsp://h/a", "/", "rtsp://h/")]
    [InlineData("rtsp://h/a", "//other:1/b", "rtsp://other:1/b")]
    [InlineData("", "/track1", "/track1")]
    [InlineData("rtsp://h/a?x=1", "trackID=1", "rtsp://h/a?x=1/trackID=1")]
    [InlineData("rtsp://h/a", "rtsp://other/b", "rtsp://other/b")]
    [InlineData("rtsp://h/a", "RTSPS://other/b", "RTSPS://other/b")]
    [InlineData("rtsp://h/a", "track:1", "rtsp://h/a/track:1")]
    [InlineData("rtsp://h/a", "x=://b", "rtsp://h/a/x=://b")]
    [InlineData("", "track1", "track1")]
    public void A_control_attribute_is_resolved(string baseUri, string? control, string expected) =>
        Assert.Equal(expected, SdpControl.Resolve(baseUri, control));

    [Fact]
    public void The_control_of_a_session_is_resolved_before_that_of_its_media()
    {
        Assert.True(SessionDescription.TryParse(
            "v=0\na=control:rtsp://real/station\nm=audio 0 RTP/AVP 0\na=control:track1\n"u8, out SessionDescription? description));

        Assert.Equal("rtsp://real/station", description.AggregateUri("rtsp://asked/"));
        Assert.Equal("rtsp://real/station/track1", Assert.Single(description.AudioOffers("rtsp://asked/")).ControlUri);
    }

    private static IEnumerable<string> Offers(string media)
    {
        Assert.True(SessionDescription.TryParse(Encoding.UTF8.GetBytes($"v=0\n{media}"), out SessionDescription? description));
        return description.AudioOffers().Select(offer => offer.Format.ToString());
    }
}
