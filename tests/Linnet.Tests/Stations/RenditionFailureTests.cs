using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Codecs.Streams;
using Linnet.Sources.Ingest;
using Linnet.Stations;
using Linnet.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests.Stations;

/// <summary>A failure of one rendition ends its run, and nothing else.</summary>
public sealed class RenditionFailureTests
{
    private readonly SteppedTime _time = new();
    private string? _failing;

    [Theory]
    [InlineData("Create")]
    [InlineData("Headers")]
    [InlineData("Encode")]
    [InlineData("TryTake")]
    public void A_rendition_that_throws_ends_for_its_listeners_and_the_station_and_the_others_continue(string where)
    {
        using Station engine = Create();
        using RingLease other = Open(engine, "l16");
        _failing = where is "Create" or "Headers" ? where : null;
        using RingLease lease = Open(engine, "l24");
        RunFor(engine, 1);
        _failing = where;
        RunFor(engine, 1);

        EndItem end = Assert.IsType<EndItem>(StreamRun.ItemsOf(lease.Ring)[^1]);
        Assert.Equal(DropReason.RenditionFailed, end.Reason);
        Assert.Equal((StationState.Playing, null), (engine.State, engine.GetSnapshot().Problem));
        Assert.Equal((false, 1L), (Of(engine, "l24").Running, Of(engine, "l24").Failures));
        Assert.True(lease.IsOver);

        long head = other.Ring.Head;
        RunFor(engine, 1);
        Assert.InRange(other.Ring.Head - head, 195, 205);
        Assert.Equal(0, Of(engine, "l16").Failures);
    }

    [Fact]
    public void It_is_started_again_by_its_next_listener_after_a_pause_that_doubles()
    {
        using Station engine = Create();
        using RingLease other = Open(engine, "l16");
        RunFor(engine, 1);
        var pauses = new List<double>();
        for (int i = 0; i < 9; i++)
        {
            _failing = "Encode";
            using RingLease lease = Open(engine, "l24");
            RunFor(engine, 0.1);
            Assert.True(lease.IsOver);
            _failing = null;
            Assert.False(lease.Ring.TryOpen(default, out _, out RingRefusal? refusal));
            Assert.Equal(RingRefusalReason.Paused, refusal.Reason);
            Assert.Contains("started again in", refusal.Text, StringComparison.Ordinal);
            pauses.Add(Math.Round(refusal.RetryAfter!.Value.TotalSeconds, 0));
            RunFor(engine, refusal.RetryAfter.Value.TotalSeconds + 0.01);
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60, 60], pauses);

