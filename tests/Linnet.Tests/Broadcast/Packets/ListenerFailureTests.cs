using System.Net;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams;
using Linnet.Tests.Broadcast.Streams;
using Linnet.Tests.Fakes;
using Linnet.Transports.Rtp;

namespace Linnet.Tests.Broadcast.Packets;

/// <summary>What one listener throws ends that one alone. Ticks are milliseconds here.</summary>
public class ListenerFailureTests
{
    private readonly BroadcastRing _ring = Rings.Create();
    private readonly SenderCounters _counters = new(1000);
    private readonly RecordingLogger _log = new();
    private readonly SenderLoop _loop;

    public ListenerFailureTests() => _loop = new SenderLoop(new SenderOptions(), 1000, _counters, _ => { }, _log);

    [Theory]
    [InlineData("TrySend")]
    [InlineData("TryFlush")]
    [InlineData("SendReport")]
    [InlineData("SendRepair")]
    [InlineData("PlainRoute")]
    [InlineData("OnItem")]
    [InlineData("OnSent", true)]
    [InlineData("OnItem", true)]
    [InlineData("SendReport", true)]
    [InlineData("SendRepair", true)]
    [InlineData("PlainRoute", true)]
    public void A_listener_that_throws_is_dropped_counted_and_logged_once_and_the_others_play_on(string where, bool follows = false)
    {
        var socket = new CountingSocket();
        var broken = new FailingListener(Rings.Open(_ring), follows ? socket : null);
        var fine = new RecordingListener(Rings.Open(_ring));
        _loop.Add(broken, 0);
        _loop.Add(fine, 0);
        Rings.Publish(_ring, 400);
        Run(0, 1000);

        broken.Fails = where;
        _ring.Publish(new TitleItem(400 * Rings.FramesPerPacket, 8000, new TrackInfo("x")));
        _loop.Repair(broken, 1001);
        Run(1001, 8000);

        Assert.Equal([DropReason.Failed], broken.Finished);
        Assert.Equal((1, 1L, 0L), (_loop.Count, _counters.DroppedFor(DropReason.Failed), _counters.Faults));
        Assert.Equal(400, fine.Packets.Count);
        Assert.Single(_log.Lines, l => l.Contains("failed", StringComparison.Ordinal));
        Assert.Equal(follows, socket.Sent > 0);
    }

    [Fact]
    public void A_listener_that_throws_at_its_end_ends_no_thread()
    {
        foreach (string where in new[] { "SendEnd", "OnFinished" })
        {
            _loop.Add(new FailingListener(Rings.Open(_ring), null) { Fails = where }, 0);
        }

        var fine = new RecordingListener(Rings.Open(_ring));
        _loop.Add(fine, 0);
        Rings.Publish(_ring, 10);
        _ring.Publish(new EndItem(9600, 200));
        Run(0, 300);

        Assert.Equal("finished None", fine.Events[^1]);
        Assert.Equal(0, _loop.Count);
    }

    [Fact]
    public void A_socket_that_throws_loses_its_datagrams_and_ends_nothing()
    {
        var socket = new CountingSocket { Throws = true };
        var listener = new FailingListener(Rings.Open(_ring), socket);
        _loop.Add(listener, 0);
        Rings.Publish(_ring, 100);
        Run(0, 980);
        socket.Throws = false;
        Run(981, 1980);

        Assert.Empty(listener.Finished);
        Assert.InRange(socket.Sent, 49, 51);
        Assert.InRange(_counters.Refused, 49, 51);
        Assert.Equal(100, _counters.Due);
    }

    [Fact]
    public void Listeners_to_a_run_that_is_cut_short_get_the_due_packets_then_the_reason()
    {
        var listener = new RecordingListener(Rings.Open(_ring));
        _loop.Add(listener, 0);
        Rings.Publish(_ring, 10);
        _ring.EndRun(new EndItem(9600, 200) { Reason = DropReason.RenditionFailed });
        Run(0, 300);

        Assert.Equal(10, listener.Packets.Count);
        Assert.Equal("finished RenditionFailed", listener.Events[^1]);
        Assert.Equal(1, _counters.DroppedFor(DropReason.RenditionFailed));
    }

    [Fact]
    public void A_stream_listener_that_throws_is_dropped_and_the_others_play_on()
    {
        var rig = new StreamRig();
        rig.Run(5000);
        StreamClient fine = rig.Join();
        var broken = new ThrowingStream(rig.Log, rig.Log.EntryDueFrom(4000)!);
        rig.Loop.Add(broken, rig.Now);
        rig.Run(5000);

        Assert.Equal([DropReason.Failed], broken.Finished);
        Assert.Equal((1, 1L), (rig.Loop.Count, rig.Counters.DroppedFor(DropReason.Failed)));
        Assert.InRange(rig.Log.End - fine.Offset, 0, 40 * 320);
    }

    private void Run(long from, long to)
    {
        for (long now = from; now <= to; now = Math.Min(_loop.Step(now), to + 1))
        {
        }
    }

    private sealed class FailingListener(RingLease lease, IDatagramSender? socket)
        : Listener(lease, new IPEndPoint(IPAddress.Loopback, 9), "test")
    {
        private readonly SocketAddress _to = new IPEndPoint(IPAddress.Loopback, 9).Serialize();

        public string? Fails { get; set; }

        public List<DropReason> Finished { get; } = [];

        internal override (IDatagramSender Sender, SocketAddress To, PacketFraming Framing)? PlainRoute =>
            Try(
                "PlainRoute",
                socket is null ? ((IDatagramSender, SocketAddress, PacketFraming)?)null : (socket, _to, RtpFraming.Of(Ring)));

        internal override void OnSent(PacketItem newest) => Try("OnSent", 0);

        internal override bool OnItem(RingItem item, SendBatch batch) => Try("OnItem", true);

        internal override bool TrySend(PacketItem packet, SendBatch batch)
        {
            if (socket is not null)
            {
                batch.Add(socket, _to, packet.Datagram);
            }

            return Try("TrySend", true);
        }

        internal override bool TryFlush() => Try("TryFlush", true);

        internal override void SendReport(long now, SendBatch batch) => Try("SendReport", 0);

        internal override void SendRepair(long now, SendBatch batch) => Try("SendRepair", 0);

        internal override void SendEnd(SendBatch batch) => Try("SendEnd", 0);

        internal override void OnFinished(DropReason reason)
        {
            Finished.Add(reason);
            Try("OnFinished", 0);
        }

        private T Try<T>(string where, T value) => Fails == where ? throw new InvalidOperationException($"{where} failed") : value;
    }

    private sealed class ThrowingStream(StreamLog log, StreamEntry start) : StreamListener(log, start, default, 0)
    {
        public List<DropReason> Finished { get; } = [];

        internal override long OutputCapacity => 0;

        internal override long UnsentBytes => 0;

        internal override int Send(ReadOnlySpan<byte> lead, ReadOnlySpan<StreamPiece> pieces) =>
            throw new InvalidOperationException("broken");

        internal override void OnFinished(DropReason reason) => Finished.Add(reason);
    }

    private sealed class CountingSocket : IDatagramSender
    {
        public bool Throws { get; set; }

        public long Sent { get; private set; }

        public int Send(ReadOnlySpan<OutgoingDatagram> datagrams)
        {
            if (Throws)
            {
                throw new InvalidOperationException("no socket");
            }

            Sent += datagrams.Length;
            return datagrams.Length;
        }

        public IDatagramFan CreateFan() => new DatagramFan(this);
    }
}
