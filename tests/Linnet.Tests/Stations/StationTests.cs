using System.Buffers.Binary;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Codecs;
using Linnet.Sources;
using Linnet.Stations;
using Linnet.Tests.Fakes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests.Stations;

public class StationTests
{
    private readonly SteppedTime _time = new();

    [Theory]
    [InlineData(44_100)]
    [InlineData(48_000)]
    public void For_an_hour_every_packet_leaves_at_its_deadline_and_no_error_accumulates(int rate)
    {
        using Station engine = Create(new RampSource(new AudioFormat(rate, 1)));
        var counters = new SenderCounters(_time.TimestampFrequency);
        var loop = new SenderLoop(new SenderOptions(), _time.TimestampFrequency, counters, _ => { });
        var listener = new ClockedListener(Open(engine, "pcm"), _time);
        long start = _time.Now;
        long hour = 3600 * _time.TimestampFrequency;
        loop.Add(listener, _time.Now);

        while (_time.Now < start + hour)
        {
            long next = Math.Min(engine.Step(TestContext.Current.CancellationToken), loop.Step(_time.Now));
            Assert.True(next > _time.Now || next < start + hour);
            _time.Now = Math.Max(next, _time.Now);
        }

        int framesPerPacket = rate / 200;
        Assert.Equal(((3600L * rate) + framesPerPacket - 1) / framesPerPacket, listener.Packets);
        Assert.Equal(0, listener.WorstErrorNs);
        Assert.Equal(TimeSpan.Zero, counters.Lateness.Max);
        Assert.Equal(counters.Due, counters.Sent);
    }

    [Fact]
    public void A_station_is_stopped_until_its_first_listener_and_then_starts_at_the_first_frame()
    {
        long read = -1;
        using Station engine = Create(new RampSource(new AudioFormat(8000, 2)) { OnRead = p => read = p });
        Assert.Equal(Station.Never, engine.Step(TestContext.Current.CancellationToken));
        Assert.Equal((-1, StationState.Waiting), (read, engine.State));

        using RingLease lease = Open(engine, "pcm");
        engine.Step(TestContext.Current.CancellationToken);

        Assert.Equal(StationState.Playing, engine.State);
        Assert.Equal(0, Packets(lease.Ring)[0].Position);
    }

    [Fact]
    public void Packets_wait_in_the_ring_before_they_are_due()
    {
        using Station engine = Create(new RampSource(new AudioFormat(48_000, 1)));
        using RingLease lease = Open(engine, "pcm");

        long next = engine.Step(TestContext.Current.CancellationToken);

        PacketItem last = Packets(lease.Ring)[^1];
        Assert.InRange(last.DueAt - _time.Now, 290_000_000, 310_000_000);
        Assert.InRange(next - _time.Now, 1, 10_000_000);
    }

    [Fact]
    public void Every_sample_comes_out_from_the_first_to_the_last_though_the_last_packet_is_short()
    {
        const int Frames = (8000 * 3) + 17;
        var format = new AudioFormat(8000, 2);
        using Station engine = Create(new RampSource(format, Frames) { MaxRead = 13 });
        using RingLease lease = Open(engine, "l16");

        RunToEnd(engine);

        short[] samples = [.. Packets(lease.Ring).SelectMany(p => Samples(p.Payload.Span))];
        Assert.Equal(Frames * 2, samples.Length);
        for (int i = 0; i < samples.Length; i++)
        {
            Assert.Equal(RampSource.SampleAt(i / 2, i % 2), samples[i]);
        }

        EndItem end = Assert.IsType<EndItem>(StreamRun.ItemsOf(lease.Ring)[^1]);
        Assert.Equal(Frames, end.Position);
        Assert.Equal(Packets(lease.Ring)[0].DueAt + (Frames * 1_000_000_000L / 8000), end.DueAt);
    }

    [Fact]
    public void Positions_follow_each_other_without_a_gap_and_rtp_counts_with_them()
    {
        using Station engine = Create(new RampSource(new AudioFormat(44_100, 1), 44_100));
        using RingLease lease = Open(engine, "opus");

        RunToEnd(engine);

        PacketItem[] packets = Packets(lease.Ring);
        Assert.Equal(51, packets.Length);
        Assert.Equal(-312, packets[0].Position);
        for (int i = 1; i < packets.Length; i++)
        {
            Assert.Equal(packets[i - 1].Position + 960, packets[i].Position);
            Assert.Equal(unchecked(packets[i - 1].Timestamp + 960), packets[i].Timestamp);
            Assert.Equal(unchecked((ushort)(packets[i - 1].SequenceNumber + 1)), packets[i].SequenceNumber);
            Assert.True(packets[i].DueAt >= packets[i - 1].DueAt);
        }
    }

