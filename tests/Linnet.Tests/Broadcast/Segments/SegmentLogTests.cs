using System.Buffers;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Segments;
using Linnet.Codecs;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Broadcast.Segments;

/// <summary>Ticks are milliseconds here; packets are 20 ms, segments a second, and of three the playlist is made.</summary>
public class SegmentLogTests
{
    private static readonly SegmentTimes Times = new(TimeSpan.FromSeconds(1), 3);

    private readonly SettableTime _time = new(1000);
    private readonly BroadcastRing _ring = Rings.Bare(seconds: 10);

    [Fact]
    public void A_segment_is_there_once_its_end_was_due()
    {
        SegmentLog log = Create();
        Rings.Publish(_ring, 101);

        Advance(log, 999);
        Assert.Empty(log.Window.Kept);

        Advance(log, 1000);
        Segment segment = Assert.Single(log.Window.Kept);
        Assert.Equal((0, "0", TimeSpan.FromSeconds(1)), (segment.Sequence, segment.Name, segment.Duration));
        Assert.Equal(Numbers(0, 50), NumbersIn(segment));
        Assert.Equal(_time.WallAt(0), segment.At);
    }

    [Fact]
    public void Servers_that_begin_at_different_times_make_the_same_segments_under_the_same_names()
    {
        SegmentLog first = Create();
        Rings.Publish(_ring, 300);
        SegmentLog second = Create(index: 173);
        Advance(first, 6000);
        Advance(second, 6000);

        Assert.Equal(["4"], second.Window.Kept.Select(static s => s.Name));
        Segment same = first.Window.Find("4")!;
        Assert.Equal(same.Bytes.ToArray(), second.Window.Find("4")!.Bytes.ToArray());
        Assert.Equal(same with { Bytes = default }, second.Window.Find("4")! with { Bytes = default });
    }

    [Fact]
    public void Packets_that_do_not_fit_evenly_lie_in_the_segment_in_which_they_begin()
    {
        // MP3 at 44.1 kHz: 1152 frames, so that 38.28 packets make a second.
        BroadcastRing ring = Ring("mp3", 44_100, 1152);
        SegmentLog log = Create(ring);
        for (long i = 0; i < 200; i++)
        {
            long position = (1152 * i) - 1105;
            ring.Publish(new PacketItem(null, i, position, 1152, false, Math.Max(0, position * 1000 / 44_100), BitConverter.GetBytes(i)));
        }

        Advance(log, 6000);

        Segment[] kept = [.. log.Window.Kept];
        Assert.Equal(["0", "1", "2", "3", "4"], kept.Select(static s => s.Name));
        Assert.All(kept.Skip(1), s => Assert.InRange(s.Position - (44_100 * s.Sequence), 0, 1151));
        long[] heard = [.. kept.SelectMany(NumbersIn)];
        Assert.Equal(Numbers(0, heard.Length), heard);
        Assert.Equal(
            heard.Length * 1152 / 44_100.0, kept.Sum(static s => s.Duration.TotalSeconds), precision: 5);
    }

    [Fact]
    public void The_playlist_moves_on_and_old_segments_can_be_had_for_a_while()
    {
        SegmentLog log = Create();
        for (int now = 0; now < 60_000; now += 20)
        {
            Rings.Publish(_ring, 1, now);
            Advance(log, now);
        }

        Assert.Equal(["56", "57", "58"], log.Window.List.Select(static s => s.Name));

        // A playlist of 3 and a segment more: RFC 8216 §6.2.2.
        Assert.Equal("52", log.Window.Kept[0].Name);
        Assert.Null(log.Window.Find("51"));
        Assert.True(log.Bytes <= 7 * 50 * 4 * 2);
    }

