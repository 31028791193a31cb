using Linnet.Wire;

namespace Linnet.Tests.Wire;

public class ShownAddressTests
{
    [Theory]
    [InlineData("rtsp://host/live", "rtsp://host/live")]
    [InlineData("rtsp://host:8554/live?a=b@c", "rtsp://host:8554/live?a=b@c")]
    [InlineData("rtsp://user@host/live", "rtsp://user@host/live")]
    [InlineData("rtsp://user:secret@host/live", "rtsp://user:***@host/live")]
    [InlineData("rtsp://user:secret@[fe80::1]:8554/live?x=1", "rtsp://user:***@[fe80::1]:8554/live?x=1")]
    [InlineData("rtsp://:secret@host", "rtsp://:***@host")]
    [InlineData("rtsp://user:@host/", "rtsp://user:***@host/")]
    [InlineData("rtsp://user:se:cr@et@host/", "rtsp://user:***@host/")]
    [InlineData("rtsp://user:se/cr?et#x@host/a", "rtsp://user:***@host/a")]
    [InlineData("user:secret@host/live", "user:***@host/live")]
    [InlineData("host:8000", "host:8000")]
    [InlineData("host:8000/a@b", "host:8000/a@b")]
    [InlineData("http://a:b@c/?u=rtsp://d:e@f", "http://a:***@c/?u=rtsp://d:e@f")]
    [InlineData("rtsp://admin:12345#@192.0.2.1/live", "rtsp://admin:***@192.0.2.1/live")]
    [InlineData("rtsp://admin:12345?@192.0.2.1/live", "rtsp://admin:***@192.0.2.1/live")]
    [InlineData("rtsp://admin:12345/@192.0.2.1/live", "rtsp://admin:***@192.0.2.1/live")]
    [InlineData("RTSPS://admin:12345/6?7@192.0.2.1:554", "RTSPS://admin:***@192.0.2.1:554")]
    [InlineData("rtsp://admin:12345/@camera/live", "rtsp://admin:***@camera/live")]
    [InlineData("rtsp://ad#min:secret@host/live", "rtsp://ad#min:***@host/live")]
    [InlineData("http://admin:12345#@host/", "http://admin:***@host/")]
    [InlineData("admin:12345#@192.0.2.1/live", "admin:***@192.0.2.1/live")]
    [InlineData("rtsp://cam.example:8554/a@b", "rtsp://cam.example:8554/a@b")]
    [InlineData("rtsp://localhost:8554/a@b", "rtsp://localhost:8554/a@b")]
    [InlineData("http://host:8000/a@b", "http://host:8000/a@b")]
    [InlineData("http://host/a#b@c", "http://host/a#b@c")]
    [InlineData("http://[::1]:8000/a@b", "http://[::1]:8000/a@b")]
    [InlineData("http://[::1]:8000?a@b", "http://[::1]:8000?a@b")]
    [InlineData("rtsp://[fe80::1%eth0]:8554/a@b", "rtsp://[fe80::1%eth0]:8554/a@b")]
    [InlineData("http://[::1]/a:b@c", "http://[::1]/a:b@c")]
    [InlineData("[user:secret@host/", "[user:***@host/")]
    [InlineData("rtsp://", "rtsp://")]
    [InlineData("", "")]
    [InlineData("@", "@")]
    [InlineData(":@", ":***@")]
    public void A_password_is_not_shown(string given, string shown)
    {
        Assert.Equal(shown, ShownAddress.Of(given));
        Assert.Equal(shown, ShownAddress.Of(shown));
    }

    [Theory]
    [InlineData("There is no command 'rtsp://u:p@h/x': try 'rtsp://v:q@h'.",
        "There is no command 'rtsp://u:***@h/x': try 'rtsp://v:***@h'.")]
    [InlineData("a://b:c@d e://f:g@h", "a://b:***@d e://f:***@h")]
    [InlineData("as in http://USER:PASSWORD@HOST/.", "as in http://USER:PASSWORD@HOST/.")]
    [InlineData("no address: a@b", "no address: a@b")]
    [InlineData("://", "://")]
    public void A_password_within_a_text_is_not_shown(string given, string shown) => Assert.Equal(shown, ShownAddress.InText(given));

    [Theory]
    [InlineData("rtsp://us%65r:p%40ss@host/live", "rtsp://user:***@host/live")]
    [InlineData("http://user:secret@host:8000/", "http://user:***@host:8000/")]
    public void A_parsed_address_is_shown_in_the_same_way(string given, string shown) =>
        Assert.Equal(shown, ShownAddress.Of(new Uri(given)).Replace("us%65r", "user", StringComparison.Ordinal));
}
