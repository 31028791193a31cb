using CsCheck;
using Linnet.Broadcast;
using Linnet.Tests.Broadcast;

namespace Linnet.Tests.Relay.Edges;

public class IntakeTests
{
    [Fact]
    public void Lost_batches_are_fetched_within_the_delay_and_played_once_and_in_order() => Gen.Int[0, 1 << 30].Sample(
        static seed =>
        {
            var simulation = new EdgeSimulation(seed) { Lost = 0.1, MostMs = 60 };
            simulation.Begin(1);
            simulation.Follow(1);
            simulation.Run(4000);
            simulation.Lost = 0;
            simulation.Run(2000);

            IReadOnlyList<PacketItem> packets = simulation.Packets;
            Assert.Equal(Enumerable.Range(0, packets.Count).Select(static i => (long)i), packets.Select(static p => p.Number));
            Assert.InRange(packets.Count, 290, 300);
            Assert.Equal(0, simulation.Intake.Missing);
            Assert.Equal(
                ["DiscontinuityItem", "TitleItem"],
                simulation.Items.Where(static item => item is not PacketItem).Select(static item => item.GetType().Name));
            Assert.All(packets, static p => Assert.Equal(p.Number, BitConverter.ToInt64(p.Payload.Span)));
        },
        iter: 40);

    [Theory]
    [InlineData(600, 0)]
    [InlineData(3000, 0)]
    [InlineData(9000, 1)]
    public void A_cut_within_the_delay_loses_nothing_and_a_longer_one_only_what_is_too_late(int cutMs, int least)
    {
        var simulation = new EdgeSimulation(1);
        simulation.Begin(1);
        simulation.Follow(1);
        simulation.Run(2000);
        simulation.IsCut = true;
        simulation.Run(cutMs);
        simulation.IsCut = false;
        simulation.Run(4000);

        // Sound of the last five seconds is of use here, however late.
        Assert.InRange(simulation.Intake.Missing, least, (cutMs / EdgeSimulation.PacketMs) + 1);
        AssertInOrder(simulation);
        Assert.InRange(simulation.Packets[^1].Number, (6000 + cutMs - 200) / EdgeSimulation.PacketMs, int.MaxValue);
    }

    [Fact]
    public void What_cannot_be_had_is_passed_over_before_the_sound_behind_it_is_due()
    {
        var simulation = new EdgeSimulation(1);
        simulation.Begin(1);
        simulation.Follow(1);
        simulation.Run(2000);
        simulation.Answers = false;
        simulation.IsCut = true;
        simulation.Run(100);
        simulation.IsCut = false;
        simulation.Run(3000);

        Assert.InRange(simulation.Intake.Missing, 4, 6);
        PacketItem[] gap = [.. simulation.Packets.Zip(simulation.Packets.Skip(1)).Where(static p => p.Second.Number > p.First.Number + 1)
            .Select(static p => p.Second)];
        Assert.Single(gap);
        AssertInOrder(simulation);
    }

    [Fact]
    public void Another_origin_goes_on_where_the_first_was_without_repeating_what_is_there()
    {
        var simulation = new EdgeSimulation(1);
        simulation.Begin(1);
        simulation.Follow(1);
        simulation.Run(1000);
        simulation.Begin(2, firstNumber: 7000);
        simulation.Run(1000);
        PacketItem last = simulation.Packets[^1];

        simulation.Speaking = 2;
        simulation.Run(500);
        simulation.Follow(2);
        simulation.Run(2000);

        AssertInOrder(simulation);
        PacketItem[] of2 = [.. simulation.Packets.Where(p => p.Index > last.Index)];
        Assert.Equal(last.Number + 1, of2[0].Number);
        Assert.Equal(last.Position + last.Frames, of2[0].Position);
        Assert.Equal(last.DueAt + EdgeSimulation.PacketMs, of2[0].DueAt);
        Assert.Equal(7000 + 50, BitConverter.ToInt64(of2[0].Payload.Span));
        Assert.DoesNotContain(simulation.Items, static item => item is EndItem);
        Assert.Equal(["of 1", "of 2"], simulation.Items.OfType<TitleItem>().Select(static t => t.Track.Title));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Silence_lasts_until_the_origin_is_back_or_another_one_is_there(ulong after)
    {
        var simulation = new EdgeSimulation(1) { Fills = true };
        simulation.Begin(1);
        simulation.Follow(1);
        simulation.Run(2000);
        simulation.IsCut = true;
        simulation.Run(12_000);
        long silent = simulation.Packets[^1].Number;
        simulation.IsCut = false;
        simulation.Speaking = after;
        if (after == 2)
        {
            simulation.Begin(2, firstNumber: 7000);
            simulation.Follow(2);
        }

        simulation.Run(6000);

        // Packets without a gap in number, position or time, and at the end it is the live edge again.
        IReadOnlyList<PacketItem> packets = simulation.Packets;
        Assert.Equal(Enumerable.Range(0, packets.Count).Select(static i => (long)i), packets.Select(static p => p.Number));
        AssertInOrder(simulation);
        Assert.All(
            packets.Zip(packets.Skip(1)),
            static pair => Assert.Equal(EdgeSimulation.PacketMs, pair.Second.DueAt - pair.First.DueAt));
        Assert.InRange((silent * EdgeSimulation.PacketMs) + EdgeSimulation.DelayMs, 13_900, 14_100);
        Assert.Equal(
            after == 1 ? packets[^1].Number : 7000 + (5980 / EdgeSimulation.PacketMs), BitConverter.ToInt64(packets[^1].Payload.Span));
        Assert.InRange(packets[^1].DueAt, simulation.Now + EdgeSimulation.DelayMs - 50, simulation.Now + EdgeSimulation.DelayMs);
        Assert.DoesNotContain(simulation.Items, static item => item is EndItem);
    }

    [Fact]
    public void Of_two_origins_that_both_speak_only_the_followed_one_is_heard()
    {
        var simulation = new EdgeSimulation(1);
        simulation.Begin(1);
        simulation.Follow(1);
        simulation.Run(1000);
        simulation.Speaking = 2;
        simulation.Begin(2, firstNumber: 500_000);
        simulation.Run(1000);

        Assert.All(simulation.Packets, static p => Assert.InRange(BitConverter.ToInt64(p.Payload.Span), 0, 100));
    }

    private static void AssertInOrder(EdgeSimulation simulation) =>
        Assert.All(simulation.Packets.Zip(simulation.Packets.Skip(1)), static pair => Assert.True(
            pair.Second.Number > pair.First.Number && pair.Second.DueAt >= pair.First.DueAt
            && pair.Second.Position >= pair.First.Position + Rings.FramesPerPacket));
}
