using System.Net;
using Linnet.Transports;

namespace Linnet.Tests.Transports;

public class HopGuardTests
{
    private const string Outer = "93.184.215.14";
    private const string Other = "1.1.1.1";
    private const string Unclear = "2001:0:4136:e378::1";

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1 10.0.0.1 192.168.1.1")]
    [InlineData("10.0.0.1 93.184.215.14 1.1.1.1")]
    [InlineData("93.184.215.14 1.1.1.1 2606:2800::1")]
    [InlineData("2001:0:4136:e378::1 93.184.215.14")]
    public void Redirects_to_these_hops_are_followed(string hops) => Assert.Equal("", FirstRefused(hops));

    [Theory]
    [InlineData("93.184.215.14 127.0.0.1", "127.0.0.1")]
    [InlineData("10.0.0.1 93.184.215.14 127.0.0.1", "127.0.0.1")]
    [InlineData("127.0.0.1 93.184.215.14 1.1.1.1 fd00::1", "fd00::1")]
    [InlineData("93.184.215.14 1.1.1.1 64:ff9b::7f00:1", "64:ff9b::127.0.0.1")]
    [InlineData("2001:0:4136:e378::1 127.0.0.1", "127.0.0.1")]
    [InlineData("93.184.215.14 2001:0:4136:e378::1", Unclear)]
    public void After_an_outer_hop_no_inner_one_is_followed(string hops, string refused) =>
        Assert.Equal(IPAddress.Parse(refused).ToString(), FirstRefused(hops));

    [Fact]
    public void A_host_with_inner_and_outer_addresses_is_reached_at_an_outer_one_and_the_error_names_the_host()
    {
        var guard = new HopGuard();
        IPAddress[] both = [IPAddress.Loopback, IPAddress.Parse(Other), IPAddress.Parse("fe80::1")];

        Assert.Equal(both, guard.Admit("named.example", both));
        guard.Connected(new IPEndPoint(IPAddress.Parse(Outer), 80));

        Assert.Equal([IPAddress.Parse(Other)], guard.Admit("both.example", both));
        Assert.Equal(
            "The server points to inner.example, an address within this network: not followed.",
            Assert.Throws<TransportException>(() => guard.Admit("inner.example", [IPAddress.Loopback])).Message);
    }

    [Fact]
    public void Only_the_address_that_was_connected_to_counts()
    {
        var guard = new HopGuard();
        guard.Admit("named.example", [IPAddress.Parse(Outer), IPAddress.Loopback]);
        guard.Connected(new IPEndPoint(IPAddress.Loopback, 80));

        Assert.Equal([IPAddress.Loopback], guard.Admit("next.example", [IPAddress.Loopback]));
    }

    [Fact]
    public void A_connection_with_an_unknown_remote_address_counts_as_outside()
    {
        var guard = new HopGuard();
        guard.Connected(null);

        Assert.Throws<TransportException>(() => guard.Admit("inner.example", [IPAddress.Loopback]));
    }

    [Fact]
    public async Task A_literal_address_is_checked_like_a_resolved_one()
    {
        var guard = new HopGuard();
        guard.Connected(new IPEndPoint(IPAddress.Parse(Outer), 80));

        await Assert.ThrowsAsync<TransportException>(() => guard.ResolveAsync("localhost", TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<TransportException>(() => guard.ResolveAsync("::1", TestContext.Current.CancellationToken));
        Assert.Equal([IPAddress.Parse(Other)], await guard.ResolveAsync(Other, TestContext.Current.CancellationToken));
    }

    private static string FirstRefused(string hops)
    {
        var guard = new HopGuard();
        foreach (IPAddress hop in hops.Split(' ').Select(IPAddress.Parse))
        {
            try
            {
                guard.Admit(hop.ToString(), [hop]);
            }
            catch (TransportException)
            {
                return hop.ToString();
            }

            guard.Connected(new IPEndPoint(hop, 80));
        }

        return "";
    }
}
