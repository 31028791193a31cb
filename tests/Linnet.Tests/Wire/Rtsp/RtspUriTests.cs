using Linnet.Wire.Rtsp;

namespace Linnet.Tests.Wire.Rtsp;

public class RtspUriTests
{
    [Theory]
    [InlineData("rtsp://host", "host", 554, "")]
    [InlineData("rtsp://host:8554/", "host", 8554, "")]
    [InlineData("RTSP://Host-1.example_x:8554/jazz/opus-5ms/track1", "Host-1.example_x", 8554, "jazz opus-5ms track1")]
    [InlineData("rtsp://[::1]:8554/jazz", "::1", 8554, "jazz")]
    [InlineData("rtsp://[fe80::1%25eth0]/jazz", "fe80::1%eth0", 554, "jazz")]
    [InlineData("rtsp://[fe80::1%eth0]:8554/jazz", "fe80::1%eth0", 8554, "jazz")]
    [InlineData("rtsp://[fe80::1%25no-such-interface]/jazz", "fe80::1%no-such-interface", 554, "jazz")]
    [InlineData("rtsp://192.168.1.64/Streaming/Channels/101/trackID=2", "192.168.1.64", 554, "Streaming Channels 101 trackID=2")]
    [InlineData("rtsp://host:/a//b/", "host", 554, "a b")]
    [InlineData("rtsp://host/caf%C3%A9/%61", "host", 554, "caf\u00e9 a")]
    public void An_address_is_taken_apart(string text, string host, int port, string segments)
    {
        Assert.True(RtspUri.TryParse(text, out RtspUri? uri));
        Assert.Equal(host, uri.Host);
        Assert.Equal(port, uri.Port);
        Assert.Equal(segments, string.Join(' ', uri.Segments));
    }

    [Theory]
    [InlineData("rtsp://host", "rtsp://host")]
    [InlineData("RTSP://user:pa%40ss@host:8554/a%20b//?x=1&y=2", "rtsp://host:8554/a%20b//?x=1&y=2")]
    [InlineData("rtsp://a@b@[::1]/x", "rtsp://[::1]/x")]
    [InlineData("rtsp://[fe80::1%25eth0]:8554/x", "rtsp://[fe80::1]:8554/x")]
    [InlineData("rtsp://[fe80::1%3]/x", "rtsp://[fe80::1]/x")]
    [InlineData("rtsp://host?x=1", "rtsp://host?x=1")]
    [InlineData("rtsp://cam/cam/realmonitor?channel=1&subtype=0", "rtsp://cam/cam/realmonitor?channel=1&subtype=0")]
    public void It_is_written_as_it_was_read_without_the_user(string text, string expected)
    {
        Assert.True(RtspUri.TryParse(text, out RtspUri? uri));
        Assert.Equal(expected, uri.ToString());
    }

