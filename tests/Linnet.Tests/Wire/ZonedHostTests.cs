using Linnet.Wire;

namespace Linnet.Tests.Wire;

public sealed class ZonedHostTests
{
    [Theory]
    [InlineData("studio", "studio")]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("::1", "[::1]")]
    [InlineData("fe80::1%eth0", "[fe80::1%25eth0]")]
    public void A_host_written_into_an_address_is_read_back_unchanged(string host, string written)
    {
        Assert.Equal(written, ZonedHost.Written(host));
        Assert.Equal(host, ZonedHost.Of(new Uri($"http://{written}:8000/")));
    }
}
