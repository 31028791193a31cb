using Linnet.Cli;

namespace Linnet.Server.Tests.Cli;

public class ServerAddressTests
{
    [Theory]
    [InlineData(null, "rtsp://localhost:8554/")]
    [InlineData("", "rtsp://localhost:8554/")]
    [InlineData("studio", "rtsp://studio:8554/")]
    [InlineData("studio/", "rtsp://studio:8554/")]
    [InlineData("studio/jazz", "rtsp://studio:8554/jazz")]
    [InlineData("studio/jazz/pcm", "rtsp://studio:8554/jazz/pcm")]
    [InlineData("studio:9000", "rtsp://studio:9000/")]
    [InlineData("studio:9000/jazz", "rtsp://studio:9000/jazz")]
    [InlineData("192.168.1.5/jazz", "rtsp://192.168.1.5:8554/jazz")]
    [InlineData("::1", "rtsp://[::1]:8554/")]
    [InlineData("fe80::1/jazz", "rtsp://[fe80::1]:8554/jazz")]
    [InlineData("[::1]:9000/jazz", "rtsp://[::1]:9000/jazz")]
    [InlineData("rtsp://studio:9000/jazz", "rtsp://studio:9000/jazz")]
    public void What_people_write_means_an_rtsp_address(string? text, string means) =>
        Assert.Equal(means, ServerAddress.Parse(text).AbsoluteUri);

    [Theory]
    [InlineData("fe80::1%eth0", "rtsp://[fe80::1%eth0]:8554/")]
    [InlineData("[fe80::1%25eth0]/jazz", "rtsp://[fe80::1%25eth0]:8554/jazz")]
    [InlineData("[fe80::1%eth0]:9000/jazz", "rtsp://[fe80::1%eth0]:9000/jazz")]
    [InlineData("rtsp://[fe80::1%25eth0]:8554/jazz", "rtsp://[fe80::1%25eth0]:8554/jazz")]
    public void The_zone_of_a_link_local_address_is_kept(string text, string means) =>
        Assert.Equal(means, ServerAddress.Parse(text).OriginalString);

    [Fact]
    public void A_whole_address_keeps_the_port_of_its_protocol() =>
        Assert.True(ServerAddress.Parse("rtsp://studio/jazz").Port is -1 or 554);

    [Theory]
    [InlineData("http://studio/jazz")]
    [InlineData("rtsp://")]
    [InlineData("rtsp:///jazz")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/jazz")]
    [InlineData("a b")]
    [InlineData("studio:port/jazz")]
    [InlineData("user@studio/jazz")]
    public void Anything_else_is_refused(string text) =>
        Assert.Throws<UsageException>(() => ServerAddress.Parse(text));

    [Fact]
    public void A_file_is_not_taken_for_a_machine()
    {
        string file = Path.GetTempFileName();

        UsageException refusal = Assert.Throws<UsageException>(() => ServerAddress.Parse(file));

        File.Delete(file);
        Assert.Contains("linnet serve", refusal.Message, StringComparison.Ordinal);
    }
}
