using System.Net;
using Linnet.Broadcast;

namespace Linnet.Tests.Broadcast;

public class NetworkCountsTests
{
    [Theory]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2")]
    [InlineData("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", "2001:db8:0:1::1")]
    public void Peers_of_one_network_count_together(string one, string same, string other)
    {
        var counts = new NetworkCounts();

        counts.Add(Peer(one));
        counts.Add(Peer(same));
        counts.Add(Peer(other));
        Assert.Equal((2, 2, 1), (counts.Of(Peer(one)), counts.Of(Peer(same)), counts.Of(Peer(other))));

        counts.Remove(Peer(one));
        Assert.Equal((1, 1), (counts.Of(Peer(same)), counts.Of(Peer(other))));
        counts.Remove(Peer(same));
        Assert.Equal((0, 1), (counts.Of(Peer(one)), counts.Of(Peer(other))));
    }

    private static PeerAddress Peer(string address) => PeerAddress.Of(IPAddress.Parse(address));
}
