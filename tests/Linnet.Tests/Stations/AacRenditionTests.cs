using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Codecs;
using Linnet.Stations;
using Linnet.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests.Stations;

public class AacRenditionTests
{
    [Theory]
    [InlineData(48_000, 2, 48_000, 2, 128_000)]
    [InlineData(192_000, 6, 96_000, 2, 128_000)]
    [InlineData(47_000, 1, 44_100, 1, 128_000)]
    [InlineData(8_000, 1, 8_000, 1, 48_000)]
    public void Aac_has_a_format_that_players_know(int rate, int channels, int clockRate, int aacChannels, int bitRate)
    {
        using var engine = new Station(
            new StationOptions { Name = "jazz" }, new RampSource(new AudioFormat(rate, channels), rate), new SteppedTime(),
            NullLogger.Instance);
        RenditionInfo info = StreamRun.Find(engine, "aac").Info;

        Assert.Equal(new PayloadFormat("aac", clockRate, aacChannels), info.Payload);
        Assert.Equal((1024, 1024, bitRate, false), (info.FramesPerPacket, info.Delay, info.BitRate, info.IsRtp));
        Assert.Equal(("aac", "audio/aac"), (info.StreamType!.Extension, info.StreamType.ContentType));
    }

    [Theory]
    [InlineData(48_000, 300, 0)]
    [InlineData(8_000, 300, 234)]
    [InlineData(48_000, 20, 194)]
    public void Packets_are_due_later_if_the_station_does_not_encode_far_enough_ahead(int rate, int aheadMs, int laterMs)
    {
        StreamRun run = StreamRun.Of(
            new RampSource(new AudioFormat(rate, 1), 3 * rate), "aac",
            options => options with { EncodeAhead = TimeSpan.FromMilliseconds(aheadMs) });

        DiscontinuityItem start = run.Items.OfType<DiscontinuityItem>().First();
        PacketItem last = run.Packets[^1];
        Assert.Equal(laterMs, (last.DueAt - start.Timeline.DueAt(last.Position)) / 1e6, 0.01);
    }
}
