using System.Net;
using System.Net.Sockets;
using Linnet.Transports.Rtp;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtsp;

namespace Linnet.Tests.Transports.Rtsp;

/// <summary>Audio comes from the address that the listener connected to, on a machine with several.</summary>
public class RtspSourceAddressTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.2")]
    [InlineData("127.0.0.3")]
    [InlineData("::1")]
    public async Task Audio_and_reports_come_from_the_address_that_the_listener_connected_to(string reached)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux lets us choose the source address.");
        var address = IPAddress.Parse(reached);
        bool isV6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        Assert.SkipWhen(isV6 && !Socket.OSSupportsIPv6, "This machine has no IPv6.");
        IPAddress own = isV6 ? IPAddress.IPv6Loopback : IPAddress.Loopback;
        await using var server = new RtspTestServer(bind: Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any);
        using RawRtspClient client = await server.ConnectAsync(from: own, to: address);
        using var ears = new UdpEars(own);

        RawResponse answer = await client.SetupAsync(server.Uri("/jazz"), $"RTP/AVP;unicast;client_port={ears.RtpPort}-{ears.RtcpPort}");
        await client.RequestAsync("PLAY", server.Uri("/jazz"));

        Assert.DoesNotContain("source=", answer["Transport"], StringComparison.Ordinal);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal((address, address), await ears.ReadSourcesAsync());
            RtspTestServer.Publish(server.Opus, 2);
            await client.RequestAsync("PAUSE", server.Uri("/jazz"));
            await client.RequestAsync("PLAY", server.Uri("/jazz"));
        }
    }

    [Fact]
    public void If_the_ports_are_bound_to_another_address_the_response_says_so()
    {
        using RtpPortPair ports = RtpPortPair.Bind(IPAddress.Loopback, 0);
        TransportSpec offer = new() { Protocol = TransportSpec.Udp, ClientPort = new TransportPair(5000, 5001) };

        TransportSpec? same = TransportChoice.Choose([offer], IPAddress.Loopback, IPAddress.Loopback, 1, ports, static _ => true);
        TransportSpec? other =
            TransportChoice.Choose([offer], IPAddress.Parse("192.0.2.1"), IPAddress.Loopback, 1, ports, static _ => true);

        Assert.Null(same!.Source);
        Assert.Equal("127.0.0.1", other!.Source);
    }
}
