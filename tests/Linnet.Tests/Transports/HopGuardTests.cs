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
    public void What_is_followed(string hops) => Assert.Equal("", FirstRefused(hops));

    [Theory]
    [InlineData("93.184.215.14 127.0.0.1", "127.0.0.1")]
    [InlineData("10.0.0.1 93.184.215.14 127.0.0.1", "127.0.0.1")]
    [InlineData("127.0.0.1 93.184.215.14 1.1.1.1 fd00::1", "fd00::1")]
    [InlineData("93.184.215.14 1.1.1.1 64:ff9b::7f00:1", "64:ff9b::127.0.0.1")]
    [InlineData("2001:0:4136:e378::1 127.0.0.1", "127.0.0.1")]
    [InlineData("93.184.215.14 2001:0:4136:e378::1", Unclear)]
    public void Once_a_hop_was_outside_none_after_it_is_inside(string hops, string refused) =>
        Assert.Equal(IPAddress.Parse(refused).ToString(), FirstRefused(hops));

    [Fact]
    public void Of_a_host_with_addresses_on_both_sides_the_outer_ones_are_taken_and_the_sentence_names_a_host_that_has_none()
    {
        var guard = new HopGuard();
        IPAddress[] both = [IPAddress.Loopback, IPAddress.Parse(Other), IPAddress.Parse("fe80::1")];

        Assert.Equal(both, guard.Admit("named.example", both));
        guard.Connected(new IPEndPoint(IPAddress.Parse(Outer), 80));

        Assert.Equal([IPAddress.Parse(Other)], guard.Admit("both.example", both));
        Assert.Equal(
            "The server leads to inner.example, which is an address within this network: that is not followed.",
            Assert.Throws<TransportException>(() => guard.Admit("inner.example", [IPAddress.Loopback])).Message);
    }

    [Fact]
    public void Who_was_connected_to_counts_and_not_who_could_have_been()
    {
        var guard = new HopGuard();
        guard.Admit("named.example", [IPAddress.Parse(Outer), IPAddress.Loopback]);
        guard.Connected(new IPEndPoint(IPAddress.Loopback, 80));

        Assert.Equal([IPAddress.Loopback], guard.Admit("next.example", [IPAddress.Loopback]));
    }

    [Fact]
    public void A_connection_whose_other_end_is_unknown_was_outside()
    {
        var guard = new HopGuard();
        guard.Connected(null);

        Assert.Throws<TransportException>(() => guard.Admit("inner.example", [IPAddress.Loopback]));
    }

    [Fact]
    public async Task An_address_is_resolved_to_itself_and_judged()
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
