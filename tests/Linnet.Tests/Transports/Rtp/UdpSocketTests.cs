using System.Net;
using System.Net.Sockets;
using Linnet.Broadcast.Packets;
using Linnet.Transports.Rtp;

namespace Linnet.Tests.Transports.Rtp;

public class UdpSocketTests
{
    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Datagrams_arrive_complete_in_order_and_with_their_source_address()
    {
        using UdpSocket sender = UdpSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using UdpSocket receiver = UdpSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        SocketAddress to = sender.AddressOf(receiver.LocalEndPoint);
        byte[][] sent = [.. Enumerable.Range(1, 50).Select(i => Enumerable.Repeat((byte)i, i * 20).ToArray())];

        Assert.Equal(50, sender.Send([.. sent.Select(bytes => new OutgoingDatagram(to, bytes))]));

        var received = new List<byte[]>();
        using var ended = new CancellationTokenSource(HangLimit);
        await receiver.ReceiveAsync(
            (datagram, from) =>
            {
                Assert.Equal(sender.LocalEndPoint, receiver.EndPointOf(from));
                Assert.Equal(receiver.AddressOf(sender.LocalEndPoint), from);
                received.Add(datagram.ToArray());
                if (received.Count == 50)
                {
                    ended.Cancel();
                }
            },
            ended.Token);
        Assert.Equal(sent, received);
    }

    [Fact]
    public async Task After_an_exception_in_the_handler_the_next_datagram_is_received()
    {
        using UdpSocket sender = UdpSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using UdpSocket receiver = UdpSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        SocketAddress to = sender.AddressOf(receiver.LocalEndPoint);
        using var ended = new CancellationTokenSource(HangLimit);
        Exception[] failures = [new ObjectDisposedException("x"), new OperationCanceledException(),
            new SocketException((int)SocketError.OperationAborted), new IOException()];
        int heard = 0;

        Assert.Equal(5, sender.Send([.. Enumerable.Repeat(new OutgoingDatagram(to, new byte[1]), 5)]));
        await receiver.ReceiveAsync(
            (_, _) =>
            {
                if (heard++ < failures.Length)
                {
                    throw failures[heard - 1];
                }

                ended.Cancel();
            },
            ended.Token);

        Assert.Equal((5, 4), (heard, receiver.ReceiveErrors));
    }

    [Fact]
    public void One_call_takes_more_datagrams_than_one_system_call()
    {
        using UdpSocket sender = UdpSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using UdpSocket first = UdpSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var second = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        second.Client.ReceiveTimeout = (int)HangLimit.TotalMilliseconds;
        var toFirst = new OutgoingDatagram(sender.AddressOf(first.LocalEndPoint), new byte[10]);
        SocketAddress to = sender.AddressOf((IPEndPoint)second.Client.LocalEndPoint!);

        OutgoingDatagram[] datagrams =
            [.. Enumerable.Repeat(toFirst, 1000), .. Enumerable.Range(0, 100).Select(i => new OutgoingDatagram(to, new[] { (byte)i }))];

        Assert.Equal(1100, sender.Send(datagrams));
        IPEndPoint? from = null;
        Assert.All(Enumerable.Range(0, 100), i => Assert.Equal([(byte)i], second.Receive(ref from)));
    }

    [Fact]
    public void A_fan_sends_to_all_its_addresses_while_some_are_added_removed_and_changed()
    {
        using UdpSocket sender = UdpSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        UdpClient[] receivers = [.. Enumerable.Range(0, 40).Select(_ => new UdpClient(new IPEndPoint(IPAddress.Loopback, 0)))];
        SocketAddress[] addresses = [.. receivers.Select(r => sender.AddressOf((IPEndPoint)r.Client.LocalEndPoint!))];
        using IDatagramFan fan = sender.CreateFan();
        Array.ForEach(addresses[..38], fan.Add);
        Assert.Equal(38, fan.Send(new byte[] { 1 }));

        fan.RemoveAt(0);
        fan.RemoveAt(36);
        fan.Replace(1, addresses[38]);
        fan.Add(addresses[39]);
        Assert.Equal(37, fan.Send(new byte[] { 2, 2 }));
        Assert.Equal(0, sender.Refused);

        // The last address takes the place of a removed one: first 37 moves to 0, then 36 is the last.
        IPEndPoint? from = null;
        byte[] expected = [.. Enumerable.Range(0, 40).Select(i => (byte)(i is 0 or 1 or 36 ? 1 : i is 38 or 39 ? 2 : 3))];
        Assert.Equal(expected, receivers.Select(r =>
        {
            int got = 0;
            while (r.Available > 0)
            {
                byte[] datagram = r.Receive(ref from);
                Assert.Equal(datagram.Length, datagram[0]);
                got += datagram[0];
            }

            return (byte)got;
        }));
        Array.ForEach(receivers, r => r.Dispose());
    }

