using System.Net;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Transports.Rtp;

namespace Linnet.Tests.Broadcast.Packets;

/// <summary>Ticks are milliseconds here. Listeners that are sent to together, as the sender thread sees them.</summary>
public class LiveEdgeFanTests
{
    private readonly BroadcastRing _ring = Rings.Create();
    private readonly SenderCounters _counters = new(1000);
    private readonly SenderLoop _loop;
    private readonly RecordingSocket _socket = new();

    public LiveEdgeFanTests() => _loop = new SenderLoop(new SenderOptions(), 1000, _counters, _ => { });

    [Fact]
    public void A_listener_that_keeps_up_gets_every_packet_once_and_in_order_however_it_is_sent()
    {
        RoutedListener early = Join(0, port: 1);
        Rings.Publish(_ring, 100);
        Run(0, 900);
        RoutedListener late = Join(900, port: 2, preRoll: 100);
        Run(901, 1980);

        Assert.Equal(Enumerable.Range(0, 100), _socket.To(1));
        Assert.Equal(Enumerable.Range(40, 60), _socket.To(2));
        Assert.Equal((1, 6), (early.SentAlone, late.SentAlone));
        Assert.Equal((100, 60), (early.PacketsSent, late.PacketsSent));
        Assert.Equal((800, 480), (early.PayloadBytesSent, late.PayloadBytesSent));
        Assert.Equal((160, 160), (_counters.Sent, _counters.Due));
        Assert.Equal(0, _counters.Refused);
    }

    [Fact]
    public void A_new_address_holds_from_the_next_packet_on()
    {
        RoutedListener listener = Join(0, port: 1);
        RoutedListener other = Join(0, port: 5);
        Rings.Publish(_ring, 20);
        Run(0, 180);
        listener.MoveTo(2);
        _loop.Repair(listener, 181);
        Run(181, 380);

        Assert.Equal(Enumerable.Range(0, 10), _socket.To(1));
        Assert.Equal(Enumerable.Range(10, 10), _socket.To(2));
        Assert.Equal(Enumerable.Range(0, 20), _socket.To(5));
        Assert.Equal((20, 20), (listener.PacketsSent, other.PacketsSent));
    }

    [Fact]
    public void A_listener_that_needs_its_own_packets_is_served_alone_and_knows_the_packets_before()
    {
        RoutedListener listener = Join(0, port: 1);
        Rings.Publish(_ring, 30);
        Run(0, 180);
        Assert.Equal(1, listener.SentAlone);

        listener.IsPlain = false;
        _loop.Repair(listener, 181);
        Assert.Equal(9, listener.Newest?.Number);
        Run(181, 380);
        Assert.Equal(11, listener.SentAlone);

        listener.IsPlain = true;
        Run(381, 580);
        Assert.Equal(11, listener.SentAlone);
        Assert.Equal(Enumerable.Range(0, 30), _socket.To(1));
        Assert.Equal(30, listener.PacketsSent);
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(4, 1)]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    [InlineData(2, 3)]
    public void A_listener_that_leaves_gets_no_more_packets_and_the_others_do(int first, int second)
    {
        RoutedListener[] all = [.. Enumerable.Range(1, 5).Select(port => Join(0, port))];
        Rings.Publish(_ring, 20);
        Run(0, 180);
        _loop.Remove(all[first]);
        _loop.Remove(all[second]);
        Assert.Equal(3, _loop.Count);
        Run(181, 380);

        long[] expected = [.. Enumerable.Range(0, 5).Select(i => i == first || i == second ? 10L : 20)];
        Assert.Equal(expected, Enumerable.Range(1, 5).Select(port => _socket.To(port).LongCount()));
        Assert.Equal(expected, all.Select(l => l.PacketsSent));
    }

    [Fact]
    public void Each_listener_gets_reports_every_few_seconds_and_the_end_after_the_last_packet()
    {
        RoutedListener listener = Join(0, port: 1);
        Rings.Publish(_ring, 400);
        Run(0, 7990);
        Assert.InRange(listener.Reports, 2, 4);

        _ring.Publish(new EndItem(400 * Rings.FramesPerPacket, 8000));
        Run(7991, 8010);
        Assert.Equal(Enumerable.Range(0, 400), _socket.To(1));
        Assert.Equal(400, listener.AtEnd);
        Assert.Equal(0, _loop.Count);
    }

