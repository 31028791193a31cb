using System.Net;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Clock;
using Linnet.Transports.Rtp;

namespace Linnet.Tests.Broadcast.Packets;

/// <summary>The items listeners get besides packets, by the index in the ring. Ticks are milliseconds here.</summary>
public class ListenerItemTests
{
    private readonly BroadcastRing _ring = Rings.Create(seconds: 60);
    private readonly SenderLoop _loop = new(new SenderOptions(), 1000, new SenderCounters(1000), _ => { });
    private long _packets;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_item_is_delivered_once_and_in_the_order_of_the_ring(bool follows)
    {
        ItemListener[] listeners = [Join(0, follows), Join(0, follows), Join(0, follows)];
        Discontinuity();
        Format();
        Title("one");
        Packets(10);
        Title("two");
        Packets(5);
        Discontinuity();
        Title("three");
        Title("four");
        Packets(5);
        End();
        Run(0, 1000);

        Assert.All(listeners, listener => Assert.Equal(Range(0, 27), listener.Got));
        Assert.All(listeners, listener => Assert.Equal(20, listener.PacketsSent));
        Assert.All(listeners, listener => Assert.Equal(follows ? 1 : 20, listener.SentAlone));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_listener_that_starts_in_the_middle_first_gets_the_items_that_hold_there(bool follows)
    {
        Discontinuity();    // 0
        Format();           // 1
        Title("one");       // 2
        Packets(10);        // 3–12: due 0–180
        Title("two");       // 13
        Format();           // 14
        Packets(10);        // 15–24
        Title("three");     // 25
        Packets(10);        // 26–35: due 400–580
        ItemListener listener = Join(now: 300, follows, preRoll: 60);
        ItemListener atTheEdge = Join(now: 300, follows);
        Run(300, 1000);

        Assert.Equal([0, 13, 14, .. Range(17, 35)], listener.Got);
        Assert.Equal([0, 13, 14, .. Range(20, 35)], atTheEdge.Got);
    }

    [Fact]
    public void A_listener_that_starts_before_an_item_gets_it_once()
    {
        Discontinuity();
        Packets(5);
        Title("one");
        Packets(5);
        ItemListener listener = Join(now: 100, follows: false);
        Run(100, 200);

        Assert.Equal([0, .. Range(6, 11)], listener.Got);
    }

    [Fact]
    public void A_listener_that_starts_in_the_future_gets_the_items_that_hold_then()
    {
        Discontinuity();
        Packets(5);
        Title("one");
        Packets(5);
        Title("two");
        Packets(5);
        var listener = new ItemListener(Rings.Open(_ring), null) { Next = 9 };
        _loop.Add(listener, 0);
        Run(0, 119);
        Assert.Empty(listener.Got);

        Run(120, 300);
        Assert.Equal([0, 6, .. Range(9, 17)], listener.Got);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_listener_moved_to_the_live_edge_gets_the_items_that_are_new_there(bool newTitle)
    {
        ItemListener slow = Join(0, follows: false);
        ItemListener fast = Join(0, follows: false);
        Discontinuity();    // 0
        Format();           // 1
        Title("one");       // 2
        Packets(50);        // 3–52: due 0–980
        Title(newTitle ? "two" : null);
        Format();
        Title(newTitle ? "three" : null);
        Packets(250);       // due 1000–5980
        slow.Room = 10;
        Run(0, 5000);
        Assert.Equal(Range(0, 9), slow.Got);

        slow.Room = int.MaxValue;
        Run(5001, 5900);
        Title("last");
        Packets(10);
        Run(5901, 6500);

        long format = newTitle ? 54 : 53;
        long[] known = newTitle ? [54, 55] : [53];
        Assert.Equal([.. Range(0, 9), .. known], slow.Got.Take(10 + known.Length));
        Assert.InRange(slow.Got[10 + known.Length], format + 50, format + 200);
        Assert.Equal(Range((int)slow.Got[10 + known.Length], (int)_ring.Head - 1), slow.Got.Skip(10 + known.Length));
        Assert.Equal(Range(0, (int)_ring.Head - 1), fast.Got);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_item_that_finds_no_room_is_offered_again_and_packets_wait_behind_it(bool follows)
    {
        ItemListener listener = Join(0, follows);
        ItemListener other = Join(0, follows);
        Discontinuity();
        Packets(10);
        Title("one");
        Packets(50);
        Run(0, 180);
        listener.Room = 0;
        Run(181, 600);
        Assert.Equal(Range(0, 10), listener.Got);

        listener.Room = int.MaxValue;
        Run(601, 2000);
        Assert.Equal(Range(0, 61), listener.Got);
        Assert.Equal(Range(0, 61), other.Got);
        Assert.Equal(60, listener.PacketsSent);
    }

    [Fact]
    public void A_listener_that_accepts_no_items_is_dropped_like_one_that_accepts_no_packets()
    {
        ItemListener listener = Join(0, follows: false);
        listener.Room = 0;
        Discontinuity();
        Packets(1000);
        Run(0, 12_000);

        Assert.Equal([DropReason.Stalled], listener.Finished);
        Assert.Empty(listener.Got);
        Assert.Equal(0, _loop.Count);
    }

    [Fact]
    public void Items_from_before_a_cut_or_a_rest_do_not_hold_in_the_next_run()
    {
        Discontinuity();
        Format();
        Title("one");
        Packets(2);
        _ring.EndRun(new EndItem(0, 40));   // 5
        Discontinuity();                    // 6
        Packets(2);
        ItemListener second = Join(now: 30, follows: false);
        Run(30, 100);
        Assert.Equal([6, 7, 8], second.Got);

        _ring.BeginRun();
        Format();                           // 9
        Packets(1);
        ItemListener third = Join(now: 100, follows: false);
        Run(101, 200);
        Assert.Equal([9], third.Got);
    }

    private static IEnumerable<long> Range(int first, int last) => Enumerable.Range(first, last - first + 1).Select(i => (long)i);

    private ItemListener Join(long now, bool follows, long preRoll = 0)
    {
        var listener = new ItemListener(Rings.Open(_ring), follows ? new Silence() : null) { Next = _ring.IndexAt(now, preRoll) };
        _loop.Add(listener, now);
        return listener;
    }

    private long Position => _packets * Rings.FramesPerPacket;

    private long Due => _packets * 20;

    private void Discontinuity() => _ring.Publish(new DiscontinuityItem(Position, Due, new MediaTimeline(0, 48_000, 1000)));

    private void Format() => _ring.Publish(new FormatItem(Position, Due, []));

    private void Title(string? title)
    {
        if (title is not null)
        {
            _ring.Publish(new TitleItem(Position, Due, new TrackInfo(title)));
        }
    }

    private void Packets(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _ring.Publish(Rings.Packet(_packets, Due));
            _packets++;
        }
    }

    private void End() => _ring.Publish(new EndItem(Position, Due));

    private void Run(long from, long to)
    {
        for (long now = from; now <= to; now = Math.Min(_loop.Step(now), to + 1))
        {
        }
    }

    /// <summary>Notes all that it gets. With a socket it follows.</summary>
    private sealed class ItemListener(RingLease lease, Silence? socket) : Listener(lease, new IPEndPoint(IPAddress.Loopback, 9), "test")
    {
        private readonly SocketAddress _to = new IPEndPoint(IPAddress.Loopback, 9).Serialize();
        private readonly List<long> _got = [];

        /// <summary>Items it takes before it has no room; those that it gets as a follower are not counted.</summary>
        public int Room { get; set; } = int.MaxValue;

        public int SentAlone { get; private set; }

        public List<DropReason> Finished { get; } = [];

        /// <summary>Indexes of what it was given, with the packets that it got among its followers in their places.</summary>
        public List<long> Got => socket is null ? _got : [.. _got.Concat(socket.Sent).Order()];

        internal override (IDatagramSender Sender, SocketAddress To, PacketFraming Framing)? PlainRoute =>
            socket is null ? null : (socket, _to, new Indexes());

        internal override bool TrySend(PacketItem packet, SendBatch batch)
        {
            SentAlone += Room > 0 ? 1 : 0;
            return TryTake(packet);
        }

        internal override bool OnItem(RingItem item, SendBatch batch)
        {
            Assert.IsNotType<PacketItem>(item);
            Assert.IsNotType<EndItem>(item);

            // All before it has gone out: waiting datagrams of the batch leave with the next one for the followers.
            Assert.True(socket is null || socket.Sent.Count == 0 || socket.Sent[^1] < item.Index);
            return TryTake(item);
        }

        internal override void SendReport(long now, SendBatch batch)
        {
        }

        internal override void SendEnd(SendBatch batch) => _got.Add(Ring.Head - 1);

        internal override void OnFinished(DropReason reason) => Finished.Add(reason);

        private bool TryTake(RingItem item)
        {
            if (Room == 0)
            {
                return false;
            }

            Room--;
            _got.Add(item.Index);
            return true;
        }
    }

    private sealed record Indexes : PacketFraming
    {
        internal override ReadOnlyMemory<byte> Make(PacketItem packet) => BitConverter.GetBytes(packet.Index);
    }

    private sealed class Silence : IDatagramSender
    {
        public List<long> Sent { get; } = [];

        public int Send(ReadOnlySpan<OutgoingDatagram> datagrams)
        {
            foreach (OutgoingDatagram datagram in datagrams)
            {
                Sent.Add(BitConverter.ToInt64(datagram.Bytes.Span));
            }

            return datagrams.Length;
        }

        public IDatagramFan CreateFan() => new DatagramFan(this);
    }
}
