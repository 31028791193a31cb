using System.Net;
using System.Net.Sockets;
using Linnet.Transports;

namespace Linnet.Tests.Transports;

public class EndPointsTests
{
    [Theory]
    [InlineData("192.0.2.1", AddressFamily.InterNetworkV6, "::ffff:192.0.2.1")]
    [InlineData("192.0.2.1", AddressFamily.InterNetwork, "192.0.2.1")]
    [InlineData("2001:db8::1", AddressFamily.InterNetworkV6, "2001:db8::1")]
    public void An_IPv4_address_is_mapped_for_a_socket_of_IPv6(string given, AddressFamily family, string expected)
    {
        Assert.Equal(IPAddress.Parse(expected), IPAddress.Parse(given).MappedFor(family));
        Assert.Equal(new IPEndPoint(IPAddress.Parse(expected), 80), new IPEndPoint(IPAddress.Parse(given), 80).MappedFor(family));
    }
}
