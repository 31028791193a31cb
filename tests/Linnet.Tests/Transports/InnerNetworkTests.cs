using System.Net;
using Linnet.Transports;

namespace Linnet.Tests.Transports;

public class InnerNetworkTests
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("0.255.255.255")]
    [InlineData("10.0.0.1")]
    [InlineData("100.64.0.1")]
    [InlineData("100.127.255.255")]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("169.254.169.254")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.0.0.1")]
    [InlineData("192.0.2.1")]
    [InlineData("192.88.99.1")]
    [InlineData("192.168.0.1")]
    [InlineData("198.18.0.1")]
    [InlineData("198.19.255.255")]
    [InlineData("198.51.100.1")]
    [InlineData("203.0.113.1")]
    [InlineData("224.0.0.1")]
    [InlineData("239.255.255.250")]
    [InlineData("240.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::127.0.0.1")]
    [InlineData("::8.8.8.8")]
    [InlineData("::ffff:10.1.2.3")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:0:127.0.0.1")]
    [InlineData("64:ff9b::127.0.0.1")]
    [InlineData("64:ff9b::10.0.0.1")]
    [InlineData("64:ff9b::169.254.169.254")]
    [InlineData("100::1")]
    [InlineData("2001:2::1")]
    [InlineData("2001:10::1")]
    [InlineData("2001:20::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2002:7f00:1::1")]
    [InlineData("2002:a00:1::1")]
    [InlineData("2002:c0a8:1::1")]
    [InlineData("2606:2800::5efe:10.0.0.1")]
    [InlineData("2606:2800::200:5efe:127.0.0.1")]
    [InlineData("3fff::1")]
    [InlineData("5f00::1")]
    [InlineData("fc00::1")]
    [InlineData("fdff::1")]
    [InlineData("fe80::1")]
    [InlineData("fe80::1%3")]
    [InlineData("febf::1")]
    [InlineData("fec0::1")]
    [InlineData("feff::1")]
    [InlineData("ff02::1")]
    public void Addresses_that_only_we_can_reach_are_inner(string address) => Assert.Equal(NetworkSide.Inner, SideOf(address));

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("93.184.215.14")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.0")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.1")]
    [InlineData("192.0.1.1")]
    [InlineData("198.17.255.255")]
    [InlineData("198.20.0.1")]
    [InlineData("223.255.255.255")]
    [InlineData("::ffff:93.184.215.14")]
    [InlineData("64:ff9b::93.184.215.14")]
    [InlineData("2001:200::1")]
    [InlineData("2002:5db8:d70e::1")]
    [InlineData("2606:2800::1")]
    [InlineData("2606:2800::5efe:93.184.215.14")]
    [InlineData("2a00:1450:4001::1")]
    public void Addresses_that_everyone_can_reach_are_outer(string address) => Assert.Equal(NetworkSide.Outer, SideOf(address));

    [Theory]
    [InlineData("64:ff9b:1::127.0.0.1")]
    [InlineData("64:ff9b:1:fffe::93.184.215.14")]
    [InlineData("2001::1")]
    [InlineData("2001:0:4136:e378:8000:63bf:3fff:fdd2")]
    public void Addresses_hidden_by_a_tunnel_are_unclear(string address) => Assert.Equal(NetworkSide.Unclear, SideOf(address));

    [Theory]
    [InlineData("5.6.7.9", NetworkSide.Unclear)]
    [InlineData("::ffff:5.6.7.9", NetworkSide.Unclear)]
    [InlineData("5.6.8.1", NetworkSide.Outer)]
    [InlineData("2a00:1:2:3:4::5", NetworkSide.Unclear)]
    [InlineData("2a00:1:2:4::5", NetworkSide.Outer)]
    [InlineData("10.0.0.1", NetworkSide.Inner)]
    internal void A_public_address_of_our_own_network_is_unclear(string address, NetworkSide side)
    {
        IPNetwork[] own =
            [InnerNetwork.NetworkOf(IPAddress.Parse("5.6.7.8"), 24), InnerNetwork.NetworkOf(IPAddress.Parse("2a00:1:2:3::1"), 64)];

        Assert.Equal(side, InnerNetwork.SideOf(IPAddress.Parse(address), own));
    }

    [Theory]
    [InlineData("5.6.7.8", 32, "5.6.7.8/32")]
    [InlineData("5.6.7.255", 25, "5.6.7.128/25")]
    [InlineData("5.6.7.8", 8, "5.0.0.0/8")]
    [InlineData("2a00:1:2:3ff::1", 60, "2a00:1:2:3f0::/60")]
    public void A_network_is_an_address_without_its_last_bits(string address, int length, string network) =>
        Assert.Equal(IPNetwork.Parse(network), InnerNetwork.NetworkOf(IPAddress.Parse(address), length));

    [Fact]
    public void This_machine_knows_its_own_networks() =>
        Assert.Contains(InnerNetwork.ReadOwn(), static network => network.Contains(IPAddress.Loopback));

    private static NetworkSide SideOf(string address) => InnerNetwork.SideOf(IPAddress.Parse(address), []);
}
