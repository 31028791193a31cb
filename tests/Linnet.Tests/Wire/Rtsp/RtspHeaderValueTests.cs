using Linnet.Wire.Rtsp;

namespace Linnet.Tests.Wire.Rtsp;

public class RtspHeaderValueTests
{
    [Fact]
    public void A_list_of_transports_is_read_best_first()
    {
        Assert.True(TransportHeader.TryParse(
            "RTP/AVPF;unicast;client_port=1-2, rtp/avp/udp;multicast;ttl=16;port=5000-5001, RTP/AVP/TCP ; interleaved = 4-5 ;mode=\"play\"",
            out IReadOnlyList<TransportSpec>? specs));

        Assert.Equal(
            [
                new TransportSpec { Protocol = "RTP/AVPF", ClientPort = new(1, 2) },
                new TransportSpec { Protocol = "RTP/AVP", IsMulticast = true, TimeToLive = 16, Port = new(5000, 5001) },
                new TransportSpec { Protocol = "RTP/AVP/TCP", Interleaved = new(4, 5), Mode = "PLAY" },
            ],
            specs);
        Assert.Equal([false, true, true], specs.Select(spec => spec.IsSupported));
        Assert.Equal([false, false, true], specs.Select(spec => spec.IsTcp));
    }

    [Theory]
    [InlineData("RTP/SAVP;unicast;client_port=1-2")]
    [InlineData("rtp/savp/udp;unicast;client_port=1-2")]
    public void SRTP_over_UDP_is_told_from_plain_RTP(string text)
    {
        Assert.True(TransportHeader.TryParse(text, out IReadOnlyList<TransportSpec>? specs));
        Assert.Equal(("RTP/SAVP", true, true, false), (specs[0].Protocol, specs[0].IsSecure, specs[0].IsSupported, specs[0].IsTcp));
    }

    [Fact]
    public void A_servers_choice_is_read_whole()
    {
        Assert.True(TransportHeader.TryParse(
            "RTP/AVP;unicast;destination=192.168.1.20;source=192.168.1.10;client_port=46382-46383;server_port=6970-6971;"
            + "ssrc=D911A183;mode=\"PLAY\"",
            out IReadOnlyList<TransportSpec>? specs));

        TransportSpec spec = Assert.Single(specs);
        Assert.Equal("192.168.1.20", spec.Destination);
        Assert.Equal("192.168.1.10", spec.Source);
        Assert.Equal(new TransportPair(46_382, 46_383), spec.ClientPort);
        Assert.Equal(new TransportPair(6970, 6971), spec.ServerPort);
        Assert.Equal(0xD911_A183, spec.Ssrc);
        Assert.False(spec.IsRecord);
        Assert.True(spec.IsSupported);
    }

    [Fact]
    public void A_transport_is_written_to_the_letter()
    {
        Assert.Equal(
            "RTP/AVP;unicast;client_port=8000-8001;server_port=8556-8557;ssrc=0000ABCD",
            TransportHeader.Write(new TransportSpec
            {
                Protocol = TransportSpec.Udp,
                ClientPort = new(8000, 8001),
                ServerPort = new(8556, 8557),
                Ssrc = 0xABCD,
            }));
        Assert.Equal(
            "RTP/AVP/TCP;unicast;interleaved=0-1;mode=\"PLAY\",RTP/AVP;multicast",
            TransportHeader.Write(
                new TransportSpec { Protocol = TransportSpec.Tcp, Interleaved = new(0, 1), Mode = "PLAY" },
                new TransportSpec { Protocol = TransportSpec.Udp, IsMulticast = true }));
    }

    [Theory]
    [InlineData("client_port=5000", 5000, 5001)]
    [InlineData("client_port=5000-7000", 5000, 7000)]
    [InlineData("CLIENT_PORT=65534-65535", 65_534, 65_535)]
    public void A_pair_of_ports_is_read(string parameter, int rtp, int rtcp) =>
        Assert.Equal(new TransportPair(rtp, rtcp), Spec($"RTP/AVP;unicast;{parameter}").ClientPort);

    [Theory]
    [InlineData("client_port=", "empty")]
    [InlineData("client_port=0-1", "no such port")]
    [InlineData("client_port=65535", "no room for RTCP")]
    [InlineData("client_port=65536-65537", "beyond 16 bits")]
    [InlineData("client_port=5000-", "half a pair")]
    [InlineData("client_port=-5000", "negative")]
    [InlineData("client_port=5000-5001-5002", "three")]
    [InlineData("client_port=99999999999", "beyond 32 bits")]
    [InlineData("client_port=2147483647", "the greatest")]
    [InlineData("interleaved=255", "no room for RTCP")]
    [InlineData("interleaved=256-257", "beyond 8 bits")]
    [InlineData("ssrc=123456789", "nine digits")]
    [InlineData("ssrc=xyz", "not hexadecimal")]
    [InlineData("ttl=256", "beyond 8 bits")]
    [InlineData("destination=a b", "a space")]
    [InlineData("mode=", "empty")]
    [InlineData("unheard-of=1", "unknown")]
    public void A_malformed_parameter_counts_as_absent(string parameter, string why) =>
        Assert.True(new TransportSpec { Protocol = "RTP/AVP" } == Spec($"RTP/AVP;unicast;{parameter}"), why);