    [Fact]
    public void A_rendition_that_starts_later_starts_with_audio_that_is_already_due()
    {
        using Station engine = Create(new RampSource(new AudioFormat(48_000, 1)));
        using RingLease first = Open(engine, "l16");
        RunFor(engine, seconds: 10);

        using RingLease second = Open(engine, "l24");
        engine.Step(TestContext.Current.CancellationToken);

        PacketItem[] packets = Packets(second.Ring);
        Assert.InRange(_time.Now - packets[0].DueAt, 500_000_000, 560_000_000);
        Assert.InRange(packets[^1].DueAt - _time.Now, 280_000_000, 310_000_000);
        Assert.Equal(RampSource.SampleAt(packets[0].Position, 0), BinaryPrimitives.ReadInt16BigEndian(packets[0].Payload.Span));
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(true, 0)]
    [InlineData(false, 2)]
    public void A_station_of_stored_audio_begins_with_the_lead_that_its_first_listener_requests(bool isStored, double wanted)
    {
        // Each read takes a millisecond: reading the whole lead takes longer than a source may be late.
        using Station engine =
            Create(new RampSource(new AudioFormat(48_000, 1)) { IsStored = isStored, OnRead = _ => _time.Now += 1_000_000 });
        long start = _time.Now;
        using RingLease lease = Open(engine, "l16", TimeSpan.FromSeconds(wanted));
        engine.Step(TestContext.Current.CancellationToken);

        PacketItem[] packets = Packets(lease.Ring);
        Assert.Equal((0, RampSource.SampleAt(0, 0)), (packets[0].Position, BinaryPrimitives.ReadInt16BigEndian(packets[0].Payload.Span)));
        Assert.Equal(isStored ? wanted : 0, (start - packets[0].DueAt) / 1e9, 0.002);
        Assert.InRange(packets[^1].DueAt - _time.Now, 280_000_000, 310_000_000);
        Assert.Equal(0, engine.GetSnapshot().Reanchored);

        RunFor(engine, seconds: 5);
        Assert.Equal(0, engine.GetSnapshot().Reanchored);
        packets = Packets(lease.Ring);
        Assert.All(packets.Zip(packets.Skip(1)), pair => Assert.Equal(pair.First.DueAt + 5_000_000, pair.Second.DueAt, 1.0));
    }

    [Fact]
    public void A_rendition_that_starts_later_starts_with_as_much_as_its_first_listener_requests()
    {
        using Station engine = Create(new RampSource(new AudioFormat(48_000, 1)));
        using RingLease first = Open(engine, "l16");
        RunFor(engine, seconds: 10);

        using RingLease second = Open(engine, "opus", TimeSpan.FromSeconds(2));
        engine.Step(TestContext.Current.CancellationToken);

        Assert.Equal(2.0, (_time.Now - Packets(second.Ring)[0].DueAt) / 1e9, 0.03);
    }

    [Fact]
    public void A_rendition_without_listeners_stops_after_its_idle_time_and_can_start_again()
    {
        using Station engine = Create(new RampSource(new AudioFormat(48_000, 1)));
        RingLease lease = Open(engine, "l16");
        RunFor(engine, seconds: 1);
        lease.Dispose();

        RunFor(engine, seconds: 9);
        Assert.True(Rendition(engine, "l16").Running);
        RunFor(engine, seconds: 2);
        Assert.False(Rendition(engine, "l16").Running);
        long packets = Rendition(engine, "l16").Packets;

        using RingLease again = Open(engine, "l16");
        engine.Step(TestContext.Current.CancellationToken);
        Assert.True(Rendition(engine, "l16").Running);
        Assert.True(Rendition(engine, "l16").Packets > packets);
        PacketItem first = Packets(again.Ring)[0];
        Assert.InRange(_time.Now - first.DueAt, 500_000_000, 560_000_000);
    }

