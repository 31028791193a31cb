using System.Text;
using CsCheck;
using Linnet.Wire.Sdp;

namespace Linnet.Tests.Wire.Sdp;

public class SessionDescriptionTests
{
    private static readonly Gen<string> Word = Gen.String[Gen.Char["abcXYZ019-_./="], 1, 10];

    private static readonly Gen<string> Text = Gen.String[Gen.Char["abc XYZ:=/\u00e9\u4e16"], 1, 30]
        .Select(text => text.Trim())
        .Where(text => text.Length > 0);

    private static readonly Gen<AttributeLine> Attribute =
        Gen.OneOf(Gen.Select(Word, Text, (name, value) => new AttributeLine(name, value)), Word.Select(name => new AttributeLine(name)));

    private static readonly Gen<SdpConnection> Connection =
        Gen.OneOf(Gen.Const(new SdpConnection("239.0.0.1", "IP4", 32)), Gen.Const(new SdpConnection("::1", "IP6")));

    private static readonly Gen<MediaDescription> Media = Gen.Select(
        Word, Gen.Int[0, 65_535], Word, Word.Array[0, 4], Connection, Attribute.Array[0, 6],
        (type, port, protocol, formats, connection, attributes) => new MediaDescription
        {
            Type = type,
            Port = port,
            Protocol = protocol,
            Formats = formats,
            Connection = connection,
            Attributes = attributes,
        });

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
                    new RtpMap(96, "opus", 48_000, 2, "stereo=1;sprop-stereo=1"), "rtsp://h:8554/jazz/track",
                    TimeSpan.FromMilliseconds(20)),
            ],
        };

        Assert.Equal(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=Jazz & more\r\nc=IN IP4 0.0.0.0\r\nt=0 "
                + "0\r\na=tool:Linnet\r\na=control:rtsp://h:8554/jazz\r\n"
            + "m=audio 0 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 stereo=1;sprop-stereo=1\r\na=ptime:20\r\n"
            + "a=control:rtsp://h:8554/jazz/track\r\n",
            station.ToString());
        Assert.True(SessionDescription.TryParse(station.ToArray(), out SessionDescription? read));
        Assert.Equal(station.ToString(), read.ToString());

        AudioOffer offer = Assert.Single(read.AudioOffers("rtsp://elsewhere/"));
        Assert.Equal(new RtpMap(96, "opus", 48_000, 2, "stereo=1;sprop-stereo=1"), offer.Format);
        Assert.Equal("rtsp://h:8554/jazz/track", offer.ControlUri);
        Assert.Equal("20", offer.Media.Value("ptime"));
        Assert.Equal("rtsp://h:8554/jazz", read.AggregateUri("rtsp://elsewhere/"));
    }

    [Fact]
    public void A_packet_time_may_be_a_fraction_and_mono_is_the_default()
    {
        var media = MediaDescription.Audio(
            new RtpMap(97, "L16", 44_100, 1), control: null, TimeSpan.FromSeconds(220.0 / 44_100), port: 5004);

        Assert.Equal("m=audio 5004 RTP/AVP 97\r\na=rtpmap:97 L16/44100\r\na=ptime:4.989\r\n", Lines(media));
    }

    [Fact]
    public void A_written_description_is_read_back() => Gen
        .Select(Text, Text, Connection, Attribute.Array[0, 6], Media.Array[0, 5])
        .Sample((name, information, connection, attributes, media) =>
        {
            var description = new SessionDescription
            {
                Origin = new SdpOrigin("-", "1", "2", "host"),
                Name = name,
                Information = information,
                Connection = connection,
                Attributes = attributes,
                Media = media,
            };

            Assert.True(SessionDescription.TryParse(description.ToArray(), out SessionDescription? read));
            Assert.Equal(description.ToString(), read.ToString());
            Assert.Equal(attributes, read.Attributes);
            Assert.Equal(media.Length, read.Media.Count);
        });

    [Fact]
    public void A_value_cannot_break_its_line()
    {
        const string Break = "x\r\na=injected";

        Assert.Throws<ArgumentException>(() => new SessionDescription { Name = Break });
        Assert.Throws<ArgumentException>(() => new SessionDescription { Information = Break });
        Assert.Throws<ArgumentException>(() => new AttributeLine("a", Break));
        Assert.Throws<ArgumentException>(() => new AttributeLine(Break));
        Assert.Throws<ArgumentException>(() => new AttributeLine("a:b"));
        Assert.Throws<ArgumentException>(() => new AttributeLine(""));
        Assert.Throws<ArgumentException>(() => new MediaDescription { Type = "audio video" });
        Assert.Throws<ArgumentException>(() => new MediaDescription { Type = "audio", Protocol = Break });
        Assert.Throws<ArgumentException>(() => new MediaDescription { Type = "audio", Formats = ["0", Break] });
        Assert.Throws<ArgumentOutOfRangeException>(() => new MediaDescription { Type = "audio", Port = 65_536 });
        Assert.Throws<ArgumentException>(() => new SdpOrigin(Break, "1", "1", "h").ToString());
        Assert.Throws<ArgumentException>(() => new SdpConnection(Break).ToString());
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("\r\n\r\n", "only line ends")]
    [InlineData("o=- 0 0 IN IP4 h\r\n", "no version")]
    [InlineData("v=1\r\ns=-\r\n", "version 1")]
    [InlineData("<html>", "not SDP at all")]
    [InlineData("v=0\r\nm=\r\n", "an empty media line")]
    [InlineData("v=0\r\nm=audio\r\n", "no port")]
    [InlineData("v=0\r\nm=audio 0\r\n", "no protocol")]
    [InlineData("v=0\r\nm=audio x RTP/AVP 0\r\n", "a port that is not a number")]
    [InlineData("v=0\r\nm=audio -1 RTP/AVP 0\r\n", "a negative port")]
    [InlineData("v=0\r\nm=audio 65536 RTP/AVP 0\r\n", "a port beyond 16 bits")]
    public void A_malformed_description_is_refused(string text, string why) =>
        Assert.False(SessionDescription.TryParse(Encoding.UTF8.GetBytes(text), out _), why);

    [Fact]
    public void A_description_beyond_the_limits_is_refused()
    {
        var limits = new SdpLimits { MaxLength = 200, MaxLine = 64, MaxMedia = 2, MaxAttributes = 3, MaxFormats = 2 };
        string media = "m=audio 0 RTP/AVP 0 8\n";

        Assert.True(Parses($"v=0\n{media}a=1\na=2\n{media}a=3\n"));
        Assert.False(Parses($"v=0\n{media}a=1\na=2\n{media}a=3\na=4\n"));
        Assert.False(Parses($"v=0\n{media}{media}{media}"));
        Assert.False(Parses("v=0\nm=audio 0 RTP/AVP 0 8 10\n"));
        Assert.True(Parses($"v=0\ns={new string('x', 62)}\n"));
        Assert.False(Parses($"v=0\ns={new string('x', 63)}\n"));
        Assert.True(Parses("v=0\n".PadRight(200, '\n')));
        Assert.False(Parses("v=0\n".PadRight(201, '\n')));
        Assert.Throws<ArgumentException>(() => SessionDescription.TryParse("v=0"u8, out _, new SdpLimits { MaxMedia = 0 }));
        Assert.Equal(5, new SdpLimits { MaxLength = 0, MaxLine = 0, MaxMedia = 0, MaxAttributes = 0, MaxFormats = 0 }.Problems().Count());

        bool Parses(string text) => SessionDescription.TryParse(Encoding.UTF8.GetBytes(text), out _, limits);
    }

    [Theory]
    [InlineData("v=0\ns=x\nm=audio 5004 RTP/AVP 0\n")]
    [InlineData("v=0\rs=x\rm=audio 5004 RTP/AVP 0\r")]
    [InlineData("\uFEFF\r\nv=0 \r\n\r\ns=x\r\nm=audio 5004 RTP/AVP 0")]
    [InlineData("v=0\r\nnonsense\r\n=\r\nx\r\ns=x\r\nq=unknown\r\na=\r\na=:x\r\na=a b\r\nc=\r\no=-\r\nm=audio\t5004/2  RTP/AVP 0 \r\n")]
    public void Sloppy_descriptions_of_other_programs_are_read(string text)
    {
        Assert.True(SessionDescription.TryParse(Encoding.UTF8.GetBytes(text), out SessionDescription? description));
        Assert.Equal(
            "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=x\r\nt=0 0\r\nm=audio 5004 RTP/AVP 0\r\n",
            description.ToString());
    }

    [Fact]
    public void A_description_that_was_read_is_read_the_same_after_writing_it()
    {
        string[] names =
        [
            "live555.sdp", "gstreamer-opus.sdp", "gstreamer-l16.sdp", "camera-absolute.sdp", "camera-relative.sdp", "aes67.sdp",
            "ffmpeg-push.sdp",
            "rfc2326-c3.sdp", "rfc8866.sdp",
        ];
        byte[][] samples = [.. names.Select(Vectors.Text)];
        var noise = new Noise(8866);
        int descriptions = 0;
        for (int i = 0; i < 100_000; i++)
        {
            byte[] bytes = noise.Mutation(samples);
            if (SessionDescription.TryParse(bytes, out SessionDescription? description))
            {
                descriptions++;
                foreach (AudioOffer offer in description.AudioOffers("rtsp://h/"))
                {
                    Assert.InRange(offer.Format.ClockRate, 1, int.MaxValue);
                    Assert.InRange(offer.Format.Channels, 1, 255);
                }

                // Writing is as expensive as reading, so only some descriptions are written.
                if (i % 8 == 0)
                {
                    string once = description.ToString();
                    Assert.True(SessionDescription.TryParse(Encoding.UTF8.GetBytes(once), out SessionDescription? again), once);
                    Assert.Equal(once, again.ToString());
                }
            }
        }

        Assert.InRange(descriptions, 40_000, 99_000);
    }

    private static string Lines(MediaDescription media)
    {
        string text = new SessionDescription { Media = [media] }.ToString();
        return text[text.IndexOf("m=", StringComparison.Ordinal)..];
    }
}