    [Fact]
    public void A_delayed_sender_skips_old_packets_for_all_listeners()
    {
        RoutedListener listener = Join(0, port: 1);
        Rings.Publish(_ring, 400);
        Run(0, 980);
        Run(6000, 7000);

        int[] got = [.. _socket.To(1)];
        Assert.Equal(Enumerable.Range(0, 50), got.Take(50));
        Assert.Equal(Enumerable.Range(got[50], 351 - got[50]), got.Skip(50));
        Assert.InRange(got[50], 149, 301);
        Assert.Equal(got[50] - 50, listener.PacketsSkipped);
    }

    [Fact]
    public void Senders_that_come_and_go_leave_nothing_behind()
    {
        Join(0, port: 1);
        Rings.Publish(_ring, 100);
        long now = 0;
        for (int i = 0; i < 50; i++)
        {
            var listener = new RoutedListener(Rings.Open(_ring), _socket.Another(), port: 2) { Next = _ring.IndexAt(now, 0) };
            _loop.Add(listener, now);
            Run(now, now + 30);
            Assert.NotNull(listener.LiveEdgeFan);
            _loop.Remove(listener);
            now += 31;
        }

        Assert.InRange(_socket.LiveFans, 1, 2);
        _loop.Clear();
        Assert.Equal(0, _socket.LiveFans);
    }

    private RoutedListener Join(long now, int port, long preRoll = 0)
    {
        var listener = new RoutedListener(Rings.Open(_ring), _socket, port) { Next = _ring.IndexAt(now, preRoll) };
        _loop.Add(listener, now);
        return listener;
    }

    private void Run(long from, long to)
    {
        for (long now = from; now <= to; now = Math.Min(_loop.Step(now), to + 1))
        {
        }
    }

    private static SocketAddress Address(int port) => new IPEndPoint(IPAddress.Loopback, port).Serialize();

    private sealed class RoutedListener(RingLease lease, RecordingSocket socket, int port)
        : Listener(lease, new IPEndPoint(IPAddress.Loopback, port), "test")
    {
        private SocketAddress _to = Address(port);

        public bool IsPlain { get; set; } = true;

        public int SentAlone { get; private set; }

        public int Reports { get; private set; }

        public long AtEnd { get; private set; }

        public PacketItem? Newest { get; private set; }

        public void MoveTo(int port) => _to = Address(port);

        internal override (IDatagramSender Sender, SocketAddress To, PacketFraming Framing)? PlainRoute =>
            IsPlain ? (socket, _to, RtpFraming.Of(Ring)) : null;

        internal override void OnSent(PacketItem newest) => Newest = newest;

        internal override bool TrySend(PacketItem packet, SendBatch batch)
        {
            SentAlone++;
            batch.Add(socket, _to, packet.Datagram);
            return true;
        }

        internal override void SendReport(long now, SendBatch batch) => Reports++;

        internal override void SendEnd(SendBatch batch) => AtEnd = PacketsSent;

        internal override void OnFinished(DropReason reason)
        {
        }
    }

    private sealed class RecordingSocket : IDatagramSender
    {
        private readonly List<(int Port, int Number)> _sent = [];

        public IEnumerable<int> To(int port) => _sent.Where(s => s.Port == port).Select(s => s.Number);

        public int Send(ReadOnlySpan<OutgoingDatagram> datagrams)
        {
            foreach (OutgoingDatagram datagram in datagrams)
            {
                int port = ((IPEndPoint)new IPEndPoint(IPAddress.Any, 0).Create(datagram.To)).Port;
                _sent.Add((port, BitConverter.ToInt32(datagram.Bytes.Span[12..])));
            }

            return datagrams.Length;
        }

        public IDatagramFan CreateFan() => new CountedFan(new DatagramFan(this), _fans);

        // All sockets that come of one count their fans together.
        private int[] _fans = new int[1];

        public int LiveFans => _fans[0];

        public RecordingSocket Another() => new() { _fans = _fans };
    }

    private sealed class CountedFan : IDatagramFan
    {
        private readonly DatagramFan _fan;
        private readonly int[] _count;

        public CountedFan(DatagramFan fan, int[] count)
        {
            (_fan, _count) = (fan, count);
            count[0]++;
        }

        public void Add(SocketAddress address) => _fan.Add(address);

        public void Replace(int index, SocketAddress address) => _fan.Replace(index, address);

        public void RemoveAt(int index) => _fan.RemoveAt(index);

        public int Send(ReadOnlyMemory<byte> datagram) => _fan.Send(datagram);

        public void Dispose()
        {
            _count[0]--;
            _fan.Dispose();
        }
    }
}
