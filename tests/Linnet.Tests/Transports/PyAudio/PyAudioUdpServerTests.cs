using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Linnet.Tests.Fakes;
using Linnet.Transports.PyAudio;
using Linnet.Wire.PyAudio;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Transports.PyAudio;

public class PyAudioUdpServerTests
{
    [Theory]
    [InlineData(16_384)]
    [InlineData(1472)]      // fits in an Ethernet frame; messages are cut within
    [InlineData(40_960)]
    [InlineData(65_504)]
    public async Task A_client_that_sends_Hello_receives_up_to_the_last_sample_and_then_several_empty_datagrams(int length)
    {
        await using var server = new PyAudioTestServer(new PyAudioServerOptions { DatagramLength = length });
        using Socket client = await server.SayHelloAsync();
        server.Publish(39);
        server.Publish(1, frames: 661);
        server.End();

        List<byte[]> datagrams = PyAudioTestServer.ReadDatagrams(client);

        Assert.Equal(PyAudioDatagramsTests.Sound(0, server.Position), datagrams.SelectMany(d => d));
        Assert.All(datagrams[..^1], datagram => Assert.Equal(length, datagram.Length));
        await Until.TrueAsync(() => server.Now.Listeners == 0);
        Assert.Equal(1, server.Now.Ended[PyAudioEnd.StationEnded]);
        Assert.Equal(0, server.Leases);
    }

    [Fact]
    public async Task Datagrams_are_the_same_for_all_clients_whenever_they_joined()
    {
        await using var server = new PyAudioTestServer();
        using Socket early = await server.SayHelloAsync();
        server.Publish(6);
        using Socket late = await server.SayHelloAsync();
        server.Publish(20);
        server.End();

        List<byte[]> first = PyAudioTestServer.ReadDatagrams(early);
        List<byte[]> second = PyAudioTestServer.ReadDatagrams(late);

        // The first datagram of the late client may be shorter: it begins where the client joined.
        Assert.Equal(second[1..], first[^(second.Count - 1)..]);
        Assert.True(first[^second.Count].AsSpan().EndsWith(second[0]));
    }

    [Fact]
    public async Task Anything_but_the_Hello_is_counted_and_not_answered()
    {
        await using var server = new PyAudioTestServer();
        using Socket stranger = server.NewUdpClient();
        byte[][] others = [[], "hello"u8.ToArray(), "Hello!"u8.ToArray(), "Hell"u8.ToArray(), "Hello\0"u8.ToArray(), new byte[60_000],
            "GET / HTTP/1.1"u8.ToArray()];
        foreach (byte[] other in others)
        {
            stranger.Send(other);
        }

        await Until.TrueAsync(() => server.Now.Refused.GetValueOrDefault(PyAudioRefusal.NotHello) == others.Length);
        server.Publish(20);
        Assert.Equal((0, 0), (server.Now.Accepted, server.Now.Listeners));
        Assert.Equal(0, stranger.Available);

        // One warning, not seven.
        Assert.Single(server.Logger.Lines);
    }