    [Theory]
    [InlineData("rtsp://[fe80::1%25eth0]:8554/x", "fe80::1%eth0")]
    [InlineData("rtsp://[fe80::1%eth0]:8554/x", "fe80::1%eth0")]
    [InlineData("rtsp://[fe80::1%2525]/x", "fe80::1%25")]
    [InlineData("rtsp://[fe80::1%25]/x", "fe80::1%25")]
    [InlineData("rtsp://[fe80::1%3]/x", "fe80::1%3")]
    [InlineData("rtsp://a%40b:c@[fe80::1%25eth0]/x", "fe80::1%eth0")]
    [InlineData("rtsp://[::1]/x", "::1")]
    [InlineData("rtsp://host:8554/x%20y", "host")]
    public void A_given_address_is_connected_to_with_its_zone(string text, string host)
    {
        Assert.True(RtspUri.TryParse(new Uri(text), out RtspUri? uri));

        Assert.Equal(host, uri.Host);
        Assert.DoesNotContain("eth0", uri.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rtsps://host/jazz", 322, "rtsps://host/jazz")]
    [InlineData("RTSPS://host:8322/jazz/pcm?x=1", 8322, "rtsps://host:8322/jazz/pcm?x=1")]
    [InlineData("rtsps://user:word@host:322/", 322, "rtsps://host:322/")]
    public void An_address_with_TLS_keeps_its_scheme_and_has_another_default_port(string text, int port, string written)
    {
        Assert.True(RtspUri.TryParse(text, out RtspUri? uri));

        Assert.True(uri.IsTls);
        Assert.Equal(port, uri.Port);
        Assert.Equal(written, uri.ToString());
        Assert.Equal("rtsps://host:554", uri.WithPort(554).ToString()[..16]);
        Assert.Equal("rtsps://host/", uri.WithPort(322).ToString()[..13]);
        Assert.True(RtspUri.TryParse("rtsp://host/jazz", out RtspUri? plain));
        Assert.False(plain.IsTls);
    }

    [Theory]
    [InlineData(null, "nothing")]
    [InlineData("", "empty")]
    [InlineData("*", "the server as a whole is no address")]
    [InlineData("/jazz", "no scheme")]
    [InlineData("http://host/jazz", "another scheme")]
    [InlineData("rtspu://host/jazz", "RTSP over UDP")]
    [InlineData("rtspss://host/jazz", "an unknown scheme")]
    [InlineData("rtsp:/host/jazz", "one slash")]
    [InlineData("rtsp://", "no host")]
    [InlineData("rtsp:///jazz", "no host")]
    [InlineData("rtsp://user@/jazz", "no host behind the user")]
    [InlineData("rtsp://:8554/jazz", "no host before the port")]
    [InlineData("rtsp://host:0/", "port 0")]
    [InlineData("rtsp://host:65536/", "a port beyond 16 bits")]
    [InlineData("rtsp://host:+1/", "a signed port")]
    [InlineData("rtsp://host:1:2/", "two ports")]
    [InlineData("rtsp://ho st/", "a space")]
    [InlineData("rtsp://host/a\r\nX: y", "a line break")]
    [InlineData("rtsp://h\u00f6st/", "beyond ASCII")]
    [InlineData("rtsp://host/a#b", "a fragment")]
    [InlineData("rtsp://ho%73t/", "a percent sign in the host")]
    [InlineData("rtsp://[::1", "no closing bracket")]
    [InlineData("rtsp://[::1]x/", "something behind the bracket")]
    [InlineData("rtsp://[127.0.0.1]/", "IPv4 in brackets")]
    [InlineData("rtsp://[]/", "nothing in brackets")]
    [InlineData("rtsp://[::g]/", "not an address")]
    [InlineData("rtsp://::1/jazz", "IPv6 without brackets")]
    [InlineData("rtsp://host/%", "half an escape")]
    [InlineData("rtsp://host/%4", "half an escape")]
    [InlineData("rtsp://host/%zz", "no hexadecimal escape")]
    [InlineData("rtsp://host/%FF", "not UTF-8")]
    [InlineData("rtsp://host/%C0%AF", "an overlong slash")]
    [InlineData("rtsp://host/a%2Fb", "an escaped slash")]
    [InlineData("rtsp://host/a%00", "an escaped zero")]
    [InlineData("rtsp://host/a%0d%0a", "an escaped line break")]
    [InlineData("rtsp://host/../etc", "a way up")]
    [InlineData("rtsp://host/%2e%2E/etc", "an escaped way up")]
    [InlineData("rtsp://host/./a", "a dot")]
    [InlineData("rtsp://host/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17", "too deep")]
    public void Text_that_is_not_an_address_is_refused(string? text, string why) => Assert.False(RtspUri.TryParse(text, out _), why);

    [Theory]
    [InlineData("rtsp://host/live", 554, "rtsp://host/live")]
    [InlineData("rtsp://host:8554/live", 554, "rtsp://host/live")]
    [InlineData("rtsp://ann:pw@[fe80::1%25eth0]/live?x=1", 8554, "rtsp://[fe80::1]:8554/live?x=1")]
    public void A_port_that_was_found_is_known_from_then_on(string text, int port, string written)
    {
        Assert.True(RtspUri.TryParse(text, out RtspUri? given));

        RtspUri found = given.WithPort(port);

        Assert.Equal((true, port, written), (found.HasPort, found.Port, found.ToString()));
        Assert.Equal((given.Host, given.Credentials), (found.Host, found.Credentials));
    }

    [Fact]
    public void An_address_too_long_is_refused()
    {
        string longest = "rtsp://h/".PadRight(RtspUri.MaxLength, 'x');

        Assert.True(RtspUri.TryParse(longest, out _));
        Assert.False(RtspUri.TryParse(longest + "x", out _));
        Assert.False(RtspUri.TryParse($"rtsp://{new string('h', 256)}/", out _));
    }
}
