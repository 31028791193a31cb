using Linnet.Wire.Sdp;

namespace Linnet.Tests.Wire.Sdp;

public class SessionDescriptionTests
{
    [Fact]
    public void A_station_is_described_and_read_back()
    {
        var station = new SessionDescription
        {
            Origin = new SdpOrigin("-", "1", "1", "127.0.0.1"),
            Name = "Jazz & more",
            Connection = new SdpConnection("0.0.0.0"),
            Attributes = [new AttributeLine("tool", "Linnet"), new AttributeLine("control", "rtsp://h:8554/jazz")],
            Media =
            [
                MediaDescription.Audio(
                    new RtpMap(96, "opus", 48_000, 2, "stereo=1;sprop-stereo=1"), "rtsp://h:8554/jazz/track", TimeSpan.FromMilliseconds(20)),
            ],
        };

        Assert.Equal(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=Jazz & more\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\na=tool:Linnet\r\na=control:rtsp://h:8554/jazz\r\n"
            + "m=audio 0 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 stereo=1;sprop-stereo=1\r\na=ptime:20\r\n"
            + "a=control:rtsp://h:8554/jazz/track\r\n",
            station.ToString());
        Assert.True(SessionDescription.TryParse(station.ToArray(), out SessionDescription? read));
        Assert.Equal(station.ToString(), read.ToString());

        AudioOffer offer = Assert.Single(read.AudioOffers("rtsp://elsewhere/"));
        Assert.Equal(new RtpMap(96, "opus", 48_000, 2, "stereo=1;sprop-stereo=1"), offer.Format);
        Assert.Equal("rtsp://h:8554/jazz/track", offer.ControlUri);
        Assert.Equal(TimeSpan.FromMilliseconds(20), offer.Media.PacketTime);
        Assert.Equal("rtsp://h:8554/jazz", read.AggregateUri("rtsp://elsewhere/"));
    }
}
