using System.Net;
using System.Net.Sockets;
using Linnet.Transports;

namespace Linnet.Tests.Transports;

public class DualStackTests
{
    [Theory]
    [InlineData(SocketError.AddressFamilyNotSupported)]
    [InlineData(SocketError.AddressNotAvailable)]
    [InlineData(SocketError.ProtocolNotSupported)]
    public void Without_IPv6_a_port_for_all_addresses_is_opened_for_IPv4(SocketError error)
    {
        var tried = new List<IPEndPoint>();

        IPEndPoint opened = DualStack.Open(new IPEndPoint(IPAddress.IPv6Any, 8000), local =>
        {
            tried.Add(local);
            return tried.Count == 1 ? throw new SocketException((int)error) : local;
        });

        Assert.Equal(new IPEndPoint(IPAddress.Any, 8000), opened);
        Assert.Equal(2, tried.Count);
    }

    [Theory]
    [InlineData("::", SocketError.AddressAlreadyInUse)]
    [InlineData("::1", SocketError.AddressNotAvailable)]
    [InlineData("0.0.0.0", SocketError.AddressNotAvailable)]
    public void Other_failures_are_final(string address, SocketError error)
    {
        int tries = 0;

        SocketException problem = Assert.Throws<SocketException>(() => DualStack.Open<int>(
            new IPEndPoint(IPAddress.Parse(address), 8000),
            _ =>
            {
                tries++;
                throw new SocketException((int)error);
            }));

        Assert.Equal((error, 1), (problem.SocketErrorCode, tries));
    }

    [Theory]
    [InlineData("::", true)]
    [InlineData("::1", false)]
    public void A_socket_for_all_addresses_takes_IPv4_as_well(string address, bool isDual)
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "This machine has no IPv6.");

        using Socket socket = DualStack.CreateSocket(IPAddress.Parse(address), SocketType.Dgram, ProtocolType.Udp);

        Assert.Equal(isDual, socket.DualMode);
    }
}
