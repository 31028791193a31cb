using System.Text;
using Linnet.Wire.Sdp;

namespace Linnet.Tests.Wire.Sdp;

public class RepairOfferTests
{
    private static readonly RtpMap Opus = new(96, "opus", 48_000, 2, "sprop-stereo=1");

    private static readonly RepairOffer Whole = new()
    {
        RtxPayloadType = 97,
        RedPayloadType = 98,
        RtxTime = TimeSpan.FromSeconds(10),
        ReducedSize = true,
    };

    [Fact]
    public void An_offer_is_written_line_for_line()
    {
        string sdp = Describe(Whole).ToString();

        Assert.EndsWith(
            "m=audio 0 RTP/AVPF 96 97 98\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 sprop-stereo=1\r\n"
            + "a=rtpmap:97 rtx/48000\r\na=fmtp:97 apt=96;rtx-time=10000\r\na=rtcp-fb:96 nack\r\n"
            + "a=rtpmap:98 red/48000/2\r\na=fmtp:98 96/96\r\na=rtcp-rsize\r\na=control:rtsp://h/s/audio\r\n",
            sdp,
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_client_gets_plain_rtp_and_one_payload_type() => Assert.EndsWith(
        "m=audio 0 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 sprop-stereo=1\r\na=control:rtsp://h/s/audio\r\n",
        Describe(null).ToString(),
        StringComparison.Ordinal);

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, true)]
    [InlineData(false, true, false)]
    [InlineData(false, false, false)]
    public void A_written_offer_is_read_back(bool rtx, bool red, bool reduced)
    {
        RepairOffer offer = Whole with
        {
            RtxPayloadType = rtx ? Whole.RtxPayloadType : null,
            RtxTime = rtx ? Whole.RtxTime : null,
            RedPayloadType = red ? Whole.RedPayloadType : null,
            ReducedSize = reduced,
        };

        Assert.Equal(offer, Read(Describe(offer).ToString()));
    }

    [Theory]
    [InlineData("m=audio 0 RTP/AVP 98 96\r\na=rtpmap:96 OPUS/48000/2\r\na=rtpmap:98 RED/48000/2\r\na=fmtp:98 96/96/96", null, 98)]
    [InlineData("m=audio 0 RTP/AVP 98 96\r\na=rtpmap:96 OPUS/48000/2\r\na=rtpmap:98 red/48000/2\r\na=fmtp:98 sprop-stereo=0", null, 98)]
    [InlineData("m=audio 0 RTP/AVP 98 96\r\na=rtpmap:96 OPUS/48000/2\r\na=rtpmap:98 red/48000/2\r\na=fmtp:98 0/0", null, null)]
    [InlineData("m=audio 0 RTP/AVP 98 96\r\na=rtpmap:96 OPUS/48000/2\r\na=rtpmap:98 red/8000", null, null)]
    [InlineData("m=audio 0 RTP/AVPF 96 99\r\na=rtpmap:96 OPUS/48000/2\r\na=rtpmap:99 rtx/48000\r\na=fmtp:99 apt=96\r\na=rtcp-fb:* nack", 99,
        null)]
    [InlineData("m=audio 0 RTP/AVPF 96 99\r\na=rtpmap:96 OPUS/48000/2\r\na=rtpmap:99 rtx/48000\r\na=fmtp:99 rtx-time=3000; "
        + "apt=96\r\na=rtcp-fb:96 nack", 99, null)]
    [InlineData("m=audio 0 RTP/AVPF 96 99\r\na=rtpmap:96 OPUS/48000/2\r\na=rtpmap:99 rtx/48000\r\na=fmtp:99 apt=96", null, null)]
    [InlineData("m=audio 0 RTP/AVPF 96 99\r\na=rtpmap:96 OPUS/48000/2\r\na=rtpmap:99 rtx/48000\r\na=fmtp:99 apt=96\r\na=rtcp-fb:96 nack "
        + "pli", null, null)]
    [InlineData("m=audio 0 RTP/AVPF 96 99\r\na=rtpmap:96 OPUS/48000/2\r\na=rtpmap:99 rtx/48000\r\na=fmtp:99 apt=95\r\na=rtcp-fb:96 nack",
        null, null)]
    [InlineData("m=audio 0 RTP/AVPF 96 99\r\na=rtpmap:96 OPUS/48000/2\r\na=rtpmap:99 rtx/48000\r\na=fmtp:99 apt=96x\r\na=rtcp-fb:96 nack",
        null, null)]
    [InlineData("m=audio 0 RTP/AVPF 96 99\r\na=rtpmap:96 OPUS/48000/2\r\na=rtpmap:99 rtx/48000\r\na=rtcp-fb:96 nack", null, null)]
    public void Offers_of_other_programs_are_understood_or_ignored(string media, int? rtx, int? red)
    {
        RepairOffer offer = Read($"v=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\nt=0 0\r\n{media}\r\n");

        Assert.Equal(((byte?)rtx, (byte?)red), (offer.RtxPayloadType, offer.RedPayloadType));
    }

    [Fact]
    public void Noise_never_throws()
    {
        var noise = new Noise(4588);
        byte[][] samples =
        [
            Describe(Whole).ToArray(),
            Encoding.UTF8.GetBytes(
                "v=0\nm=audio 0 RTP/AVP 98 96\na=rtpmap:96 OPUS/48000/2\na=rtpmap:98 RED/48000/2\na=fmtp:98 96/96\na=rtcp-fb:* nack\n"),
        ];
        int offers = 0;
        for (int i = 0; i < 100_000; i++)
        {
            if (SessionDescription.TryParse(noise.Mutation(samples), out SessionDescription? sdp))
            {
                foreach (AudioOffer offer in sdp.AudioOffers())
                {
                    RepairOffer repair = RepairOffer.Read(offer.Media, offer.Format);
                    Assert.NotEqual(offer.Format.PayloadType, repair.RtxPayloadType);
                    Assert.NotEqual(offer.Format.PayloadType, repair.RedPayloadType);
                    offers += repair == RepairOffer.None ? 0 : 1;
                }
            }
        }

        Assert.InRange(offers, 10_000, 300_000);
    }

    private static SessionDescription Describe(RepairOffer? repair) => new()
    {
        Media = [MediaDescription.Audio(Opus, "rtsp://h/s/audio", repair: repair)],
    };

    private static RepairOffer Read(string sdp)
    {
        Assert.True(SessionDescription.TryParse(Encoding.UTF8.GetBytes(sdp), out SessionDescription? description));
        AudioOffer offer = description.AudioOffers().First(static o => o.Format.EncodingName.ToUpperInvariant() is not ("RED" or "RTX"));
        return RepairOffer.Read(offer.Media, offer.Format);
    }
}