    [Fact]
    public void Missing_audio_is_a_gap_and_the_segments_after_it_keep_their_numbers()
    {
        SegmentLog log = Create();
        foreach (long number in Numbers(0, 120).Concat(Numbers(270, 100)))
        {
            _ring.Publish(Rings.Packet(number, number * 20));
        }

        Advance(log, 8000);

        Assert.Equal(
            [(0L, false), (1, false), (2, true), (3, true), (4, true), (5, true), (6, false)],
            log.Window.Kept.Select(static s => (s.Sequence, s.IsGap)));
        Assert.Null(log.Window.Find("3"));
    }

    [Fact]
    public void After_a_hole_that_is_longer_than_all_segments_the_playlist_has_only_new_ones()
    {
        SegmentLog log = Create();
        foreach (long number in Numbers(0, 120).Concat(Numbers(50_000, 101)))
        {
            _ring.Publish(Rings.Packet(number, number * 20));
        }

        Advance(log, 2_000_000);

        Assert.Equal([1000L, 1001], log.Window.Kept.Select(static s => s.Sequence));
    }

    [Fact]
    public void A_ring_that_was_overwritten_leaves_a_gap()
    {
        var ring = Rings.Bare(seconds: 3);
        SegmentLog log = Create(ring);
        Rings.Publish(ring, 60);
        Advance(log, 1100);
        ring.Publish(new TitleItem(60 * 960, 1200, new TrackInfo("Two")));
        Rings.Publish(ring, 440, 1200);
        Advance(log, 10_000);
        Assert.Equal(["Two"], log.Window.Titles.Select(static t => t.Track.Title));

        Segment[] kept = [.. log.Window.Kept];
        Assert.Equal(Enumerable.Range((int)kept[0].Sequence, kept.Length), kept.Select(static s => (int)s.Sequence));
        Assert.Contains(kept, static s => s.IsGap);
        Assert.All(kept.Where(static s => !s.IsGap), s => Assert.Equal(Numbers(s.Sequence * 50, 50), NumbersIn(s)));
        Assert.False(kept[^1].IsGap);
    }

    [Fact]
    public void A_new_encoding_cuts_a_segment_and_loses_nothing()
    {
        SegmentLog log = Create();
        _ring.Publish(Format(0, "a"));
        PublishFrom(0, 130);
        _ring.Publish(Format(130, "a"));
        PublishFrom(130, 10);
        _ring.Publish(Format(140, "b"));
        PublishFrom(140, 160);
        Advance(log, 5999);

        Segment[] kept = [.. log.Window.Kept];
        Assert.Equal(
            [(0L, "0", true), (1, "1", false), (2, "2", false), (3, "2-1", true), (4, "3", false), (5, "4", false)],
            kept.Select(static s => (s.Sequence, s.Name, s.IsDiscontinuity)));
        Assert.Equal(Numbers(0, 250), kept.SelectMany(NumbersIn));
        Assert.Equal([0.8, 0.2], kept[2..4].Select(static s => s.Duration.TotalSeconds));
        Assert.Equal(["a", "a", "a", "b", "b", "b"], kept.Select(static s => s.Head!.Name));
        Assert.Equal(1, log.Window.DiscontinuitySequence);

        PublishFrom(300, 51);
        Advance(log, 7000);
        Assert.Equal([5L, 6, 7], log.Window.List.Select(static s => s.Sequence));
        Assert.Equal(2, log.Window.DiscontinuitySequence);

        // The next log goes on behind it.
        SegmentLog next = Create(index: _ring.Head - 60, after: log.Mark);
        PublishFrom(351, 100);
        Advance(next, 9000);
        Assert.Equal([(8L, "7", false), (9, "8", false)], next.Window.Kept.Select(static s => (s.Sequence, s.Name, s.IsDiscontinuity)));
        Assert.Equal(2, next.Window.DiscontinuitySequence);
    }

    [Fact]
    public void A_new_encoding_exactly_between_two_segments_leaves_the_numbers_without_a_hole()
    {
        SegmentLog log = Create();
        _ring.Publish(Format(0, "a"));
        PublishFrom(0, 50);
        _ring.Publish(Format(50, "b"));
        PublishFrom(50, 51);
        Advance(log, 2000);

        Assert.Equal([(0L, false), (1, true), (2, false)], log.Window.Kept.Select(static s => (s.Sequence, s.IsGap)));
        Assert.Equal(Numbers(0, 100), log.Window.Kept.Where(static s => !s.IsGap).SelectMany(NumbersIn));
        Assert.Equal([true, false, true], log.Window.Kept.Select(static s => s.IsDiscontinuity));
    }