        // It ran well for a minute, through a second without a listener: the next failure is a first one again.
        RingLease first = Open(engine, "l24");
        RunFor(engine, 50);
        first.Dispose();
        RunFor(engine, 1);
        using RingLease last = Open(engine, "l24");
        RunFor(engine, 10);
        Assert.False(last.IsOver);
        PacketItem[] packets = [.. StreamRun.ItemsOf(last.Ring).OfType<PacketItem>().TakeLast(1000)];
        Assert.All(packets.Zip(packets.Skip(1)), pair => Assert.Equal(pair.First.Position + pair.First.Frames, pair.Second.Position));
        _failing = "Encode";
        RunFor(engine, 0.1);
        _failing = null;
        Assert.False(last.Ring.TryOpen(default, out _, out RingRefusal? again));
        Assert.InRange(again.RetryAfter!.Value.TotalSeconds, 0.8, 1);
    }

    [Fact]
    public void A_listener_after_a_failure_hears_nothing_of_the_failed_run()
    {
        using Station engine = Create();
        using RingLease other = Open(engine, "l16");
        RunFor(engine, 1);
        RingLease lease = Open(engine, "l24");
        RunFor(engine, 1);
        _failing = "Encode";
        RunFor(engine, 0.1);
        _failing = null;
        RunFor(engine, 1);

        using RingLease again = Open(engine, "l24");
        long start = again.Ring.IndexAt(_time.Now, 2 * _time.TimestampFrequency);
        Assert.Equal(again.Ring.Head, start);
        engine.Step(TestContext.Current.CancellationToken);
        Assert.IsType<DiscontinuityItem>(Assert.Single(StreamRun.ItemsOf(again.Ring), i => i.Index == start));

        // The leases of the run that failed hold nothing any more.
        lease.Dispose();
        Assert.Equal(1, again.Ring.Leases);
    }

    [Fact]
    public void Packets_of_a_failed_run_are_freed_after_a_while_without_another_request()
    {
        using Station engine = Create();
        using RingLease other = Open(engine, "l16");
        using RingLease lease = Open(engine, "l24");
        RunFor(engine, 2);
        _failing = "Encode";
        RunFor(engine, 0.1);
        Assert.True(lease.IsOver);

        // A listener that is behind has time to hear the end.
        RunFor(engine, 9.5);
        Assert.IsType<EndItem>(StreamRun.ItemsOf(lease.Ring)[^1]);
        RunFor(engine, 1);

        Assert.Equal((0L, 0), (lease.Ring.Bytes, StreamRun.ItemsOf(lease.Ring).Length));
        _failing = null;
        using RingLease again = Open(engine, "l24");
        RunFor(engine, 1);
        Assert.False(again.IsOver);
        Assert.NotEmpty(StreamRun.ItemsOf(lease.Ring));
    }

    [Fact]
    public void An_encoder_that_throws_when_it_is_freed_or_completed_ends_no_station()
    {
        using Station engine = Create(frames: 48_000 * 2);
        using RingLease other = Open(engine, "l16");
        using RingLease lease = Open(engine, "l24");
        RunFor(engine, 1);
        _failing = "Complete";
        while (engine.State == StationState.Playing)
        {
            long next = engine.Step(TestContext.Current.CancellationToken);
            _time.Now = next == Station.Never ? _time.Now : next;
        }

        _failing = "Dispose";
        Assert.Equal(StationState.Ended, engine.State);
        Assert.Equal(DropReason.None, Assert.IsType<EndItem>(StreamRun.ItemsOf(other.Ring)[^1]).Reason);
        Assert.Equal(DropReason.RenditionFailed, Assert.IsType<EndItem>(StreamRun.ItemsOf(lease.Ring)[^1]).Reason);
    }

    [Fact]
    public void A_pushed_packet_too_large_for_RTP_is_encoded_and_not_passed_on()
    {
        var format = new AudioFormat(48_000, 2);
        var buffer = new IngestBuffer("live", new IngestOptions(), format);
        var options = new StationOptions { Name = "live", StartAtOnce = true, IsFed = true };
        using var engine = new Station(options, new FallbackSource(buffer, null, 0, NullLogger.Instance), _time, NullLogger.Instance);
        using RingLease lease = Open(engine, "opus");
        Assert.True(buffer.TryBegin("a test", takesOver: false, out IngestWriter? writer));
        writer.OnFormat(new StreamFormat(format, 0, StreamCodec.Opus, 0, []));
        for (int i = 0; i < 300; i++)
        {
            writer.OnPacket(new byte[i == 150 ? 70_000 : 100], new float[960 * 2]);
            RunFor(engine, 0.02);
        }

        Assert.Equal(StationState.Playing, engine.State);
        Assert.Equal(0, Of(engine, "opus").Failures);
        PacketItem[] packets = [.. StreamRun.ItemsOf(lease.Ring).OfType<PacketItem>()];
        Assert.Contains(packets, p => p.Payload.Length == 100 && !p.Payload.Span.ContainsAnyExcept((byte)0));
        Assert.All(packets.Zip(packets.Skip(1)),
            pair => Assert.InRange(pair.Second.Position - pair.First.Position - pair.First.Frames, -480, 480));
    }

    private Station Create(long frames = long.MaxValue) => new(
        new StationOptions { Name = "test", RingDuration = TimeSpan.FromSeconds(30) },
        new RampSource(new AudioFormat(48_000, 1), frames),
        _time,
        NullLogger.Instance,
        spec => spec.Name != "l24" ? spec : spec with
        {
            CreateEncoder =
                () => _failing == "Create"
                    ? throw new InvalidOperationException("no encoder")
                    : new FailingEncoder(spec.CreateEncoder(), where => where == _failing),
        });

    private static RingLease Open(Station engine, string rendition)
    {
        BroadcastRing ring = engine.Listing.Renditions.Single(r => r.Info.Name == rendition);
        Assert.True(ring.TryOpen(default, out RingLease? lease, out RingRefusal? refusal), refusal?.Text);
        return lease;
    }

    private static RenditionSnapshot Of(Station engine, string name) => engine.GetSnapshot().Renditions.Single(r => r.Name == name);

    private void RunFor(Station engine, double seconds)
    {
        long end = _time.Now + (long)(seconds * _time.TimestampFrequency);
        while (_time.Now < end)
        {
            _time.Now = Math.Min(end, engine.Step(TestContext.Current.CancellationToken));
        }
    }
}