    [Fact]
    public void A_fan_with_a_closed_socket_sends_nothing_and_does_not_throw()
    {
        UdpSocket sender = UdpSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using IDatagramFan fan = sender.CreateFan();
        fan.Add(sender.AddressOf(new IPEndPoint(IPAddress.Loopback, 9)));
        sender.Dispose();

        Assert.Equal(0, fan.Send(new byte[10]));
        Assert.Equal(1, sender.Refused);
    }

    [Fact]
    public void A_refused_datagram_is_counted_and_the_others_are_sent()
    {
        using UdpSocket sender = UdpSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var receiver = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        receiver.Client.ReceiveTimeout = (int)HangLimit.TotalMilliseconds;
        SocketAddress to = sender.AddressOf((IPEndPoint)receiver.Client.LocalEndPoint!);
        byte[] tooLong = new byte[70_000];

        int taken = sender.Send([new(to, new byte[] { 1 }), new(to, tooLong), new(to, new byte[] { 2 })]);

        Assert.Equal(2, taken);
        Assert.Equal(1, sender.Refused);
        IPEndPoint? from = null;
        Assert.Equal([1], receiver.Receive(ref from));
        Assert.Equal([2], receiver.Receive(ref from));
    }

    [Fact]
    public void A_socket_bound_to_any_address_sends_to_both_families()
    {
        using UdpSocket sender = UdpSocket.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        foreach (IPAddress loopback in Socket.OSSupportsIPv6 ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : new[] { IPAddress.Loopback })
        {
            using var receiver = new UdpClient(new IPEndPoint(loopback, 0));
            receiver.Client.ReceiveTimeout = (int)HangLimit.TotalMilliseconds;

            Assert.Equal(1, sender.Send([new(sender.AddressOf((IPEndPoint)receiver.Client.LocalEndPoint!), new byte[] { 7 })]));

            IPEndPoint? from = null;
            Assert.Equal([7], receiver.Receive(ref from));
            Assert.Equal(loopback, from!.Address);
        }
    }

    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.0.0.2", false)]
    [InlineData("127.0.0.3", true)]
    [InlineData("::1", true)]
    public void Datagrams_come_from_the_chosen_address(string source, bool isDual)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux lets us choose the source address.");
        var from = IPAddress.Parse(source);
        Assert.SkipUnless(from.AddressFamily == AddressFamily.InterNetwork || Socket.OSSupportsIPv6, "This machine has no IPv6.");
        using UdpSocket socket = UdpSocket.Bind(new IPEndPoint(isDual ? IPAddress.IPv6Any : IPAddress.Any, 0));
        using var receiver = new UdpClient(
            new IPEndPoint(from.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback, 0));
        receiver.Client.ReceiveTimeout = (int)HangLimit.TotalMilliseconds;
        SocketAddress to = socket.AddressOf((IPEndPoint)receiver.Client.LocalEndPoint!);
        IDatagramSender sender = socket.From(from);
        using IDatagramFan fan = sender.CreateFan();
        Enumerable.Range(0, 20).ToList().ForEach(_ => fan.Add(to));

        Assert.Equal(2, sender.Send([new(to, new byte[] { 1 }), new(to, new byte[] { 2 })]));
        Assert.Equal(20, fan.Send(new byte[] { 3 }));

        for (int i = 0; i < 22; i++)
        {
            IPEndPoint? sentFrom = null;
            receiver.Receive(ref sentFrom);
            Assert.Equal(new IPEndPoint(from, socket.LocalEndPoint.Port), sentFrom);
        }

