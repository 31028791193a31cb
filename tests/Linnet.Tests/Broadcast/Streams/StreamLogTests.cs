using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Streams;
using Linnet.Broadcast.Streams.Containers;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Broadcast.Streams;

/// <summary>Ticks are milliseconds here; packets are 20 ms and 320 bytes.</summary>
public class StreamLogTests
{
    private static readonly TimeSpan Retention = TimeSpan.FromSeconds(5);

    private readonly BroadcastRing _ring = Rings.Create();

    [Fact]
    public void It_holds_only_due_packets()
    {
        StreamLog log = Create();
        Rings.Publish(_ring, 100);

        log.Advance(0);
        Assert.Equal(320, log.End);

        log.Advance(999);
        Assert.Equal(50 * 320, log.End);
        Assert.Equal(50, log.NextIndex);
    }

    [Fact]
    public void Bytes_that_were_read_are_never_written_again()
    {
        StreamLog log = Create();
        Rings.Publish(_ring, 1);
        log.Advance(0);
        StreamPiece piece = log.Read(0, log.End);
        byte[] before = piece.Span.ToArray();

        for (int now = 20; now < 120_000; now += 20)
        {
            Rings.Publish(_ring, 1, now);
            log.Advance(now);
        }

        Assert.Equal(before, piece.Span);
    }

    [Fact]
    public void All_of_the_stream_can_be_read_in_pieces_across_segments()
    {
        StreamLog log = Create();
        for (int now = 0; now < 60_000; now += 20)
        {
            Rings.Publish(_ring, 1, now);
            log.Advance(now);
        }

        StreamEntry entry = log.EntryDueFrom(56_000)!;
        long offset = entry.Offset;
        int packet = 56_000 / 20;
        Assert.Equal(packet * 320, offset);
        var bytes = new List<byte>();
        while (offset < log.End)
        {
            StreamPiece piece = log.Read(offset, log.End);
            Assert.NotEqual(0, piece.Length);
            bytes.AddRange(piece.Span);
            offset += piece.Length;
        }

        for (int i = 0; i < bytes.Count; i += 4)
        {
            Assert.Equal(packet + (i / 320), (bytes[i] << 24) | (bytes[i + 1] << 16) | (bytes[i + 2] << 8) | bytes[i + 3]);
        }
    }

    [Fact]
    public void Data_older_than_the_retention_is_freed()
    {
        StreamLog log = Create();
        long most = 0;
        for (int now = 0; now < 600_000; now += 20)
        {
            Rings.Publish(_ring, 1, now);
            log.Advance(now);
            most = Math.Max(most, log.Allocated);
        }

        Assert.Equal(0, log.Read(0, log.End).Length);
        Assert.Null(log.EntryAt(0));
        Assert.InRange(log.EntryDueFrom(0)!.DueAt, 594_900, 595_000);

        // 5 s are 80,000 bytes, which lie in at most three segments.
        Assert.InRange(most, 80_000, 3 * StreamLog.SegmentLength);
    }

    [Fact]
    public void A_place_is_found_by_byte_and_by_deadline()
    {
        StreamLog log = Create();
        Assert.Null(log.EntryDueFrom(0));
        Assert.Null(log.EntryAt(0));

        Rings.Publish(_ring, 100);
        log.Advance(1000);

        Assert.Equal(25, log.EntryDueFrom(500)!.Number);
        Assert.Equal(26, log.EntryDueFrom(501)!.Number);
        Assert.Equal(50, log.EntryDueFrom(5000)!.Number);
        Assert.Equal(0, log.EntryDueFrom(-5000)!.Number);
        Assert.Equal(3, log.EntryAt((3 * 320) + 319)!.Number);
        Assert.Equal(4, log.EntryBehind((3 * 320) + 319)!.Number);
        Assert.Equal(4, log.EntryAt(4 * 320)!.Number);
        Assert.Null(log.EntryBehind(50 * 320));
    }

    [Fact]
    public void A_packet_knows_the_head_that_holds_at_its_start()
    {
        Publish("first");
        Rings.Publish(_ring, 2);
        StreamLog log = Create();
        log.Advance(20);
        Publish("second");
        Rings.Publish(_ring, 1, 40);
        log.Advance(40);

        Assert.Equal("first       ", Text(log.EntryDueFrom(0)!.Head));
        Assert.Same(log.EntryDueFrom(0)!.Head, log.EntryDueFrom(20)!.Head);
        Assert.Equal("second      ", Text(log.EntryDueFrom(40)!.Head));
        Assert.Equal((2 * 320) + 24, log.EntryDueFrom(40)!.Offset);

        static string Text(byte[] head) => System.Text.Encoding.ASCII.GetString(head);
    }

