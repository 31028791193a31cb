using System.Net;
using Linnet.Cli;

namespace Linnet.Server.Tests.Cli;

public class ListenAddressesTests
{
    [Fact]
    public void The_listed_addresses_are_reachable_from_other_machines() => Assert.Equal(
        ["192.168.1.5", "10.0.0.2", "2001:db8::5"],
        ListenAddresses.Choose(
            [.. ((string[])["127.0.0.1", "::1", "fe80::5", "2001:db8::5", "192.168.1.5", "10.0.0.2"]).Select(IPAddress.Parse)])
            .Select(a => a.ToString()));

    [Fact]
    public void A_machine_without_a_network_lists_localhost() =>
        Assert.Equal([IPAddress.Loopback], ListenAddresses.Choose([IPAddress.Loopback, IPAddress.IPv6Loopback]));

    [Fact]
    public void Each_station_is_listed_with_its_url_up_to_a_limit()
    {
        var few = new StringWriter { NewLine = "\n" };
        var many = new StringWriter { NewLine = "\n" };

        ListenAddresses.Announce(["rtsp://studio:8554/", "rtsp://[::5]:8554/"], few, stations: ["jazz", "my-song"]);
        ListenAddresses.Announce(["rtsp://studio:8554/"], many, stations: [.. Enumerable.Range(1, 20).Select(static i => $"s{i}")]);

        Assert.EndsWith("\nStation jazz: rtsp://studio:8554/jazz\nStation my-song: rtsp://studio:8554/my-song\n", few.ToString());
        Assert.EndsWith("\nStation s16: rtsp://studio:8554/s16\nand 4 more stations\n", many.ToString());
    }

    [Theory]
    [InlineData("192.168.1.5", "rtsp://192.168.1.5:9000/jazz")]
    [InlineData("2001:db8::5", "rtsp://[2001:db8::5]:9000/jazz")]
    [InlineData("0.0.0.0", "rtsp://localhost:9000/jazz")]
    public void A_bound_address_is_the_one_listed(string bind, string told) =>
        Assert.Equal([told], ListenAddresses.Of(IPAddress.Parse(bind), 9000, "/jazz"));
}
