using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Stations;

public class SameMomentTests
{
    [Theory]
    [InlineData("mp3")]
    [InlineData("mp3-64")]
    [InlineData("opus")]
    [InlineData("opus-64")]
    [InlineData("flac")]
    [InlineData("wav")]
    public void A_title_has_the_same_position_in_every_rendition_and_stands_before_the_packet_that_holds_it(string rendition)
    {
        const int Rate = 44_100, At = 61_000;
        var source = new RampSource(
            new AudioFormat(Rate, 2), 3 * Rate)
        { Tracks = { [0] = new TrackInfo("one"), [At] = new TrackInfo("two") } };

        StreamRun run = StreamRun.Of(source, rendition);

        int index = run.Items.ToList().FindIndex(static i => i is TitleItem { Track.Title: "two" });
        PacketItem after = Assert.IsType<PacketItem>(run.Items[index + 1]);
        int clock = run.Ring.Info.Payload.ClockRate;
        Assert.Equal(At / (double)Rate, run.Items[index].Position / (double)clock, 1.0 / clock);
        Assert.InRange(run.Items[index].Position, after.Position, after.Position + after.Frames - 1);
    }

    [Theory]
    [InlineData("mp3")]
    [InlineData("opus")]
    [InlineData("flac")]
    [InlineData("wav")]
    public void Packets_follow_each_other_without_a_gap_from_before_the_first_frame_to_behind_the_last(string rendition)
    {
        StreamRun run = StreamRun.Of(new RampSource(new AudioFormat(48_000, 2), 100_000), rendition);

        Assert.InRange(run.Packets[0].Position, -1105, 0);
        Assert.InRange(run.Packets[^1].Position + run.Packets[^1].Frames, 100_000, rendition is "flac" or "wav" ? 100_000 : 110_000);
        Assert.All(run.Packets.Zip(run.Packets.Skip(1)),
            static pair => Assert.Equal(pair.First.Position + pair.First.Frames, pair.Second.Position));
        Assert.All(run.Items.Zip(run.Items.Skip(1)), static pair => Assert.InRange(pair.Second.DueAt, pair.First.DueAt, long.MaxValue));
        Assert.Equal(100_000, Assert.IsType<EndItem>(run.Items[^1]).Position);
    }
}