    [Fact]
    public void A_log_that_starts_late_knows_the_title_and_the_head_from_long_before()
    {
        Publish("old");
        Rings.Publish(_ring, 2000);
        var log = new StreamLog(_ring, static () => new MarkedContainer(), 1900, Retention, 38_000, 1000);
        log.Advance(39_000);

        Assert.Equal("old         "u8, log.EntryDueFrom(38_500)!.Head);
        Assert.Equal(0, log.EntryDueFrom(0)!.Offset);
        Assert.NotNull(log.TitleAt(0));
    }

    [Fact]
    public void A_log_that_starts_just_before_format_and_title_change_knows_the_earlier_ones()
    {
        _ring.Publish(new FormatItem(0, 0, [new byte[] { 1, 1, 1, 1 }]));
        Publish("old");
        Rings.Publish(_ring, 2000);
        Assert.False(_ring.TryGet(1, out _));
        long first = _ring.Head - 50;
        for (byte i = 2; i < 4; i++)
        {
            _ring.Publish(new FormatItem(0, 40_000, [new byte[] { i, i, i, i }]));
            Publish("new", 40_000);
            Rings.Publish(_ring, 10, 40_000);
        }

        var log = new StreamLog(_ring, () => new FlacContainer(_ring.Info), first, Retention, 0, 1000);
        log.Advance(40_300);

        Assert.Equal([.. "fLaC"u8, 1, 1, 1, 1], log.EntryAt(0)!.Head.AsSpan(0, 8).ToArray());
        Assert.NotEqual(-1, log.EntryAt(0)!.Head.AsSpan().IndexOf("TITLE=old"u8));
        Assert.Equal([.. "fLaC"u8, 3, 3, 3, 3], log.EntryDueFrom(long.MaxValue)!.Head.AsSpan(0, 8).ToArray());
    }

    [Fact]
    public void A_title_is_at_the_byte_where_its_audio_starts()
    {
        StreamLog log = Create();
        Rings.Publish(_ring, 10);
        _ring.Publish(new TitleItem((11 * Rings.FramesPerPacket) + 480, 200, new TrackInfo("new")));
        Rings.Publish(_ring, 10, 200);
        log.Advance(400);

        // Half a packet behind the eleventh's beginning, which comes behind the head of 12 bytes.
        long offset = (10 * 320) + 12 + 160;
        Assert.Null(log.TitleAt(offset - 1));
        Assert.Equal(offset, log.TitleAt(offset)!.Offset);
    }

    [Fact]
    public void Titles_that_change_all_the_time_do_not_pile_up()
    {
        StreamLog log = Create();
        for (int now = 0; now < 60_000; now += 20)
        {
            Publish($"title {now}");
            Rings.Publish(_ring, 1, now);
            log.Advance(now);
        }

        int titles = 0;
        for (StreamTitle? title = log.TitleAt(log.End); title is not null; title = title.Previous)
        {
            titles++;
        }

        Assert.InRange(titles, 250, 252);
    }

    [Fact]
    public void A_log_not_read_for_a_whole_ring_goes_on_at_the_live_edge()
    {
        StreamLog log = Create();
        Rings.Publish(_ring, 10);
        log.Advance(180);
        Publish("meanwhile");
        Rings.Publish(_ring, 5000, 200);

        log.Advance(90_000);
        log.Advance(90_100);

        Assert.Equal("meanwhile   "u8, log.EntryDueFrom(90_000)!.Head);
        Assert.InRange(log.EntryDueFrom(long.MaxValue)!.DueAt, 90_081, 90_100);
    }

    [Fact]
    public void After_the_end_of_the_station_it_reports_the_end()
    {
        StreamLog log = Create();
        Rings.Publish(_ring, 10);
        _ring.Publish(new EndItem(10 * Rings.FramesPerPacket, 200));

        log.Advance(199);
        Assert.False(log.HasEnded);

        log.Advance(204);
        Assert.True(log.HasEnded);
        Assert.Equal(3200, log.End);
    }

    [Fact]
    public void A_container_that_fails_ends_the_stream_behind_its_last_whole_packet_and_nothing_else()
    {
        var log = new StreamLog(_ring, static () => new FailingContainer(), 0, Retention, 0, 1000);
        Rings.Publish(_ring, 10);

        log.Advance(200);

        Assert.True(log.HasEnded);
        Assert.IsType<InvalidOperationException>(log.Problem);
        Assert.Equal(5 * 320, log.End);
    }

    private sealed class FailingContainer : IStreamContainer
    {
        private readonly MarkedContainer _container = new();

        public ReadOnlyMemory<byte> Head => _container.Head;

        public void Write(RingItem item, System.Buffers.IBufferWriter<byte> output)
        {
            _container.Write(item, output);
            if (item is PacketItem { Number: 5 })
            {
                throw new InvalidOperationException("no");
            }
        }
    }

    private StreamLog Create() => new(_ring, static () => new MarkedContainer(), 0, Retention, 0, 1000);

    private void Publish(string title, long dueAt = 0) => _ring.Publish(new TitleItem(0, dueAt, new TrackInfo(title)));
}