    [Theory]
    [InlineData(null, "nothing")]
    [InlineData("", "empty")]
    [InlineData(" , ", "only commas")]
    [InlineData("unicast;client_port=1-2", "no protocol")]
    [InlineData("RTP/AVP,unicast", "no protocol in the second")]
    [InlineData("R TP/AVP", "a space in the protocol")]
    [InlineData("a/1,a/2,a/3,a/4,a/5,a/6,a/7,a/8,a/9,a/10,a/11,a/12,a/13,a/14,a/15,a/16,a/17", "too many")]
    [InlineData("a/b;;;1;2;3;4;5;6;7;8;9;0;1;2;3;4;5;6;7;8;9;0;1;2;3;4;5;6;7;8;9;0;1;2;3;4", "too many parameters")]
    public void A_transport_that_makes_no_sense_is_refused(string? text, string why) =>
        Assert.False(TransportHeader.TryParse(text, out _), why);

    [Theory]
    [InlineData("url=rtsp://h/a/stream=0;seq=29031;rtptime=2460575343", "url=rtsp://h/a/stream=0;seq=29031;rtptime=2460575343")]
    [InlineData("url=trackID=1 ; seq=1 , URL=\"b\";RTPTIME=2;seq=3", "url=trackID=1;seq=1,url=b;seq=3;rtptime=2")]
    [InlineData("url=rtsp://h/a?x=1,2;seq=1,url=c", "url=rtsp://h/a?x=1,2;seq=1,url=c")]
    [InlineData("seq=1;rtptime=2", "url=;seq=1;rtptime=2")]
    [InlineData("url=a;seq=65536;rtptime=4294967296", "url=a")]
    [InlineData("url=a;seq=-1;rtptime=x;ssrc=5", "url=a")]
    [InlineData("", "")]
    [InlineData("nonsense,;;=,", "")]
    public void Rtp_info_is_read_as_far_as_it_makes_sense(string text, string expected) =>
        Assert.Equal(expected, RtpInfoHeader.Write(RtpInfoHeader.Parse(text)));

    [Fact]
    public void Rtp_info_is_not_read_without_end() => Assert.Equal(
        RtpInfoHeader.MaxStreams,
        RtpInfoHeader.Parse(string.Join(',', Enumerable.Repeat("url=a;seq=1", 1000))).Count);

    [Theory]
    [InlineData("K7C_G4i1cXZixQcl", "K7C_G4i1cXZixQcl", null)]
    [InlineData("pKeXacBWYe+LF3gG;timeout=65", "pKeXacBWYe+LF3gG", 65)]
    [InlineData(" 1 ; Timeout=5 ", "1", 5)]
    [InlineData("1;timeout=0", "1", null)]
    [InlineData("1;timeout=-5", "1", null)]
    [InlineData("1;timeout=999999999999", "1", 86_400)]
    public void A_session_is_read(string text, string id, int? seconds)
    {
        Assert.True(SessionHeader.TryParse(text, out SessionHeader? header));
        Assert.Equal(new SessionHeader(id, seconds is int s ? TimeSpan.FromSeconds(s) : null), header);
    }

    [Theory]
    [InlineData(null, "nothing")]
    [InlineData("", "empty")]
    [InlineData(";timeout=5", "no id")]
    [InlineData("a b", "a space")]
    [InlineData("caf\u00e9", "beyond ASCII")]
    public void A_session_without_an_id_is_refused(string? text, string why)
    {
        Assert.False(SessionHeader.TryParse(text, out _), why);
        Assert.False(SessionHeader.TryParse(new string('x', SessionHeader.MaxIdLength + 1), out _));
    }

    [Fact]
    public void A_session_is_written()
    {
        Assert.Equal("abc", new SessionHeader("abc").ToString());
        Assert.Equal("abc;timeout=60", new SessionHeader("abc", SessionHeader.DefaultTimeout).ToString());
    }

    [Theory]
    [InlineData("npt=now-", "npt=now-")]
    [InlineData("npt=0.000-", "npt=0.000-")]
    [InlineData("npt = 0 - 12.5 ;time=19970123T143720Z", "npt=0.000-12.500")]
    [InlineData("NPT=1:02:03.25-", "npt=3723.250-")]
    [InlineData("npt=-20", "npt=-20.000")]
    [InlineData("npt=5", "npt=5.000-")]
    public void A_range_is_read(string text, string expected)
    {
        Assert.True(RangeHeader.TryParse(text, out RangeHeader? range));
        Assert.Equal(expected, range.ToString());
    }

    [Theory]
    [InlineData(null, "nothing")]
    [InlineData("", "empty")]
    [InlineData("npt", "no times")]
    [InlineData("npt=", "empty times")]
    [InlineData("npt=-", "neither start nor end")]
    [InlineData("npt=x-", "no number")]
    [InlineData("npt=1:30-", "two parts")]
    [InlineData("npt=1:2:3:4-", "four parts")]
    [InlineData("npt=1e9-", "an exponent")]
    [InlineData("npt=99999999999999999999-", "longer than a year")]
    [InlineData("clock=19961108T143720.25Z-", "another unit")]
    [InlineData("smpte=10:12:33:20-", "another unit")]
    public void A_range_that_makes_no_sense_is_refused(string? text, string why) => Assert.False(RangeHeader.TryParse(text, out _), why);

    private static TransportSpec Spec(string text)
    {
        Assert.True(TransportHeader.TryParse(text, out IReadOnlyList<TransportSpec>? specs));
        return Assert.Single(specs);
    }
}
