using System.Text;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams;
using Linnet.Tests.Fakes;
using Linnet.Wire.Http;
using Linnet.Wire.Icy;

namespace Linnet.Tests.Broadcast.Streams;

/// <summary>Ticks are milliseconds here; packets are 20 ms and 320 bytes.</summary>
public class StreamLoopTests
{
    private readonly BroadcastRing _ring = Rings.Create();
    private readonly StreamCounters _counters = new(1000);
    private readonly StreamLoop _loop;
    private readonly StreamLog _log;
    private long _next = StreamLoop.Never;

    public StreamLoopTests()
    {
        _loop = new StreamLoop(
            new StreamOptions { WriteInterval = TimeSpan.FromMilliseconds(400), NewcomerTimeout = TimeSpan.FromSeconds(30) }, 1000,
            _counters);
        _log = new StreamLog(_ring, static () => new MarkedContainer(), 0, TimeSpan.FromSeconds(5.4), 0, 1000);
        Rings.Publish(_ring, 2);
    }

    [Fact]
    public void Each_listener_gets_a_write_every_interval_and_the_work_is_spread_evenly()
    {
        Advance(0, 5000);
        WrittenListener[] listeners = [.. Enumerable.Range(0, 200).Select(_ => Join(5000))];
        Advance(5000, 6000);
        Array.ForEach(listeners, l => l.Writes.Clear());
        Advance(6000, 10_000);

        Assert.All(listeners, l => Assert.Equal(10, l.Writes.Count));
        Assert.All(listeners, l => Assert.All(l.Writes, w => Assert.Equal(20 * 320, w.Bytes)));
        Assert.All(listeners.SelectMany(l => l.Writes).CountBy(w => w.At), moment => Assert.Equal(10, moment.Value));
        Assert.Equal(TimeSpan.Zero, _counters.Lateness.Max);
    }

    [Fact]
    public void A_step_visits_only_a_few_so_that_packets_need_not_wait()
    {
        Advance(0, 5000);
        int most = 0;
        WrittenListener[] listeners = [.. Enumerable.Range(0, 2000).Select(_ => Join(5000))];
        for (long now = 5000; now < 6000; now += 20)
        {
            Publish(now);
            long next = now;
            while (next <= now)
            {
                int before = listeners.Sum(l => l.Writes.Count);
                next = _loop.Step(now);
                most = Math.Max(most, listeners.Sum(l => l.Writes.Count) - before);
            }
        }

        Assert.Equal(StreamLoop.MaxVisits, most);
        Assert.All(listeners, l => Assert.InRange(l.Writes.Count, 2, 3));
    }

    [Fact]
    public void A_delayed_thread_visits_each_listener_once()
    {
        Advance(0, 5000);
        WrittenListener[] listeners = [.. Enumerable.Range(0, 40).Select(_ => Join(5000))];
        Advance(5000, 6000);
        Array.ForEach(listeners, l => l.Writes.Clear());
        Advance(6000, 9000, isAway: true);
        Advance(9000, 9001);

        Assert.All(listeners, l => Assert.Single(l.Writes));
    }

    [Fact]
    public void A_thread_with_more_listeners_than_it_can_serve_is_late_for_all_of_them_alike()
    {
        Advance(0, 5000);
        WrittenListener[] listeners = [.. Enumerable.Range(0, 2000).Select(_ => Join(5000))];
        for (long now = 5000; now < 15_000; now += 10)
        {
            // 2400 visits a second, where 5000 are due.
            _now = now;
            Publish(now);
            _loop.Step(now);
        }

        Assert.All(listeners, l => Assert.InRange(l.Writes.Count, 11, 12));
        Assert.All(listeners,
            l => Assert.All(l.Writes.Zip(l.Writes.Skip(1)), pair => Assert.InRange(pair.Second.At - pair.First.At, 800, 900)));
    }

    [Fact]
    public void The_first_listener_of_a_rendition_gets_its_burst_as_it_is_made()
    {
        Advance(0, 20);
        WrittenListener first = Join(20);
        Advance(20, 980);

        Assert.InRange(first.Writes.Count, 46, 48);

        Advance(980, 2000);
        first.Writes.Clear();
        Advance(2000, 4000);
        Assert.Equal(5, first.Writes.Count);
    }

    [Fact]
    public void A_listener_gets_no_writes_after_leaving_and_the_loop_becomes_idle()
    {
        Advance(0, 5000);
        WrittenListener[] listeners = [.. Enumerable.Range(0, 30).Select(_ => Join(5000))];
        Advance(5000, 6000);

        Array.ForEach(listeners, l => l.Leave());
        Array.ForEach(listeners, l => l.Writes.Clear());
        Advance(6000, 6500);

        Assert.All(listeners, l => Assert.Empty(l.Writes));
        Assert.Equal(0, _loop.Count);
        Assert.Equal(StreamLoop.Never, _loop.Step(6500));
    }

    [Fact]
    public void A_broken_connection_is_reported_once_and_the_others_continue()
    {
        Advance(0, 5000);
        WrittenListener broken = Join(5000);
        WrittenListener fine = Join(5000);
        broken.IsBroken = true;
        Advance(5000, 9000);

        Assert.Equal([DropReason.Disconnected], broken.Finished);
        Assert.Empty(fine.Finished);
        Assert.Equal((1, 1), (_loop.Count, _counters.DroppedFor(DropReason.Disconnected)));
        Assert.InRange(fine.Writes.Count, 9, 10);
    }

