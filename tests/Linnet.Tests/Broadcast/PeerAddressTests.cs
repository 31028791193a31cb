using System.Net;
using Linnet.Broadcast;

namespace Linnet.Tests.Broadcast;

public class PeerAddressTests
{
    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("2001:db8::1:2:3:4")]
    public void An_address_is_the_same_from_an_IPAddress_and_from_a_socket_address(string text)
    {
        IPAddress address = IPAddress.Parse(text);

        Assert.Equal(PeerAddress.Of(address), PeerAddress.Of(new IPEndPoint(address, 1234).Serialize()));
        Assert.Equal(PeerAddress.Of(address), PeerAddress.Of(new IPEndPoint(address.MapToIPv6(), 1234).Serialize()));
        Assert.Equal(PeerAddress.Of(address), PeerAddress.Of(address.MapToIPv6()));
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("::1", "0.0.0.1", false)]
    public void An_ipv6_network_counts_as_one(string one, string other, bool same) =>
        Assert.Equal(same, PeerAddress.Of(IPAddress.Parse(one)).Network == PeerAddress.Of(IPAddress.Parse(other)).Network);
}
