using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Codecs.Opus;
using Linnet.Sources;
using Linnet.Stations;
using Linnet.Tests.Broadcast;
using Linnet.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests.Stations;

public class SameMomentTests
{
    [Theory]
    [InlineData("mp3")]
    [InlineData("mp3-64")]
    [InlineData("opus")]
    [InlineData("opus-64")]
    [InlineData("aac")]
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
    [InlineData("opus")]
    [InlineData("opus-5ms")]
    public void A_rendition_that_begins_within_a_tone_begins_without_a_click(string rendition)
    {
        // How far three samples in a row of the tone are from a line. A step has much more.
        const float Corner = ToneSource.Peak * 0.0033f;
        var time = new SteppedTime();
        using var engine = new Station(
            new StationOptions { Name = "jazz", StartAtOnce = true }, new ToneSource(), time, NullLogger.Instance);
        for (long end = time.Now + (3 * time.TimestampFrequency / 2); time.Now < end;)
        {
            time.Now = engine.Step(TestContext.Current.CancellationToken);
        }

        BroadcastRing ring = engine.Listing.Renditions.Single(r => r.Info.Name == rendition);
        using RingLease lease = Rings.Open(ring);
        engine.Step(TestContext.Current.CancellationToken);

        using var decoder = new OpusDecoder(2);
        float[] heard = new float[2 * decoder.MaxFramesPerPacket];
        (float before, float last, float sharpest, float loudest) = (0, 0, 0, 0);
        foreach (PacketItem packet in StreamRun.ItemsOf(ring).OfType<PacketItem>())
        {
            Assert.InRange(packet.Position, 24_000, 96_000);
            Assert.True(decoder.TryDecode(packet.Payload.Span, heard, out int frames));
            for (int i = 0; i < frames; i++)
            {
                float now = heard[2 * i];
                (sharpest, loudest) = (Math.Max(sharpest, Math.Abs(now - (2 * last) + before)), Math.Max(loudest, now));
                (before, last) = (last, now);
            }
        }

        Assert.InRange(loudest, ToneSource.Peak * 0.9f, ToneSource.Peak * 1.1f);
        Assert.InRange(sharpest, Corner, 2 * Corner);
    }

    [Theory]
    [InlineData("mp3")]
    [InlineData("opus")]
    [InlineData("aac")]
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
