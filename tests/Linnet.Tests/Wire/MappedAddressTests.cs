using System.Net;
using Linnet.Wire;

namespace Linnet.Tests.Wire;

public class MappedAddressTests
{
    [Theory]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    [InlineData("::192.0.2.1", "::192.0.2.1")]
    public void A_mapped_address_becomes_IPv4_and_others_stay(string given, string expected)
    {
        Assert.Equal(IPAddress.Parse(expected), IPAddress.Parse(given).Unmapped());
        Assert.Equal(new IPEndPoint(IPAddress.Parse(expected), 80), new IPEndPoint(IPAddress.Parse(given), 80).Unmapped());
    }
}
