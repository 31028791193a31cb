using System.Buffers.Binary;
using System.Net;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Clock;
using Linnet.Codecs;
using Linnet.Tests.Fakes;
using Linnet.Transports.Rtp;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtcp;
using Linnet.Wire.Rtp;
using Linnet.Wire.Rtsp;

namespace Linnet.Tests.Transports.Rtp;

/// <summary>Two packets with the same key, SSRC and number would share a keystream, and so betray each other.</summary>
public class SrtpNumbersTests
{
    private const int Rate = 48_000;
    private const int Frames = 960;
    private const long Millisecond = 1_000_000;

    private readonly SteppedTime _time = new();
    private readonly Wire _wire = new();
    private readonly HashSet<(string Key, uint Ssrc, bool IsRtcp, long Number)> _used = [];
    private int _retransmitted;
    private int _withCopies;
    private int _plain;

    [Theory]
    [InlineData(1, 65_000)]
    [InlineData(2, 0)]
    [InlineData(3, 65_535)]
    public void No_number_is_used_twice_whatever_a_listener_does(int seed, int firstSequence)
    {
        var random = new Random(seed);

        // One rendition with three listeners; then it starts again, with other numbers.
        for (int run = 0; run < 2; run++)
        {
            var stream = new RtpStreamIdentity(0x1234_5678, (ushort)(firstSequence + (7000 * run)), 77) { RtxSsrc = 0x8765_4321 };
            Run(random, stream, packets: 3000);
        }

        Assert.InRange(_retransmitted, 500, int.MaxValue);
        Assert.InRange(_withCopies, 500, int.MaxValue);
        Assert.InRange(_plain, 500, int.MaxValue);
    }

    [Fact]
    public void A_packet_that_is_first_again_after_a_pause_is_sent_once()
    {
        (BroadcastRing ring, SenderLoop loop) = Start(new RtpStreamIdentity(1, 65_534, 3) { RtxSsrc = 2 });
        Listening listening = Listen(ring);
        Publish(ring, 0, 4);
        Play(loop, listening, ring, from: 1);
        loop.Remove(listening.Listener);
        Publish(ring, 4, 2);

        Play(loop, listening, ring, from: 3);

        Assert.Equal([65_534, 65_535, 0, 1, 2, 3], Read(listening).Select(p => (int)p.Sequence));
        Assert.Equal(DropReason.None, listening.Listener.Dropped);
    }

    [Fact]
    public void After_a_pause_in_which_the_counter_would_be_lost_the_audio_cannot_go_on()
    {
        (BroadcastRing ring, SenderLoop loop) = Start(new RtpStreamIdentity(1, 0, 3) { RtxSsrc = 2 });
        Listening listening = Listen(ring);
        Publish(ring, 0, 4);
        Play(loop, listening, ring, from: 1);

        Assert.True(listening.Listener.CanResumeAt(Packet(ring, 3 + 32_767)));
        Assert.False(listening.Listener.CanResumeAt(Packet(ring, 3 + 32_768)));
    }

    [Fact]
    public void If_encryption_fails_only_that_listener_is_dropped()
    {
        (BroadcastRing ring, SenderLoop loop) = Start(new RtpStreamIdentity(1, 0, 3) { RtxSsrc = 2 });
        Listening[] listeners = [.. Enumerable.Range(0, 3).Select(_ => Listen(ring))];
        Array.ForEach(listeners, l => Play(loop, l, ring, from: 1));
        Publish(ring, 0, 1);
        loop.Step(_time.Now);

        // One number twice, as a fault elsewhere might have it; and a session that has ended.
        SrtpEnds.Encrypt(listeners[0].Srtp, SrtpEnds.Packet(1, ssrc: 1));
        listeners[1].Srtp.Dispose();
        Publish(ring, 1, 3);
        loop.Step(_time.Now);

        Assert.Equal(
            [DropReason.Failed, DropReason.Disconnected, DropReason.None], listeners.Select(static l => l.Listener.Dropped));
        Assert.Equal([0, 1, 2, 3], Read(listeners[2]).Select(static p => (int)p.Sequence));
        Assert.Equal(1, loop.Count);
    }

