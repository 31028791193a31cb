using Linnet.Cli;

namespace Linnet.Server.Tests.Cli;

public class ServerAddressTests
{
    [Theory]
    [InlineData(null, "rtsp://localhost/")]
    [InlineData("", "rtsp://localhost/")]
    [InlineData("studio", "rtsp://studio/")]
    [InlineData("studio/", "rtsp://studio/")]
    [InlineData("studio/jazz", "rtsp://studio/jazz")]
    [InlineData("studio/jazz/pcm", "rtsp://studio/jazz/pcm")]
    [InlineData("studio:9000", "rtsp://studio:9000/")]
    [InlineData("studio:9000/jazz", "rtsp://studio:9000/jazz")]
    [InlineData("192.168.1.5/jazz", "rtsp://192.168.1.5/jazz")]
    [InlineData("::1", "rtsp://[::1]/")]
    [InlineData("fe80::1/jazz", "rtsp://[fe80::1]/jazz")]
    [InlineData("[::1]:9000/jazz", "rtsp://[::1]:9000/jazz")]
    [InlineData("studio:554", "rtsp://studio:554/")]
    [InlineData("studio:8000", "rtsp://studio:8000/")]
    [InlineData("rtsp://studio:9000/jazz", "rtsp://studio:9000/jazz")]
    [InlineData("rtsp://studio/jazz", "rtsp://studio/jazz")]
    [InlineData("rtsp://ann:s3cret@studio/jazz", "rtsp://ann:s3cret@studio/jazz")]
    [InlineData("http://studio:8000/", "http://studio:8000/")]
    [InlineData("https://studio/jazz", "https://studio/jazz")]
    public void A_short_address_means_an_rtsp_address(string? text, string means) =>
        Assert.Equal(means, ServerAddress.Parse(text).AbsoluteUri);

    [Theory]
    [InlineData("fe80::1%eth0", "rtsp://[fe80::1%eth0]/")]
    [InlineData("[fe80::1%25eth0]/jazz", "rtsp://[fe80::1%25eth0]/jazz")]
    [InlineData("[fe80::1%eth0]:9000/jazz", "rtsp://[fe80::1%eth0]:9000/jazz")]
    [InlineData("rtsp://[fe80::1%25eth0]:8554/jazz", "rtsp://[fe80::1%25eth0]:8554/jazz")]
    public void The_zone_of_a_link_local_address_is_kept(string text, string means) =>
        Assert.Equal(means, ServerAddress.Parse(text).OriginalString);

    [Theory]
    [InlineData("ftp://studio/jazz")]
    [InlineData("http://")]
    [InlineData("rtsp://")]
    [InlineData("rtsp:///jazz")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/jazz")]
    [InlineData("a b")]
    [InlineData("studio:port/jazz")]
    [InlineData("user@studio/jazz")]
    public void Anything_else_is_refused(string text) =>
        Assert.Throws<UsageException>(() => ServerAddress.Parse(text));

    [Theory]
    [InlineData("ann:s3cret@studio/jazz", "'ann:***@studio/jazz'")]
    [InlineData("ftp://ann:s3cret@studio/jazz", "'ftp://ann:***@studio/jazz'")]
    [InlineData("rtsp://ann:s3/cret@studio/jazz", "'rtsp://ann:***@studio/jazz'")]
    public void A_refusal_shows_no_password(string text, string shown) =>
        Assert.Contains(shown, Assert.Throws<UsageException>(() => ServerAddress.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_file_name_is_not_mistaken_for_a_host()
    {
        string file = Path.GetTempFileName();

        UsageException refusal = Assert.Throws<UsageException>(() => ServerAddress.Parse(file));

        File.Delete(file);
        Assert.Contains("linnet serve", refusal.Message, StringComparison.Ordinal);
    }
}
