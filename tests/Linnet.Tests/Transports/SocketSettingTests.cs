using System.Net;
using System.Net.Sockets;
using Linnet.Transports;

namespace Linnet.Tests.Transports;

public class SocketSettingTests
{
    [Fact]
    public void Of_a_buffer_that_the_system_refuses_it_asks_for_the_half()
    {
        var asked = new List<int>();
        SocketSetting.TryHalves(1 << 20, size => Refuse(size, asked, most: 300_000));
        Assert.Equal([1 << 20, 1 << 19, 1 << 18], asked);
    }

    [Fact]
    public void A_system_that_refuses_every_size_is_no_failure()
    {
        var asked = new List<int>();
        SocketSetting.TryHalves(16 * 1024, size => Refuse(size, asked, most: 0));
        Assert.Equal([16 * 1024, 8 * 1024, 4 * 1024], asked);
    }

    [Fact]
    public void A_setting_that_a_socket_does_not_have_is_no_failure()
    {
        using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        Assert.Throws<SocketException>(() => udp.NoDelay = true);

        udp.TrySetNoDelay();
        udp.TryKeepAlive(seconds: 10, tries: 3);
        udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
    }

    private static void Refuse(int size, List<int> asked, int most)
    {
        asked.Add(size);
        if (size > most)
        {
            throw new SocketException((int)SocketError.NoBufferSpaceAvailable);
        }
    }
}