    [Fact]
    public void Sending_to_listeners_over_SRTP_allocates_nothing()
    {
        (BroadcastRing ring, SenderLoop loop) = Start(new RtpStreamIdentity(1, 0, 3) { RtxSsrc = 2 });
        for (int i = 0; i < 400; i++)
        {
            ring.Publish(Packet(ring, i, _time.Now + (i * 20 * Millisecond)));
        }

        Listening[] listeners = [.. Enumerable.Range(0, 40).Select(_ => Listen(ring))];
        foreach (Listening listening in listeners)
        {
            listening.Listener.ReportAt = long.MaxValue;
            listening.Listener.Next = 1;
            loop.Add(listening.Listener, _time.Now);
        }

        _wire.IsRecording = false;
        long allocated = Allocations.OfRounds(15, _ =>
        {
            for (int i = 0; i < 20; i++)
            {
                _time.Now += 20 * Millisecond;
                loop.Step(_time.Now);
            }
        });

        Assert.Equal(0, allocated);
        Assert.All(listeners, static l => Assert.Equal(301, l.Listener.PacketsSent));
    }

    private void Run(Random random, RtpStreamIdentity stream, int packets)
    {
        (BroadcastRing ring, SenderLoop loop) = Start(stream);
        Listening[] listeners = [.. Enumerable.Range(0, 3).Select(_ => Listen(ring))];
        var playing = new HashSet<Listening>();
        for (int i = 0; i < packets; i++)
        {
            Publish(ring, i, 1);
            foreach (Listening listening in listeners)
            {
                switch (random.Next(40))
                {
                    case 0 when playing.Remove(listening):
                        loop.Remove(listening.Listener);
                        break;
                    case 1 or 2 or 3 when playing.Add(listening):
                        // Where it was, or a little before or behind: PLAY asks the ring.
                        Play(loop, listening, ring, from: Math.Max(1, ring.Head - random.Next(6)));
                        break;
                    case 4 or 5 when playing.Contains(listening):
                        listening.Repair.Redundancy = random.Next(2) == 0 ? null : new Redundancy(1 + random.Next(2), 20);
                        break;
                    case 6 or 7 or 8 or 9 or 10:
                        Ask(listening, loop, stream, ring, random);
                        break;
                    case 11:
                        // Another thread than the sender's may say goodbye.
                        var batch = new SendBatch(capacity: 1);
                        listening.Listener.SayGoodbye(GoodbyeReason.TimedOut, batch);
                        batch.Flush();
                        break;
                    default:
                        break;
                }
            }

            loop.Step(_time.Now);
            _time.Now += 20 * Millisecond;
        }

        foreach (Listening listening in listeners)
        {
            Assert.Equal(DropReason.None, listening.Listener.Dropped);
            Check(listening);
            listening.Srtp.Dispose();
        }
    }

    // Reads what was sent as an eavesdropper with the key would, and finds each number by itself.
    private void Check(Listening listening)
    {
        var reference = new SrtpReference(listening.Srtp.Terms.Key);
        var newest = new Dictionary<uint, long>();
        foreach ((bool isRtcp, byte[] datagram) in _wire.SentTo(listening.Port))
        {
            if (isRtcp)
            {
                Assert.NotNull(reference.DecryptRtcp(datagram, out uint index));
                uint sender = BinaryPrimitives.ReadUInt32BigEndian(datagram.AsSpan(4));
                Assert.True(_used.Add((listening.Srtp.Terms.Key.ToInline(), sender, true, index)), $"SRTCP index {index} twice");
                continue;
            }

            uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(datagram.AsSpan(8));
            ushort sequence = BinaryPrimitives.ReadUInt16BigEndian(datagram.AsSpan(2));
            long number = newest.TryGetValue(ssrc, out long last) ? last + (short)(sequence - (ushort)last) : sequence;
            newest[ssrc] = Math.Max(number, newest.GetValueOrDefault(ssrc));
            byte[]? clear = reference.Decrypt(datagram, number);
            Assert.NotNull(clear);
            Assert.True(_used.Add((listening.Srtp.Terms.Key.ToInline(), ssrc, false, number)), $"packet {number} of {ssrc:X} twice");
            Assert.True(RtpPacket.TryParse(clear, out RtpPacket packet));
            _retransmitted += packet.Header.PayloadType == RtpStreamIdentity.RtxPayloadType ? 1 : 0;
            _withCopies += packet.Header.PayloadType == RtpStreamIdentity.RedPayloadType ? 1 : 0;
            _plain += packet.Header.PayloadType == RtpStreamIdentity.PayloadType ? 1 : 0;
        }
    }

    private List<(ushort Sequence, byte PayloadType)> Read(Listening listening) =>
        [.. _wire.SentTo(listening.Port).Where(static d => !d.IsRtcp)
            .Select(static d => (BinaryPrimitives.ReadUInt16BigEndian(d.Bytes.AsSpan(2)), (byte)(d.Bytes[1] & 0x7F)))];