    [Fact]
    public void Packets_that_are_ready_too_late_are_counted_with_their_rendition()
    {
        int slow = 0;
        using Station engine =
            Create(new RampSource(new AudioFormat(48_000, 1)) { OnRead = _ => _time.Now += slow-- > 0 ? 11_000_000 : 0 });
        using RingLease lease = Open(engine, "l16");
        RunFor(engine, seconds: 3);
        Assert.Equal(0, Rendition(engine, "l16").LatePackets);

        // Ten milliseconds take eleven: the reserve runs out, then each is later than the one before, until the clock is reset.
        slow = 900;
        RunFor(engine, seconds: 1);

        Assert.InRange(Rendition(engine, "l16").LatePackets, 100, 2000);
        Assert.InRange(engine.GetSnapshot().Reanchored, 1, 20);
    }

    [Fact]
    public void A_title_stands_before_the_packet_with_its_first_frame()
    {
        var source = new RampSource(new AudioFormat(48_000, 1), 48_000);
        (source.Tracks[0], source.Tracks[10_100]) = (new TrackInfo("one"), new TrackInfo("two"));
        using Station engine = Create(source);
        using RingLease lease = Open(engine, "l16");

        RunToEnd(engine);

        RingItem[] items = StreamRun.ItemsOf(lease.Ring);
        int at = Array.FindIndex(items, i => i is TitleItem { Track.Title: "two" });
        PacketItem after = Assert.IsType<PacketItem>(items[at + 1]);
        Assert.Equal(10_100, items[at].Position);
        Assert.InRange(10_100, after.Position, after.Position + after.Frames - 1);
        Assert.Contains(items.Take(3), i => i is TitleItem { Track.Title: "one" });
    }

    [Fact]
    public void A_repeated_title_is_logged_once()
    {
        var log = new RecordingLogger();
        var source = new RampSource(new AudioFormat(48_000, 1), 48_000);
        (source.Tracks[0], source.Tracks[10_100]) = (new TrackInfo("one"), new TrackInfo("one"));
        (source.Tracks[20_100], source.Tracks[30_100]) = (new TrackInfo("two"), new TrackInfo("one"));
        using Station engine = Create(source, log: log);
        using RingLease lease = Open(engine, "l16");
        RunToEnd(engine);
        Assert.Equal(["one", "two", "one"],
            log.Lines.Where(static l => l.StartsWith("204 ", StringComparison.Ordinal)).Select(static l => l.Split(' ')[^1]));
    }

    [Fact]
    public void A_stalled_source_resets_the_clock_and_loses_no_audio()
    {
        bool stalled = false;
        var source = new RampSource(new AudioFormat(48_000, 1), 48_000 * 3)
        {
            OnRead = position =>
            {
                if (position >= 48_000 && !stalled)
                {
                    stalled = true;
                    _time.Now += 2_000_000_000;
                }
            },
        };
        using Station engine = Create(source);
        using RingLease lease = Open(engine, "l16");

        RunToEnd(engine);

        PacketItem[] packets = Packets(lease.Ring);
        Assert.Equal(600, packets.Length);
        Assert.Equal(1, engine.GetSnapshot().Reanchored);
        Assert.Equal(2, StreamRun.ItemsOf(lease.Ring).Count(i => i is DiscontinuityItem));
        PacketItem late = packets.First(p => p.Position == 48_000);
        Assert.InRange(late.DueAt - packets[0].DueAt, 2_600_000_000, 2_800_000_000);
        Assert.Equal(5_000_000, packets[^1].DueAt - packets[^2].DueAt);
    }

    [Fact]
    public void A_live_source_is_followed_and_its_packets_leave_when_they_arrive()
    {
        const double Drift = 1.000_1;
        long start = _time.Now;
        var source = new RampSource(new AudioFormat(48_000, 1))
        {
            IsLive = true,
            MaxRead = 480,
            OnRead = p => _time.Now = start + (long)((p + 480) * 1e9 / 48_000 * Drift)
        };
        using Station engine = Create(source);
        using RingLease lease = Open(engine, "l16");

        for (int i = 0; i < 60_000; i++)
        {
            long next = engine.Step(TestContext.Current.CancellationToken);
            Assert.Equal(_time.Now, next);
        }

        PacketItem last = Packets(lease.Ring)[^1];
        Assert.Equal(_time.Now, last.DueAt);
        Assert.Equal(0, engine.GetSnapshot().Reanchored);

        // Ten minutes of 100 ppm are 60 ms; the clock map has followed to within what its gain allows.
        long mapped = lease.Ring.Timeline!.Value.DueAt(last.Position + last.Frames);
        Assert.InRange(_time.Now - mapped, -1_000_000, 1_000_000);
    }

