using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Clock;

namespace Linnet.Tests.Broadcast;

/// <summary>Packets of 20 ms at 48 kHz, in ticks of a microsecond.</summary>
public class RingWriterTests
{
    private const long Second = 1_000_000;
    private const long PacketTime = Second / 50;
    private const long Now = 100 * Second;

    private readonly BroadcastRing _ring = Rings.Create();

    [Fact]
    public void A_run_starts_with_its_timeline_and_a_title_precedes_the_packet_with_its_first_frame()
    {
        RingWriter writer = Create();
        writer.Begin(position: -312, new MediaTimeline(Now, 44_100, Second), Now);
        writer.WriteFormat(-312, [], arrivedAt: null);
        writer.SetTitle(-312, new TrackInfo("one"));
        writer.SetTitle(-312 + 960 + 959, new TrackInfo("two"));
        Assert.True(writer.HasTitleBefore(-311));
        Assert.False(writer.HasTitleBefore(-312));
        Write(writer, 3);

        Assert.Equal(
            [
                typeof(DiscontinuityItem), typeof(FormatItem), typeof(TitleItem), typeof(PacketItem), typeof(TitleItem), typeof(PacketItem),
                typeof(PacketItem),
            ],
            Items().Select(static item => item.GetType()));
        Assert.Equal([-312, -312, -312, -312, 1607, 648, 1608], Items().Select(static item => item.Position));
        Assert.Equal(48_000, Items().OfType<DiscontinuityItem>().Single().Timeline.SampleRate);
        Assert.Equal((-312L + (3 * 960), 3L), (writer.Position, writer.Packets));
        Assert.False(writer.HasTitleBefore(long.MaxValue));
    }

    [Fact]
    public void No_item_is_due_before_its_predecessor_though_the_timeline_steps_back()
    {
        RingWriter writer = Create();
        writer.Begin(0, Timeline(Now), Now);
        Write(writer, 10);
        writer.SetTimeline(Timeline(Now - Second), soundLost: true);
        Write(writer, 100);

        Assert.All(Items().Zip(Items().Skip(1)), static pair => Assert.True(pair.First.DueAt <= pair.Second.DueAt));
        Assert.Equal(Now - Second + (109 * PacketTime), Items()[^1].DueAt);
    }

    [Fact]
    public void Sound_from_before_the_start_keeps_its_own_deadlines()
    {
        RingWriter writer = Create();
        writer.Begin(0, Timeline(Now - Second), Now);
        Write(writer, 60);

        Assert.Equal(Enumerable.Range(0, 60).Select(static i => Now - Second + (i * PacketTime)), Packets().Select(static p => p.DueAt));
    }

    [Fact]
    public void A_lead_makes_packets_due_earlier_but_not_before_the_start()
    {
        var writer = new RingWriter(_ring, lead: TimeSpan.FromMilliseconds(100), Second);
        writer.Begin(0, Timeline(Now), Now);
        Write(writer, 10);

        Assert.Equal(
            Enumerable.Range(0, 10).Select(static i => Now + Math.Max(0, (i - 5) * PacketTime)), Packets().Select(static p => p.DueAt));
    }

    [Fact]
    public void Live_sound_is_due_when_it_arrives()
    {
        RingWriter writer = Create();
        writer.Begin(0, Timeline(Now), Now);
        writer.WritePacket([1], 0, 960, arrivedAt: Now + 777, Now + 777);

        Assert.Equal(Now + 777, Packets()[0].DueAt);
    }

    [Fact]
    public void A_packet_is_late_if_it_is_ready_20_ms_after_it_was_due_unless_it_was_due_before_the_start()
    {
        RingWriter writer = Create();
        writer.Begin(0, Timeline(Now - PacketTime), Now);
        writer.WritePacket([1], 0, 960, null, Now + Second);
        Assert.Equal(0, writer.LatePackets);

        writer.WritePacket([1], 960, 960, null, Now + (Second / 50));
        Assert.Equal(0, writer.LatePackets);
        writer.WritePacket([1], 1920, 960, null, Now + PacketTime + (Second / 50) + 1);
        Assert.Equal(1, writer.LatePackets);
    }

    [Fact]
    public void While_an_encoder_starts_its_packets_are_not_late()
    {
        var writer = new RingWriter(_ring, TimeSpan.Zero, Second, startTime: 2 * TimeSpan.FromMilliseconds(20));
        writer.Begin(0, Timeline(Now), Now);
        Write(writer, 2, Now + Second);
        Assert.Equal(0, writer.LatePackets);

        Write(writer, 1, Now + Second);
        Assert.Equal(1, writer.LatePackets);
    }

    [Fact]
    public void The_end_of_a_run_has_a_reason_and_the_next_run_goes_on_counting()
    {
        RingWriter writer = Create();
        writer.Begin(0, Timeline(Now), Now);
        Write(writer, 2);
        writer.SetTitle(100_000, new TrackInfo("never heard"));
        writer.Cut(DropReason.GaveWay, Now + Second);

        EndItem cut = Assert.IsType<EndItem>(Items()[^1]);
        Assert.Equal((1920, Now + Second, DropReason.GaveWay), (cut.Position, cut.DueAt, cut.Reason));
        Assert.False(writer.HasTitleBefore(long.MaxValue));

        writer.Begin(96_000, Timeline(Now), Now + (2 * Second));
        Write(writer, 1);
        writer.End(96_500, DropReason.None);
        Assert.Equal([0, 1, 2], Packets().Select(static p => p.Number));
        EndItem end = Assert.IsType<EndItem>(Items()[^1]);
        Assert.Equal((96_500, DropReason.None), (end.Position, end.Reason));
    }

    private RingWriter Create() => new(_ring, TimeSpan.Zero, Second);

    private static MediaTimeline Timeline(long epoch) => new(epoch, 48_000, Second);

    private static void Write(RingWriter writer, int count, long now = Now)
    {
        for (int i = 0; i < count; i++)
        {
            writer.WritePacket([1, 2, 3], writer.Position, 960, arrivedAt: null, now);
        }
    }

    private RingItem[] Items() =>
        [.. Enumerable.Range(0, (int)_ring.Head).Select(i => _ring.TryGet(i, out RingItem? item) ? item : null).OfType<RingItem>()];

    private PacketItem[] Packets() => [.. Items().OfType<PacketItem>()];
}
