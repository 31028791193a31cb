using Linnet.Wire.Messages;

namespace Linnet.Tests.Wire.Messages;

public class StatusLineTests
{
    [Theory]
    [InlineData("RTSP/1.0 200 OK", "RTSP/1.0", 200, "OK")]
    [InlineData("HTTP/1.1 404 Not Found", "HTTP/1.1", 404, "Not Found")]
    [InlineData("ICY 200", "ICY", 200, "")]
    [InlineData("ICY 999 ", "ICY", 999, "")]
    [InlineData("ICY 200  OK", "ICY", 200, " OK")]
    public void A_line_is_version_status_and_reason(string line, string version, int status, string reason) =>
        Check(line, version, status, reason);

    [Theory]
    [InlineData("", "")]
    [InlineData("HTTP/1.0", "HTTP/1.0")]
    [InlineData("HTTP/1.0 ", "HTTP/1.0")]
    [InlineData("HTTP/1.0 20", "HTTP/1.0")]
    [InlineData("HTTP/1.0 2000", "HTTP/1.0")]
    [InlineData("HTTP/1.0 099 OK", "HTTP/1.0")]
    [InlineData("HTTP/1.0 2x0 OK", "HTTP/1.0")]
    [InlineData("HTTP/1.0  200 OK", "HTTP/1.0")]
    [InlineData("HTTP/1.0 ٢٠٠ OK", "HTTP/1.0")]
    public void Without_three_digits_there_is_no_status(string line, string version) => Check(line, version, 0, "");

    private static void Check(string line, string version, int status, string reason)
    {
        var read = new StatusLine(line);

        Assert.Equal(version, read.Version.ToString());
        Assert.Equal(status, read.Status);
        Assert.Equal(reason, read.Reason.ToString());
    }
}
