using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Clock;
using Linnet.Relay.CatchUp;
using Linnet.Relay.Wire;
using Linnet.Tests.Broadcast;

namespace Linnet.Tests.Relay.CatchUp;

public class RingAnswerTests
{
    private const ulong Incarnation = 7;
    private static readonly OriginClock Clock = new(0, 1000);

    [Fact]
    public void A_gap_is_filled_from_the_ring()
    {
        BroadcastRing ring = Ring();

        Assert.Equal("5-22 | 23-", Text(Ask(ring, from: 5)));
    }

    [Fact]
    public void A_late_listener_gets_what_holds_before_the_packets_it_wants()
    {
        BroadcastRing ring = Ring();

        // A map, a format and a title, then packets due at 0, 20, ...: 200 ms is due at index 13.
        Assert.Equal("0-2 | 13-22 | 23-", Text(Ask(ring, from: 0, sinceMs: 200)));
        Assert.Equal("0-22 | 23-", Text(Ask(ring, from: 0)));
        Assert.Equal("0-2 | 23-", Text(Ask(ring, from: 0, sinceMs: 10_000)));
    }

    [Fact]
    public void An_answer_of_limited_length_goes_on_with_the_next_question()
    {
        BroadcastRing ring = Ring();
        List<string> answers = [];
        long next = 0;
        for (IReadOnlyList<byte[]> answer = []; next < 23 || answer.Count == 0;)
        {
            answer = Ask(ring, next, maxBytes: 300);
            Assert.InRange(answer.Sum(static b => b.Length), 1, 400);
            answers.Add(Text(answer));
            Assert.True(Batch.TryRead(answer[^1], out Batch last));
            next = last.NextIndex;
        }

        Assert.Equal(23, next);
        Assert.True(answers.Count > 3, string.Join(" // ", answers));
        Assert.StartsWith("0-", answers[0], StringComparison.Ordinal);
        Assert.Equal("23-", Text(Ask(ring, next)));
    }

    [Fact]
    public void The_smallest_answer_has_an_item() => Assert.Equal("5-5", Text(Ask(Ring(), from: 5, maxBytes: 1)));

    [Fact]
    public void Items_that_the_ring_has_dropped_are_missing_but_not_what_still_holds()
    {
        BroadcastRing ring = Ring(seconds: 0.1);
        Rings.Publish(ring, 100, firstDue: 400);

        IReadOnlyList<byte[]> answer = Ask(ring, from: 0);
        Assert.True(Batch.TryRead(answer[1], out Batch packets));
        Assert.Equal($"0-2 | {packets.Header.FirstIndex}-122 | 123-", Text(answer));
        Assert.True(packets.Header.FirstIndex > 100);
        Assert.True(Batch.TryRead(answer[0], out Batch held));
        Assert.Equal(3, held.Count);

        // Who has been told already is not told again.
        Assert.Equal($"{packets.Header.FirstIndex}-122 | 123-", Text(Ask(ring, from: 50)));
    }

    [Fact]
    public void The_items_are_those_of_the_run_that_goes_on()
    {
        BroadcastRing ring = Ring();
        ring.EndRun(new EndItem(0, 400));
        Assert.Equal("24-", Text(Ask(ring, from: 0)));

        Rings.Publish(ring, 1, firstDue: 500);
        IReadOnlyList<byte[]> answer = Ask(ring, from: 0);
        Assert.Equal("24-24 | 25-", Text(answer));
        Assert.True(Batch.TryRead(answer[0], out Batch batch));
        Assert.Equal((Incarnation, 1, 0L), (batch.Header.Incarnation, batch.Header.Run, batch.Header.Sequence));
    }

    [Fact]
    public void A_question_about_another_incarnation_is_answered_with_this_one()
    {
        IReadOnlyList<byte[]> answer = RingAnswer.To(new BatchQuestion(6, 5, -OriginClock.MaxTime, 10_000), Ring(), Incarnation, Clock);

        Assert.Equal("23-", Text(answer));
        Assert.True(Batch.TryRead(answer[0], out Batch batch));
        Assert.Equal(Incarnation, batch.Header.Incarnation);
        Assert.Equal("5-22 | 23-", Text(RingAnswer.To(new BatchQuestion(0, 5, -OriginClock.MaxTime, 10_000), Ring(), Incarnation, Clock)));
    }

    [Fact]
    public void Packets_are_in_batches_that_do_not_block_others()
    {
        BroadcastRing ring = Rings.Bare();
        for (int i = 0; i < 12; i++)
        {
            ring.Publish(new PacketItem(null, i, i, 960, marker: false, i, new byte[30_000]));
        }

        Assert.All(Ask(ring, from: 0, maxBytes: int.MaxValue), static batch => Assert.InRange(batch.Length, 1, BatchWriter.FullLength));
    }

    // A map, a format, a title and twenty packets of 20 ms.
    private static BroadcastRing Ring(double seconds = 10)
    {
        BroadcastRing ring = Rings.Bare(seconds);
        ring.Publish(new DiscontinuityItem(0, 0, new MediaTimeline(0, 48_000, 1000)));
        ring.Publish(new FormatItem(0, 0, [new byte[] { 1 }]));
        ring.Publish(new TitleItem(0, 0, new TrackInfo("So What")));
        Rings.Publish(ring, 20);
        return ring;
    }

    private static IReadOnlyList<byte[]> Ask(BroadcastRing ring, long from, long? sinceMs = null, int maxBytes = 10_000) => RingAnswer.To(
        new BatchQuestion(Incarnation, from, sinceMs * 1_000_000 ?? -OriginClock.MaxTime, maxBytes), ring, Incarnation, Clock);

    // FIRST-LAST of each batch, FIRST- of an empty one.
    private static string Text(IReadOnlyList<byte[]> answer) => string.Join(" | ", answer.Select(static message =>
    {
        Assert.True(Batch.TryRead(message, out Batch batch));
        return batch.Count == 0 ? $"{batch.Header.FirstIndex}-" : $"{batch.Header.FirstIndex}-{batch.NextIndex - 1}";
    }));
}