    [Fact]
    public void A_failed_source_ends_the_rings_and_reports_why()
    {
        using Station engine =
            Create(new RampSource(new AudioFormat(48_000, 1)) { OnRead = p => _ = p > 9_000 ? throw new IOException("gone") : 0 });
        using RingLease lease = Open(engine, "l16");

        Assert.Throws<IOException>(() => engine.Step(TestContext.Current.CancellationToken));
        engine.Finish(StationState.Failed, "gone");

        Assert.IsType<EndItem>(StreamRun.ItemsOf(lease.Ring)[^1]);
        Assert.Equal(("gone", StationState.Failed), (engine.GetSnapshot().Problem, engine.State));
        lease.Dispose();
        Assert.False(lease.Ring.TryOpen(default, out _, out _));
    }

    [Fact]
    public void The_same_moment_has_the_same_position_in_every_rendition()
    {
        // Sample 20,000 of 44,100 is the only one that is not silent.
        using Station engine = Create(new ClickSource(new AudioFormat(44_100, 1), 44_100, 20_000));
        using RingLease pcm = Open(engine, "l16");
        using RingLease opus = Open(engine, "opus");
        using RingLease quick = Open(engine, "opus-5ms");

        RunToEnd(engine);

        double expected = 20_000.0 / 44_100;
        Assert.Equal(20_000, ClickPosition(pcm.Ring));
        Assert.InRange(ClickPosition(opus.Ring) / 48_000.0, expected - (1 / 44_100.0), expected + (1 / 44_100.0));
        Assert.InRange(ClickPosition(quick.Ring) / 48_000.0, expected - (1 / 44_100.0), expected + (1 / 44_100.0));
    }

    private static long ClickPosition(BroadcastRing ring)
    {
        Assert.True(AudioDecoders.TryCreate(ring.Info.Payload, out IAudioDecoder? decoder, out string? problem), problem);
        using (decoder)
        {
            float[] pcm = new float[decoder.MaxFramesPerPacket * decoder.Format.Channels];
            (float peak, long position) best = default;
            foreach (PacketItem packet in Packets(ring))
            {
                Assert.True(decoder.TryDecode(packet.Payload.Span, pcm, out int frames));
                for (int i = 0; i < frames; i++)
                {
                    float level = Math.Abs(pcm[i * decoder.Format.Channels]);
                    best = level > best.peak ? (level, packet.Position + i) : best;
                }
            }

            return best.position;
        }
    }

    private Station Create(IAudioSource source, Func<StationOptions, StationOptions>? change = null, RecordingLogger? log = null)
    {
        var options = new StationOptions { Name = "test", RingDuration = TimeSpan.FromSeconds(30) };
        return new Station(change?.Invoke(options) ?? options, source, _time, (ILogger?)log ?? NullLogger.Instance);
    }

    private static RingLease Open(Station engine, string rendition, TimeSpan stock = default)
    {
        BroadcastRing ring = engine.Listing.Renditions.Single(r => r.Info.Name == rendition);
        Assert.True(ring.TryOpen(new RingRequest(stock), out RingLease? lease, out _));
        return lease;
    }

    private static RenditionSnapshot Rendition(Station engine, string name) =>
        engine.GetSnapshot().Renditions.Single(r => r.Name == name);

    private void RunFor(Station engine, double seconds)
    {
        long end = _time.Now + (long)(seconds * 1e9);
        while (_time.Now < end)
        {
            _time.Now = Math.Min(end, engine.Step(TestContext.Current.CancellationToken));
        }
    }

    private void RunToEnd(Station engine)
    {
        while (engine.State is StationState.Waiting or StationState.Playing)
        {
            long next = engine.Step(TestContext.Current.CancellationToken);
            _time.Now = next == Station.Never ? _time.Now : next;
        }
    }

    private static PacketItem[] Packets(BroadcastRing ring) => [.. StreamRun.ItemsOf(ring).OfType<PacketItem>()];

    private static short[] Samples(ReadOnlySpan<byte> payload)
    {
        short[] samples = new short[payload.Length / 2];
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = BinaryPrimitives.ReadInt16BigEndian(payload[(2 * i)..]);
        }

        return samples;
    }
}