    [Fact]
    public void The_end_of_the_station_ends_the_last_segment()
    {
        SegmentLog log = Create();
        Rings.Publish(_ring, 75);
        _ring.Publish(new EndItem(75 * 960, 1500));
        Advance(log, 1500);

        Assert.True(log.Window.IsFinal);
        Assert.Equal(Numbers(50, 25), NumbersIn(log.Window.Kept[^1]));
        Assert.Equal(DropReason.None, log.EndReason);
    }

    [Fact]
    public void A_run_that_is_cut_short_leaves_its_last_segment_to_the_next()
    {
        SegmentLog log = Create();
        Rings.Publish(_ring, 75);
        _ring.Publish(new EndItem(75 * 960, 1500) { Reason = DropReason.GaveWay });
        Advance(log, 1500);

        Assert.Equal((true, false), (log.Window.HasEnded, log.Window.IsFinal));
        Assert.Equal(["0"], log.Window.Kept.Select(static s => s.Name));
        Assert.Equal(new SegmentMark(0, 0), log.Mark);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(90_000, 90_000, 100)]
    [InlineData(90_899.9, 90_899, 100)]
    public void After_a_restart_the_numbers_continue_to_grow(double began, long sequence, long discontinuities)
    {
        BroadcastRing ring = Ring("opus", 48_000, 960, RenditionInfo.Epoch.AddSeconds(began));
        SegmentLog log = Create(ring);
        Rings.Publish(ring, 101);
        Advance(log, 2000);

        Assert.Equal([(sequence, "0", true), (sequence + 1, "1", false)],
            log.Window.Kept.Select(static s => (s.Sequence, s.Name, s.IsDiscontinuity)));
        Assert.Equal(discontinuities, log.Window.DiscontinuitySequence);

        // Another server that begins later has the same numbers.
        SegmentLog late = Create(ring, index: 10);
        Advance(late, 2000);
        Assert.Equal((sequence + 1, discontinuities + 1), (late.Window.Kept[0].Sequence, late.Window.DiscontinuitySequence));
    }

    [Fact]
    public void A_segment_that_is_too_long_for_the_playlist_is_a_gap()
    {
        // Packets of 0.6 s, in segments of a second: some would last 1.8 s.
        BroadcastRing ring = Ring("flac", 48_000, 960);
        SegmentLog log = Create(ring);
        for (long i = 0; i < 8; i++)
        {
            ring.Publish(new PacketItem(null, i, 28_800 * i, 28_800, false, 600 * i, BitConverter.GetBytes(i)));
        }

        Advance(log, 10_000);

        Assert.All(log.Window.Kept, static s => Assert.True(s.IsGap || s.Duration < TimeSpan.FromSeconds(1.5)));
        Assert.Contains(log.Window.Kept, static s => !s.IsGap);
    }

    [Fact]
    public void An_end_before_the_first_packet_has_no_segment()
    {
        SegmentLog log = Create();
        _ring.Publish(new EndItem(0, 0) { Reason = DropReason.GaveWay });
        Advance(log, 0);

        Assert.Empty(log.Window.Kept);
        Assert.Equal((true, false, DropReason.GaveWay), (log.Window.HasEnded, log.Window.IsFinal, log.EndReason));
    }

    [Fact]
    public void Titles_stand_at_their_sound_and_go_with_it()
    {
        _ring.Publish(new TitleItem(0, 0, new TrackInfo("One")));
        SegmentLog log = Create(index: 1);
        PublishFrom(0, 80);
        _ring.Publish(new TitleItem(80 * 960, 1600, new TrackInfo("Two")));
        PublishFrom(80, 70);
        Advance(log, 3000);
        Assert.Equal(
            [("One", _time.WallAt(0)), ("Two", _time.WallAt(1600))], log.Window.Titles.Select(static t => (t.Track.Title, t.At)));

        PublishFrom(150, 200);
        Advance(log, 7000);
        Assert.Equal(["Two"], log.Window.Titles.Select(static t => t.Track.Title));
    }