        Assert.Equal(0, Allocations.Of(() => sender.Send([new(to, Array.Empty<byte>())])));
    }

    [Fact]
    public void A_source_address_that_this_machine_lost_does_not_stop_datagrams()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux lets us choose the source address.");
        using UdpSocket socket = UdpSocket.Bind(new IPEndPoint(IPAddress.Any, 0));
        using var receiver = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        receiver.Client.ReceiveTimeout = (int)HangLimit.TotalMilliseconds;
        SocketAddress to = socket.AddressOf((IPEndPoint)receiver.Client.LocalEndPoint!);

        Assert.Equal(
            3, socket.From(IPAddress.Parse("192.0.2.1")).Send([.. Enumerable.Repeat(new OutgoingDatagram(to, new byte[] { 1 }), 3)]));

        IPEndPoint? sentFrom = null;
        Assert.All(Enumerable.Range(0, 3), _ => Assert.Equal([1], receiver.Receive(ref sentFrom)));
    }

    [Fact]
    public async Task A_handler_that_throws_does_not_end_receiving()
    {
        using UdpSocket sender = UdpSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using UdpSocket receiver = UdpSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        SocketAddress to = sender.AddressOf(receiver.LocalEndPoint);
        sender.Send([.. Enumerable.Range(1, 30).Select(i => new OutgoingDatagram(to, new[] { (byte)i }))]);

        using var ended = new CancellationTokenSource(HangLimit);
        await receiver.ReceiveAsync(
            (datagram, _) =>
            {
                if (datagram[0] == 30)
                {
                    ended.Cancel();
                    return;
                }

                throw new InvalidOperationException("A fault of the handler.");
            },
            ended.Token);

        Assert.Equal(29, receiver.ReceiveErrors);
    }

    [Fact]
    public void A_disposed_fan_sends_nothing()
    {
        using UdpSocket sender = UdpSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        IDatagramFan fan = sender.CreateFan();
        fan.Add(sender.AddressOf(new IPEndPoint(IPAddress.Loopback, 9)));
        fan.Dispose();
        fan.Dispose();

        Assert.Equal(0, fan.Send(new byte[10]));
    }

    [Fact]
    public void A_destination_without_a_listener_does_not_disturb_the_sender()
    {
        using UdpSocket sender = UdpSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        SocketAddress nobody;
        using (UdpSocket gone = UdpSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0)))
        {
            nobody = sender.AddressOf(gone.LocalEndPoint);
        }

        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(1, sender.Send([new(nobody, new byte[] { 1 })]));
        }
    }

    [Fact]
    public void Sending_allocates_nothing()
    {
        using UdpSocket sender = UdpSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using UdpSocket receiver = UdpSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        SocketAddress to = sender.AddressOf(receiver.LocalEndPoint);
        OutgoingDatagram[] datagrams = [.. Enumerable.Repeat(new OutgoingDatagram(to, new byte[200]), 100)];

        Assert.Equal(0, Allocations.Of(() => sender.Send(datagrams)));
    }

    [Fact]
    public async Task Disposing_the_socket_ends_receiving_and_refuses_sends()
    {
        UdpSocket socket = UdpSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Task receiving = socket.ReceiveAsync((_, _) => { }, TestContext.Current.CancellationToken);

        socket.Dispose();

        await receiving.WaitAsync(HangLimit, TestContext.Current.CancellationToken);
        Assert.Equal(0, socket.Send([new(socket.AddressOf(new IPEndPoint(IPAddress.Loopback, 9)), new byte[] { 1 })]));
    }

    [Fact]
    public void A_pair_is_an_even_port_and_the_next_one()
    {
        using RtpPortPair pair = RtpPortPair.Bind(IPAddress.Loopback, 0);

        Assert.Equal(0, pair.Rtp.LocalEndPoint.Port % 2);
        Assert.Equal(pair.Rtp.LocalEndPoint.Port + 1, pair.Rtcp.LocalEndPoint.Port);
    }

    [Fact]
    public void A_pair_with_a_taken_port_leaves_no_socket_open()
    {
        using RtpPortPair taken = RtpPortPair.Bind(IPAddress.Loopback, 0);
        int port = taken.Rtp.LocalEndPoint.Port;

        Assert.Throws<SocketException>(() => RtpPortPair.Bind(IPAddress.Loopback, port));
        Assert.Throws<SocketException>(() => RtpPortPair.Bind(IPAddress.Loopback, port + 1));
    }
}