    [Fact]
    public void The_end_of_the_station_ends_the_listener_after_all_that_was_due()
    {
        Advance(0, 5000);
        WrittenListener listener = Join(5000);
        _ring.Publish(new EndItem(0, 5010));
        Advance(5000, 5500, publish: false);

        Assert.Equal([DropReason.None], listener.Finished);
        Assert.Equal(_log.End, listener.Offset);
        Assert.Equal(0, _loop.Count);
    }

    [Fact]
    public void A_moved_listener_gets_its_packet_whole_and_the_head_of_its_new_position()
    {
        Advance(0, 5000);
        WrittenListener listener = Join(5000);
        listener.Bytes.Clear();
        listener.Room = 1000;
        Advance(5000, 7000);
        _ring.Publish(new TitleItem(0, 7000, new TrackInfo("other")));
        Advance(7000, 12_000);
        Assert.Equal(1000, listener.Bytes.Count);
        listener.Room = int.MaxValue;
        Advance(12_000, 13_000);

        // 1000 bytes are three packets and 40 bytes of the fourth, which is sent whole; then the head, then audio that is 2 s old.
        byte[] bytes = [.. listener.Bytes];
        Assert.Equal("other       "u8, bytes.AsSpan(4 * 320, 12));
        int number = (bytes[(4 * 320) + 14] << 8) | bytes[(4 * 320) + 15];
        Assert.InRange(number, (12_000 - 2000 - 400) / 20, (12_000 - 2000) / 20);
        Assert.All(Enumerable.Range(0, 80), i => Assert.Equal(number & 0xFF, bytes[(4 * 320) + 15 + (4 * i)]));
        Assert.True(listener.Moves is >= 1 and <= 2, $"{listener.Moves} moves");
    }

    [Theory]
    [InlineData(1600, int.MaxValue)]
    [InlineData(1600, 701)]
    [InlineData(333, 97)]
    public void Titles_stand_at_the_first_boundary_after_their_audio_however_small_the_writes(int interval, int portion)
    {
        Advance(0, 3000);
        _log.Advance(3000);
        var listener = new WrittenListener(_log, _log.EntryDueFrom(2000)!, interval, () => _now) { Portion = portion };
        var writer = new GatheringWriter();
        long sound = 0;
        for (long now = 3000; now < 20_000; now += 130)
        {
            if (now == 4040)
            {
                // The packet's head of 12 bytes precedes it.
                sound = (_ring.Head * MarkedContainer.BytesPerPacket) + 12;
                _ring.Publish(
                    new TitleItem(_ring.Head * Rings.FramesPerPacket, _ring.Head * 20, new TrackInfo("Peace Piece", "Bill Evans")));
            }

            Publish(now);
            _log.Advance(now);
            while (writer.Write(listener, out _) == StreamOutcome.Blocked)
            {
            }
        }

        // The stream begins with a head of 12 bytes, which counts.
        byte[] bytes = [.. listener.Bytes];
        var titles = new List<(long At, string Text)>();
        long at = listener.Start.Offset - 12;
        for (int i = 0; i < bytes.Length;)
        {
            int until = Math.Min(interval, bytes.Length - i);
            for (int end = i + until; i < end; i++, at++)
            {
                bool isMarked = at % 4 == 3 && at >= listener.Start.Offset && (at < sound - 12 || at >= sound);
                Assert.Equal(isMarked ? (byte)((at < sound ? at : at - 12) / 320) : bytes[i], bytes[i]);
            }

            if (i < bytes.Length)
            {
                int length = 16 * bytes[i];
                titles.Add((at, Encoding.UTF8.GetString(bytes, i + 1, length)));
                i += 1 + length;
            }
        }

        (long At, string Text) title = Assert.Single(titles, t => t.Text.Length > 0);
        Assert.Equal("Bill Evans - Peace Piece", IcyMetadata.Parse(Encoding.UTF8.GetBytes(title.Text)).Title);
        Assert.InRange(title.At, sound, sound + interval - 1);
    }

    private WrittenListener Join(long now, int metadataInterval = 0)
    {
        _log.Advance(now);
        StreamEntry start = _log.EntryDueFrom(now - 2000)!;
        var listener = new WrittenListener(_log, start, metadataInterval, () => _now);
        _now = now;
        new GatheringWriter().Write(listener, out _);
        listener.Writes.Clear();
        _loop.Add(listener, now);
        _next = Math.Min(_next, now);
        return listener;
    }

    private long _now;

    private void Advance(long from, long to, bool isAway = false, bool publish = true)
    {
        for (_now = from; _now < to; _now++)
        {
            if (publish)
            {
                Publish(_now);
            }

            while (!isAway && _next <= _now)
            {
                _next = _loop.Step(_now);
            }
        }
    }

    private void Publish(long now)
    {
        while ((_ring.TryGet(_ring.Head - 1, out RingItem? last) ? last.DueAt : -20) <= now)
        {
            long due = _ring.TryGet(_ring.Head - 1, out last) ? last is TitleItem ? last.DueAt : last.DueAt + 20 : 0;
            long number = due / 20;
            _ring.Publish(Rings.Packet(number, due));
        }
    }
}