    [Fact]
    public async Task A_task_that_waits_for_a_change_completes_with_it()
    {
        SegmentLog log = Create();
        Rings.Publish(_ring, 101);
        SegmentWindow before = log.Window;
        Task changed = log.WhenNotAsync(before);
        Assert.False(changed.IsCompleted);

        Advance(log, 1000);

        await changed.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.True(log.WhenNotAsync(before).IsCompleted);
        Assert.False(log.WhenNotAsync(log.Window).IsCompleted);
    }

    [Fact]
    public void A_container_that_fails_ends_the_log()
    {
        SegmentLog log = new(_ring, static _ => new NumberedSegments { Fails = true }, 0, Times, _time);
        Rings.Publish(_ring, 101);
        Advance(log, 2000);

        Assert.IsType<InvalidDataException>(log.Problem);
        Assert.Equal((true, DropReason.RenditionFailed), (log.Window.HasEnded, log.EndReason));
    }

    [Fact]
    public void A_container_that_cannot_be_made_ends_the_log()
    {
        SegmentLog log = new(_ring, static _ => throw new InvalidDataException("No."), 0, Times, _time);

        Assert.IsType<InvalidDataException>(log.Problem);
        Assert.True(log.Window.HasEnded);
    }

    private SegmentLog Create(BroadcastRing? ring = null, long index = 0, SegmentMark? after = null) =>
        new(ring ?? _ring, static _ => new NumberedSegments(), index, Times, _time, after);

    private void Advance(SegmentLog log, long now)
    {
        _time.Timestamp = now;
        log.Advance();
    }

    private void PublishFrom(long number, int count)
    {
        foreach (long next in Numbers(number, count))
        {
            _ring.Publish(Rings.Packet(next, next * 20));
        }
    }

    private static FormatItem Format(long number, string name) =>
        new(number * Rings.FramesPerPacket, number * 20, [System.Text.Encoding.ASCII.GetBytes(name)]);

    private static BroadcastRing Ring(string codec, int rate, int frames, DateTimeOffset? began = null)
    {
        var info = new RenditionInfo("jazz", codec, new PayloadFormat(codec, rate, 2), frames, 128_000, Rings.Stream)
        {
            Began = began ?? RenditionInfo.Epoch,
        };
        return new BroadcastRing(info, TimeSpan.FromSeconds(10), static (_, _) => null);
    }

    private static IEnumerable<long> Numbers(long first, int count) => Enumerable.Range(0, count).Select(i => first + i);

    private static long[] NumbersIn(Segment segment)
    {
        ReadOnlySpan<byte> bytes = segment.Bytes.Span;
        var numbers = new long[bytes.Length / 8];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = BitConverter.ToInt64(bytes[(8 * i)..]);
        }

        return numbers;
    }

    /// <summary>The packets' numbers, which are their payloads.</summary>
    private sealed class NumberedSegments : ISegmentContainer
    {
        internal bool Fails { get; init; }

        public SegmentHead? Head { get; private set; }

        public bool Take(FormatItem format, out SegmentHead? before)
        {
            before = Head;
            string name = System.Text.Encoding.ASCII.GetString(format.Headers[0].Span);
            Head = name == Head?.Name ? Head : new SegmentHead(name, format.Headers[0]);
            return before is not null && Head != before;
        }

        public void Write(long sequence, IReadOnlyList<PacketItem> packets, IBufferWriter<byte> output)
        {
            if (Fails)
            {
                throw new InvalidDataException("No.");
            }

            foreach (PacketItem packet in packets)
            {
                output.Write(packet.Payload.Span);
            }
        }
    }
}