    // Asks for packets that it was sent, of which some were asked for before.
    private void Ask(Listening listening, SenderLoop loop, RtpStreamIdentity stream, BroadcastRing ring, Random random)
    {
        ushort[] missing =
            [.. Enumerable.Range(0, 3).Select(_ => stream.SequenceNumberOf(Math.Max(0, ring.Head - 2 - random.Next(30)))).Distinct()];
        listening.Repair.Ask(GenericNack.For(9, stream.Ssrc, missing, out _), _time.Now);
        loop.Repair(listening.Listener, _time.Now);
    }

    private (BroadcastRing Ring, SenderLoop Loop) Start(RtpStreamIdentity stream)
    {
        var info = new RenditionInfo("jazz", "opus", new PayloadFormat("opus", Rate, 2), Frames, 128_000, stream);
        var ring = new BroadcastRing(info, TimeSpan.FromSeconds(10), static (_, _) => null);
        InterleavedFraming.Of(ring);
        ring.Publish(new DiscontinuityItem(0, _time.Now, new MediaTimeline(_time.Now, Rate, _time.TimestampFrequency)));
        var loop = new SenderLoop(
            new SenderOptions { ReportInterval = TimeSpan.FromSeconds(1) }, _time.TimestampFrequency,
            new SenderCounters(_time.TimestampFrequency), static _ => { });
        return (ring, loop);
    }

    private Listening Listen(BroadcastRing ring)
    {
        LinnetSrtpHeader terms = SrtpFeature.NewTerms(ring.Info.Stream);
        SrtpSession srtp = SrtpEnds.Create(isServer: true, terms);
        int port = _wire.NewPort();
        var feedback = new RtpFeedback(ring.Info, _time);
        var repair = new RepairSender(ring.Info, _time.TimestampFrequency, static () => TimeSpan.FromMilliseconds(5));
        feedback.Repair = repair;
        SocketAddress to = new IPEndPoint(IPAddress.Loopback, port).Serialize();
        var source = new RouteSource(IPAddress.Loopback, new WireEnd(_wire, isRtcp: false), new WireEnd(_wire, isRtcp: true));
        var route = new UdpRoute(source, IPAddress.Loopback, to, to, feedback, proof: null)
        {
            Srtp = srtp,
        };
        Assert.True(ring.TryOpen(default, out RingLease? lease, out _));
        var listener = new UdpListener(lease, new IPEndPoint(IPAddress.Loopback, port), route, new RtcpWriter(_time), static _ => { });
        return new Listening(listener, srtp, repair, port);
    }

    private void Play(SenderLoop loop, Listening listening, BroadcastRing ring, long from)
    {
        listening.Listener.Next = Math.Min(from, ring.Head);
        loop.Add(listening.Listener, _time.Now);
        loop.Step(_time.Now);
    }

    private void Publish(BroadcastRing ring, int first, int count)
    {
        for (int i = first; i < first + count; i++)
        {
            ring.Publish(Packet(ring, i));
        }
    }

    private PacketItem Packet(BroadcastRing ring, int number) => Packet(ring, number, _time.Now);

    private static PacketItem Packet(BroadcastRing ring, int number, long dueAt)
    {
        byte[] payload = new byte[60];
        new Random(number).NextBytes(payload);
        return new PacketItem(ring.Framing, number, (long)number * Frames, Frames, number == 0, dueAt, payload);
    }

    private sealed record Listening(UdpListener Listener, SrtpSession Srtp, RepairSender Repair, int Port);

    /// <summary>Keeps a copy of each datagram at the moment it is sent.</summary>
    private sealed class Wire
    {
        private readonly List<(int Port, bool IsRtcp, byte[] Bytes)> _sent = [];
        private int _ports = 20_000;

        public bool IsRecording { get; set; } = true;

        public int NewPort() => _ports++;

        public void Send(SocketAddress to, bool isRtcp, ReadOnlyMemory<byte> bytes)
        {
            if (IsRecording)
            {
                _sent.Add((BinaryPrimitives.ReadUInt16BigEndian(to.Buffer.Span[2..]), isRtcp, bytes.ToArray()));
            }
        }

        public IEnumerable<(bool IsRtcp, byte[] Bytes)> SentTo(int port) =>
            _sent.Where(d => d.Port == port).Select(static d => (d.IsRtcp, d.Bytes));
    }

    private sealed class WireEnd(Wire wire, bool isRtcp) : IDatagramSender
    {
        public int Send(ReadOnlySpan<OutgoingDatagram> datagrams)
        {
            foreach (ref readonly OutgoingDatagram datagram in datagrams)
            {
                wire.Send(datagram.To, isRtcp, datagram.Bytes);
            }

            return datagrams.Length;
        }

        public IDatagramFan CreateFan() => throw new InvalidOperationException("Nothing is the same for two listeners.");
    }
}