    [Theory]
    [InlineData("127.0.0.1", 53, PyAudioRefusal.ServicePort)]
    [InlineData("127.0.0.1", 1023, PyAudioRefusal.ServicePort)]
    [InlineData("8.8.8.8", 5000, PyAudioRefusal.NetworkNotAllowed)]
    [InlineData("172.32.0.1", 5000, PyAudioRefusal.NetworkNotAllowed)]
    [InlineData("2001:db8::1", 5000, PyAudioRefusal.NetworkNotAllowed)]
    [InlineData("::ffff:8.8.8.8", 5000, PyAudioRefusal.NetworkNotAllowed)]
    internal async Task Strangers_from_other_networks_or_service_ports_are_refused(string address, int port, PyAudioRefusal reason)
    {
        await using var server = new PyAudioTestServer();

        server.Server.Hear(isHello: true, new IPEndPoint(IPAddress.Parse(address), port));

        Assert.Equal([reason], server.Now.Refused.Keys);
        Assert.Equal(0, server.Now.Listeners);
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("10.1.2.3", true)]
    [InlineData("172.31.255.255", true)]
    [InlineData("192.168.1.1", true)]
    [InlineData("169.254.7.7", true)]
    [InlineData("::1", true)]
    [InlineData("fe80::1%3", true)]
    [InlineData("fd12::1", true)]
    [InlineData("::ffff:192.168.1.1", true)]
    [InlineData("172.32.0.1", false)]
    [InlineData("192.169.0.1", false)]
    [InlineData("1.1.1.1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("203.0.113.9", false)]
    public void Only_private_and_loopback_addresses_are_allowed_by_default(string address, bool isAllowed)
    {
        var options = new PyAudioServerOptions();
        IPNetwork more = IPNetwork.Parse("203.0.113.0/24");

        Assert.Equal(isAllowed, options.Allows(IPAddress.Parse(address)));
        Assert.Equal(isAllowed || address == "203.0.113.9",
            (options with { AllowedNetworks = [.. PyAudioServerOptions.LocalNetworks, more] }).Allows(IPAddress.Parse(address)));
    }

    [Fact]
    public async Task A_Hello_from_a_current_listener_renews_its_lease_and_opens_no_other()
    {
        await using var server = new PyAudioTestServer();
        using Socket client = await server.SayHelloAsync();
        for (int i = 0; i < 5; i++)
        {
            client.Send(PyAudioHello.Datagram);
        }

        await Until.TrueAsync(() => server.Now.Renewed == 5);
        Assert.Equal((1, 1), (server.Now.Accepted, server.Now.UdpListeners));

        client.Send("other"u8);
        await Until.TrueAsync(() => server.Now.Refused.GetValueOrDefault(PyAudioRefusal.NotHello) == 1);
        Assert.Equal(1, server.Now.UdpListeners);
    }

    [Fact]
    public async Task A_lease_ends_on_time_and_sends_no_more_than_that()
    {
        var time = new ManualTime();
        await using var server = new PyAudioTestServer(new PyAudioServerOptions(), time);
        using Socket silent = await server.SayHelloAsync();
        server.Publish(10);
        await time.FireAsync(TimeSpan.FromHours(1));
        for (int i = 1; i < PyAudioLease.EndDatagrams; i++)
        {
            await time.FireAsync(TimeSpan.FromMilliseconds(10));
        }

        await Until.TrueAsync(() => server.Now.Listeners == 0);
        server.Publish(10);
        List<byte[]> datagrams = PyAudioTestServer.ReadDatagrams(silent);

        // The audio that was due during the lease, and not a frame more; then the end.
        Assert.InRange(datagrams.Sum(d => d.Length), 0, 10 * 4096);
        Assert.Equal(1, server.Now.Ended[PyAudioEnd.Expired]);
        Assert.InRange(silent.Available, 0, PyAudioLease.EndDatagrams);
        Assert.Equal(0, server.Leases);
    }

    [Fact]
    public async Task A_renewed_lease_runs_from_the_renewal()
    {
        var time = new FakeTimeProvider();
        await using var server = new PyAudioTestServer(new PyAudioServerOptions { LeaseTime = TimeSpan.FromSeconds(100) }, time);
        using Socket client = await server.SayHelloAsync();
        time.Advance(TimeSpan.FromSeconds(60));
        client.Send(PyAudioHello.Datagram);
        await Until.TrueAsync(() => server.Now.Renewed == 1);
        time.Advance(TimeSpan.FromSeconds(60));

        // Two minutes have passed, and audio continues.
        byte[] datagram = new byte[65_536];
        for (int i = 0; i < 20; i++)
        {
            server.Publish(4);
            Assert.Equal(16_384, client.Receive(datagram));
        }

        Assert.Empty(server.Now.Ended);
        time.Advance(TimeSpan.FromSeconds(41));
        while (server.Now.Listeners > 0)
        {
            time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }

        Assert.Equal([PyAudioEnd.Expired], server.Now.Ended.Keys);
    }

    [Fact]
    public async Task A_closed_port_gets_only_a_datagram_or_two()
    {
        await using var server = new PyAudioTestServer();
        (await server.SayHelloAsync()).Dispose();
        for (int i = 0; i < 100 && server.Now.Listeners > 0; i++)
        {
            server.Publish(4);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        await Until.TrueAsync(() => server.Now.Listeners == 0);
        Assert.Equal(1, server.Now.Ended[PyAudioEnd.Unreachable]);

        // "…: Unreachable (4 packets sent, 0 skipped)", four to a datagram.
        string said = server.Logger.Lines.Single(line => line.StartsWith("521 ", StringComparison.Ordinal));
        int packets = int.Parse(said.Split('(')[1].Split(' ')[0], CultureInfo.InvariantCulture);
        Assert.InRange(packets, 0, 8);
    }

    [Theory]
    [InlineData(3, 100, PyAudioRefusal.TooMany)]
    [InlineData(100, 3, PyAudioRefusal.TooManyOfAddress)]
    internal async Task Leases_are_limited_and_a_client_that_leaves_frees_a_place(int most, int mostPerAddress, PyAudioRefusal reason)
    {
        await using var server = new PyAudioTestServer(new PyAudioServerOptions { MaxLeases = most, MaxLeasesPerAddress = mostPerAddress });
        Socket[] clients = [await server.SayHelloAsync(), await server.SayHelloAsync(), await server.SayHelloAsync()];
        using Socket fourth = server.NewUdpClient();
        fourth.Send(PyAudioHello.Datagram);
        await Until.TrueAsync(() => server.Now.Refused.GetValueOrDefault(reason) == 1);

        clients[0].Dispose();
        while (server.Now.UdpListeners == 3)
        {
            server.Publish(4);
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        fourth.Send(PyAudioHello.Datagram);
        await Until.TrueAsync(() => server.Now.Accepted == 4);
        Array.ForEach(clients, client => client.Dispose());
    }

    [Fact]
    public async Task A_flood_of_Hellos_from_10000_ports_opens_no_more_sockets_and_does_no_harm()
    {
        const int Ports = 10_000;
        await using var server = new PyAudioTestServer(new PyAudioServerOptions { MaxLeasesPerAddress = 20 });
        using Socket byUdp = await server.SayHelloAsync();
        using Socket byTcp = await server.ConnectAsync();
        int most = 0;
        for (int port = 1024; port < 1024 + Ports; port++)
        {
            server.Server.Hear(isHello: true, new IPEndPoint(IPAddress.Loopback, port));
            most = Math.Max(most, server.Now.UdpListeners);
            if (port % 250 == 0)
            {
                server.Publish(1);
                await Task.Yield();
            }
        }

        server.End();

        Assert.Equal(PyAudioDatagramsTests.Sound(0, server.Position), PyAudioTestServer.ReadDatagrams(byUdp).SelectMany(d => d));
        Assert.Equal(PyAudioDatagramsTests.Sound(0, server.Position), PyAudioTestServer.ReadToEnd(byTcp));
        Assert.Equal(20, most);

        // All were handled, and the log has one line, not ten thousand.
        Assert.Equal(Ports, server.Now.Refused[PyAudioRefusal.TooManyOfAddress] + server.Now.Accepted + server.Now.Renewed - 2);
        Assert.InRange(server.Logger.Lines.Count(line => line.StartsWith("522 ", StringComparison.Ordinal)), 1, 4);
    }

    [Fact]
    public async Task No_other_program_can_open_the_port_even_while_it_is_shared()
    {
        await using var server = new PyAudioTestServer();
        using Socket client = await server.SayHelloAsync();
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        other.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);

        SocketException e = Assert.Throws<SocketException>(() => other.Bind(server.Server.UdpEndPoint!));

        Assert.Equal(SocketError.AddressAlreadyInUse, e.SocketErrorCode);
    }

    [Fact]
    public async Task Clients_of_both_families_are_answered_from_the_address_they_sent_to()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "This machine has no IPv6.");
        await using var server = new PyAudioTestServer(bind: IPAddress.IPv6Any);
        using Socket four = await server.SayHelloAsync(IPAddress.Parse("127.0.0.2"));
        using Socket six = await server.SayHelloAsync(IPAddress.IPv6Loopback);
        server.Publish(9);
        server.End();

        // These sockets are connected, so they receive nothing from another address.
        Assert.Equal(PyAudioDatagramsTests.Sound(0, server.Position), PyAudioTestServer.ReadDatagrams(four).SelectMany(d => d));
        Assert.Equal(PyAudioDatagramsTests.Sound(0, server.Position), PyAudioTestServer.ReadDatagrams(six).SelectMany(d => d));
    }

    [Fact]
    public async Task A_stopping_server_does_not_announce_the_end()
    {
        await using var server = new PyAudioTestServer();
        using Socket client = await server.SayHelloAsync();
        server.Publish(5);
        await Until.TrueAsync(() => server.Sent == 5);

        await server.StopAsync();

        var datagrams = new List<byte[]>();
        byte[] buffer = new byte[65_536];
        while (client.Poll(0, SelectMode.SelectRead))
        {
            datagrams.Add(buffer[..client.Receive(buffer)]);
        }

        Assert.Equal(PyAudioDatagramsTests.Sound(0, server.Position), datagrams.SelectMany(d => d));
        Assert.DoesNotContain(datagrams, d => d.Length == 0);
        Assert.Equal(1, server.Now.Ended[PyAudioEnd.ServerStopped]);
    }
}
