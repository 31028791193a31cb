using System.Text;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtsp;

namespace Linnet.Tests.Transports.Rtsp;

public sealed class RtspDescriptionTests
{
    private const string Sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=News at nine\r\na=range:npt=now-\r\na=control:*\r\nt=0 0\r\n"
        + "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:trackID=0\r\n"
        + "m=audio 0 RTP/AVP 98 97\r\na=rtpmap:98 MPEG4-GENERIC/48000/2\r\na=rtpmap:97 L24/48000/2\r\na=control:trackID=1\r\n";

    private static readonly RtspRequest Request = new(RtspMethod.Describe, "rtsp://camera:554/live");

    [Fact]
    public void The_first_format_that_can_be_decoded_is_chosen()
    {
        RtspDescription description = Read(Encoding.UTF8.GetBytes(Sdp));

        Assert.Equal(("L24", 48_000, 2), (description.Payload.EncodingName, description.Payload.ClockRate, description.Payload.Channels));
        Assert.Equal(97, description.PayloadType);
        Assert.Equal("rtsp://camera:554/live/trackID=1", description.TrackUri);
        Assert.Equal("rtsp://camera:554/live", description.SessionUri);
        Assert.Equal("News at nine", description.Title);
        Assert.True(description.StartsNow);
    }

    [Theory]
    [InlineData("a=sendonly", "a=recvonly", "", "b c a")]
    [InlineData("a=sendonly", "", "", "b c a")]
    [InlineData("a=recvonly", "a=recvonly", "", "a b c")]
    [InlineData("a=inactive", "a=sendonly", "a=inactive", "b")]
    [InlineData("a=sendrecv", "a=sendonly", "a=recvonly", "c a b")]
    [InlineData("", "", "", "a b c")]
    public void Sections_sent_to_us_come_first_and_inactive_ones_are_ignored(string a, string b, string c, string order)
    {
        string sdp = "v=0\n"
            + string.Concat("abc".Zip([a, b, c]).Select(s => $"m=audio 0 RTP/AVP 96 0 8\na=control:{s.First}\n{s.Second}\n"));
        string[] wanted = order.Split(' ');
        var sections = new AudioSections();
        foreach (string track in wanted)
        {
            RtspDescription description = RtspDescription.Read(
                "camera:554", Request, new RtspResponse(RtspStatus.Ok) { Body = Encoding.UTF8.GetBytes(sdp) }, sections);
            Assert.Equal($"rtsp://camera:554/live/{track}", description.TrackUri);
            Assert.Equal(wanted.Length, description.Sections);
            sections.OnSilence();
        }
    }

    [Fact]
    public void A_section_may_inherit_its_direction_from_the_session()
    {
        Assert.Equal("rtsp://camera:554/live/b",
            Read("v=0\na=sendonly\nm=audio 0 RTP/AVP 0\na=control:a\nm=audio 0 RTP/AVP 0\na=control:b\na=recvonly\n"u8.ToArray()).TrackUri);
        RtspException e = Assert.Throws<RtspException>(() => Read("v=0\na=inactive\nm=audio 0 RTP/AVP 0\na=control:a\n"u8.ToArray()));
        Assert.Contains("does not send it now (a=inactive)", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("m=audio 0 RTP/AVP 0 8\na=inactive\n", false)]
    [InlineData("m=audio 0 RTP/AVP 0\na=inactive\nm=audio 0 RTP/AVP 96\na=rtpmap:96 MPEG4-GENERIC/48000/2\na=inactive\n", false)]
    [InlineData("a=inactive\nm=audio 0 RTP/AVP 0\nm=audio 0 RTP/AVP 8\n", false)]
    [InlineData("m=audio 0 RTP/AVP 0\na=inactive\nm=audio 0 RTP/AVP 96\na=rtpmap:96 MPEG4-GENERIC/48000/2\n", true)]
    [InlineData("m=audio 0 RTP/AVP 96\na=rtpmap:96 MPEG4-GENERIC/48000/2\n", true)]
    [InlineData("m=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\na=inactive\n", true)]
    [InlineData("", true)]
    public void An_inactive_section_may_be_sent_later_and_an_undecodable_one_never(string media, bool isFinal)
    {
        RtspException e = Assert.Throws<RtspException>(() => Read(Encoding.UTF8.GetBytes($"v=0\n{media}")));

        Assert.Equal(isFinal, e.IsFinal);
    }

    [Theory]
    [InlineData("s=-")]
    [InlineData("s=No Name")]
    [InlineData("s=Session streamed with GStreamer")]
    public void A_placeholder_name_is_not_a_title(string name) =>
        Assert.Null(Read(Encoding.UTF8.GetBytes(Sdp.Replace("s=News at nine", name, StringComparison.Ordinal))).Title);

    [Fact]
    public void Any_description_is_read_or_refused_with_an_explanation()
    {
        var random = new Random(33);
        byte[] whole = Encoding.UTF8.GetBytes(Sdp);
        int refused = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] damaged = [.. whole];
            for (int flips = random.Next(1, 12); flips > 0; flips--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            try
            {
                RtspDescription description = Read(damaged.AsMemory(0, i % 3 == 0 ? random.Next(damaged.Length) : damaged.Length));

                // Must be fit for requests and for display.
                _ = new RtspRequest(RtspMethod.Setup, description.TrackUri);
                _ = new RtspRequest(RtspMethod.Play, description.SessionUri);
                Assert.DoesNotContain(description.Title ?? "", char.IsControl);
            }
            catch (RtspException e)
            {
                Assert.DoesNotContain(e.Message, char.IsControl);
                refused++;
            }
        }

        Assert.InRange(refused, 1000, 19_000);
    }

    private static RtspDescription Read(ReadOnlyMemory<byte> sdp) =>
        RtspDescription.Read("camera:554", Request, new RtspResponse(RtspStatus.Ok) { Body = sdp });
}
