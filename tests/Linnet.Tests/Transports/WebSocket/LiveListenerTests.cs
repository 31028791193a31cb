using System.Net;
using System.Net.Sockets;
using System.Text;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Clock;
using Linnet.Tests.Broadcast;
using Linnet.Transports;
using Linnet.Transports.WebSocket;
using Linnet.Wire.WebSocket;

namespace Linnet.Tests.Transports.WebSocket;

/// <summary>What a listener over WebSocket is sent. Ticks are milliseconds here.</summary>
public sealed class LiveListenerTests : IDisposable
{
    private const int BufferSize = 4096;

    private readonly BroadcastRing _ring = Rings.Bare(seconds: 60);
    private readonly SenderLoop _loop = new(new SenderOptions(), 1000, new SenderCounters(1000), _ => { });
    private readonly Socket _near = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Socket _far;
    private readonly List<DropReason> _finished = [];
    private long _packets;
    private long _pause;
    private int _payloadLength = 4;

    public LiveListenerTests()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = BufferSize };
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _near.Connect(listener.LocalEndPoint!);
        _far = listener.Accept();
    }

    public void Dispose()
    {
        _near.Dispose();
        _far.Dispose();
    }

    [Fact]
    public void All_listeners_get_the_same_bytes_of_a_packet()
    {
        LiveFraming framing = LiveFraming.Of(_ring, 1000);
        LiveFraming other = LiveFraming.Of(_ring, 1000);
        Packets(1);
        Assert.True(_ring.TryGet(0, out RingItem? item));
        var packet = (PacketItem)item;

        Assert.True(framing.Frame(packet).Equals(other.Frame(packet)));
        Assert.Equal(
            "821c01000000000003c0000000000000000000000000000000002a2a2a2a", Convert.ToHexStringLower(framing.Frame(packet).Span));
    }

    [Fact]
    public async Task Titles_and_breaks_come_before_the_packets_that_they_concern()
    {
        Discontinuity();
        Title("one", "somebody");
        Packets(1);
        Join();
        Title("two", null);
        Discontinuity();
        Packets(1);
        End();
        Run(0, 100);

        Assert.Equal(
            [
                """{"type":"title","position":0,"title":"one","artist":"somebody"}""",
                "packet at 0",
                """{"type":"title","position":960,"title":"two"}""",
                """{"type":"discontinuity","position":960}""",
                "packet at 960",
                """{"type":"end","reason":"ended"}""",
                "close 1000",
            ],
            await ReadAsync());
        Assert.Equal([DropReason.None], _finished);
    }

    [Fact]
    public async Task Packets_of_an_interval_leave_together_and_as_the_same_bytes_for_all()
    {
        LiveListener listener = Join(interval: 110);
        Packets(3);
        Run(0, 40);
        Assert.Equal(0, _far.Available);

        Packets(1);
        Run(41, 60);
        Assert.True(_far.Poll(TimeSpan.FromSeconds(60), SelectMode.SelectRead));
        Assert.Equal(4 * 30, _far.Available);
        Assert.True(_ring.TryGet(3, out RingItem? last));
        Assert.True(listener.Group!.Frame((PacketItem)last).Equals(
            LiveGroupFraming.Of(_ring, LiveFraming.Of(_ring, 1000), TimeSpan.FromMilliseconds(80))!.Frame((PacketItem)last)));

        // A title does not wait, and what was held goes before it.
        Packets(2);
        Title("one", null);
        Packets(2);
        End();
        Run(61, 240);
        Assert.Equal(
            [
                .. Enumerable.Range(0, 6).Select(static n => $"packet at {n * 960}"), """{"type":"title","position":5760,"title":"one"}""",
                "packet at 5760", "packet at 6720", """{"type":"end","reason":"ended"}""", "close 1000",
            ],
            await ReadAsync());
        Assert.Equal(8, listener.PacketsSent);
    }

    [Fact]
    public async Task A_listener_that_joins_within_a_group_gets_the_rest_of_it()
    {
        Packets(5);
        Join(interval: 80, from: 1);
        Run(0, 140);

        Assert.Equal(["packet at 960", "packet at 1920", "packet at 2880"], await ReadAsync());
    }

    [Theory]
    [InlineData(39, null)]
    [InlineData(40, 2)]
    [InlineData(79, 3)]
    [InlineData(199, 4)]
    [InlineData(4_000_000_000, 10)]
    public void Few_sizes_of_groups_are_kept(uint interval, int? packets) => Assert.Equal(
        packets, LiveGroupFraming.Of(_ring, LiveFraming.Of(_ring, 1000), TimeSpan.FromMilliseconds(interval))?.Count);

    [Fact]
    public void A_group_is_sent_when_its_time_is_over_though_the_source_pauses()
    {
        LiveListener listener = Join(interval: 80);
        Packets(2);
        Run(0, 79);
        Assert.Equal(0, _far.Available);
        Assert.Equal(80, _loop.Step(79));

        Run(80, 80);
        Assert.Equal(2 * 30, Arrived());

        _pause = 5000;
        Packets(2);
        Run(81, Due);
        Assert.Equal(4 * 30, Arrived());
        Assert.Equal(4, listener.PacketsSent);
    }

    [Fact]
    public void Without_audio_a_client_gets_pings_and_is_left_when_it_says_nothing()
    {
        LiveListener listener = Join();
        Packets(1);
        Run(0, 19_999);
        Assert.Equal(30, Arrived());

        Run(20_000, 20_000);
        Assert.Equal("8900", Convert.ToHexStringLower(Received()[30..]));
        listener.NoteSpoken();
        Run(20_001, 79_999);
        Assert.Equal("89008900", Convert.ToHexStringLower(Received()));
        Assert.Empty(_finished);

        Run(80_000, 100_000);
        Assert.Equal([DropReason.Stalled], _finished);
    }

    [Fact]
    public async Task A_client_that_gets_audio_gets_no_pings()
    {
        Join();
        var bytes = new List<byte>();
        for (int second = 0; second < 40; second++)
        {
            Packets(50);
            Run(second * 1000, (second * 1000) + 999);
            bytes.AddRange(Received());
        }

        Assert.Equal(2000, Parse([.. bytes]).Concat(await ReadAsync()).Count(static m => m.StartsWith("packet", StringComparison.Ordinal)));
        Assert.Equal(2000 * 30, bytes.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(80)]
    public async Task A_slow_reader_is_told_how_much_it_missed_and_goes_on_at_the_live_edge(int interval)
    {
        _payloadLength = 2000;
        _near.SendBufferSize = BufferSize;
        LiveListener listener = Join(interval);
        Packets(1000);
        Run(0, 4000);
        long before = listener.PacketsSent;
        Assert.InRange(before, 2, 200);

        List<string> got = await ReadAsync(until: 5000);

        string moved = Assert.Single(got, static m => m.StartsWith('{'));
        int at = got.IndexOf(moved);
        long last = PositionOf(got[at - 1]);
        long next = PositionOf(got[at + 1]);
        Assert.Equal($$"""{"type":"moved","packets":{{((next - last) / Rings.FramesPerPacket) - 1}}}""", moved);
        Assert.InRange(listener.PacketsSkipped, 100, 1000);
        Assert.InRange(next, 3000 * 48, 4100 * 48);
    }

    [Fact]
    public async Task A_run_that_is_cut_short_is_not_the_end_of_the_station()
    {
        Packets(1);
        Join();
        _ring.EndRun(new EndItem(960, 20) { Reason = DropReason.GaveWay });
        Run(0, 100);

        Assert.Equal(["packet at 0"], await ReadAsync());
        Assert.Equal([DropReason.GaveWay], _finished);
    }

    [Fact]
    public async Task A_change_of_the_format_is_told_once()
    {
        var headers = new ReadOnlyMemory<byte>[] { "OpusHead"u8.ToArray() };
        _ring.Publish(new FormatItem(0, 0, []));
        Packets(1);
        Join();
        _ring.Publish(new FormatItem(960, 20, headers));
        _ring.Publish(new FormatItem(960, 20, headers));
        Packets(1);
        Run(0, 100);

        Assert.Equal(
            [
                "packet at 0",
                """{"type":"format","codec":"opus","rate":48000,"channels":2,"packet":960,"description":"T3B1c0hlYWQ="}""",
                "packet at 960",
            ],
            await ReadAsync());
    }

    private LiveListener Join(int interval = 0, long from = 0)
    {
        RingLease lease = Rings.Open(_ring);
        LiveFraming framing = LiveFraming.Of(_ring, 1000);
        var listener = new LiveListener(
            lease, new IPEndPoint(IPAddress.Loopback, 9), new FramedOutput(ConnectionOutput.ToSocket(_near)), framing,
            LiveRendition.FormatOf(_ring.Info, []), joinedAt: 0, _finished.Add)
        {
            Group = LiveGroupFraming.Of(_ring, framing, TimeSpan.FromMilliseconds(interval)),
            Next = from,
        };
        _loop.Add(listener, 0);
        return listener;
    }

    private long Due => (_packets * 20) + _pause;

    private long Position => _packets * Rings.FramesPerPacket;

    private void Discontinuity() => _ring.Publish(new DiscontinuityItem(Position, Due, new MediaTimeline(0, 48_000, 1000)));

    private void Title(string title, string? artist) => _ring.Publish(new TitleItem(Position, Due, new TrackInfo(title, artist)));

    private void Packets(int count)
    {
        byte[] payload = new byte[_payloadLength];
        payload.AsSpan().Fill(0x2a);
        for (int i = 0; i < count; i++)
        {
            _ring.Publish(new PacketItem(_ring.Framing, _packets, Position, Rings.FramesPerPacket, marker: false, Due, payload));
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

    private static long PositionOf(string packet) =>
        long.Parse(packet["packet at ".Length..], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Bytes that were sent and not read.</summary>
    private int Arrived()
    {
        Assert.True(_far.Poll(TimeSpan.FromSeconds(60), SelectMode.SelectRead));
        return _far.Available;
    }

    private byte[] Received()
    {
        byte[] bytes = new byte[Arrived()];
        return bytes[.._far.Receive(bytes)];
    }

    /// <summary>Reads what was sent, while simulated time goes on to <paramref name="until"/>.</summary>
    private async Task<List<string>> ReadAsync(long until = 0)
    {
        var bytes = new List<byte>();
        byte[] buffer = new byte[64 * 1024];
        for (long now = 4000; now < until; now += 10)
        {
            Run(now, now + 9);
            while (_far.Available > 0)
            {
                bytes.AddRange(buffer[.._far.Receive(buffer)]);
            }
        }

        _near.Shutdown(SocketShutdown.Send);
        while (await _far.ReceiveAsync(buffer, TestContext.Current.CancellationToken) is int received and > 0)
        {
            bytes.AddRange(buffer[..received]);
        }

        return Parse([.. bytes]);
    }

    private static List<string> Parse(byte[] bytes)
    {
        var messages = new List<string>();
        for (int at = 0; at + 2 <= bytes.Length;)
        {
            int length = bytes[at + 1];
            int head = 2;
            if (length == 126)
            {
                (length, head) = ((bytes[at + 2] << 8) | bytes[at + 3], 4);
            }

            if (at + head + length > bytes.Length)
            {
                // The last message, cut by the end of the test.
                break;
            }

            ReadOnlySpan<byte> payload = bytes.AsSpan(at + head, length);
            messages.Add(bytes[at] switch
            {
                0x81 => Encoding.UTF8.GetString(payload),
                0x82 => LivePacketHeader.TryParse(payload, out LivePacketHeader header) ? $"packet at {header.Position}" : "?",
                0x88 => $"close {(payload[0] << 8) | payload[1]}",
                _ => "?",
            });
            at += head + length;
        }

        return messages;
    }
}
