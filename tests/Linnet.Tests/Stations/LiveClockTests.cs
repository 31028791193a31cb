using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Stations;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Stations;

/// <summary>Stalls of a live source: one step of the clock and one log line, however the source continues.</summary>
public class LiveClockTests
{
    private const long Ms = 1_000_000;

    private readonly RecordingLogger _logger = new();
    private readonly SteppedTime _time = new();

    [Theory]
    [InlineData(0)]          // nothing was kept: the sound of the stall is lost
    [InlineData(400)]
    [InlineData(1000)]
    [InlineData(1500)]       // all was kept
    public void A_stall_is_one_step_of_the_clock_or_none_and_one_line(int keptMs)
    {
        // 10 ms each; after 5 s nothing for 1.5 s, and then what the device has kept, a block each 0.2 ms.
        long arrival = 0;
        var source = new RampSource(new AudioFormat(48_000, 1))
        {
            IsLive = true,
            MaxRead = 480,
            OnRead = position =>
            {
                long block = position / 480;
                int kept = keptMs / 10;
                arrival += block == 500 ? 1500 * Ms : block > 500 && block < 500 + kept ? Ms / 5 : 10 * Ms;
                _time.Now = Start + arrival;
            },
        };
        using Station engine = Create(source);
        using RingLease lease = Open(engine);

        Run(engine, blocks: 2000);

        // Of the 1500 ms, 10 are the block's own, and the kept sound came within a few.
        double lastingMs = 1490 - keptMs;
        Assert.Equal(lastingMs > 100 ? 1 : 0, engine.GetSnapshot().Reanchored);
        Assert.Single(_logger.Lines, IsOfClock);

        // One when it starts, and one when the first sound is there.
        Assert.Equal(lastingMs > 100 ? 3 : 2, Items(lease.Ring).Count(i => i is DiscontinuityItem));

        // The map says again when sound arrives.
        PacketItem last = Items(lease.Ring).OfType<PacketItem>().Last();
        Assert.InRange(_time.Now - lease.Ring.Timeline!.Value.DueAt(last.Position + last.Frames), -20 * Ms, 20 * Ms);
    }

    [Fact]
    public void A_burst_in_which_sound_is_lost_again_and_again_is_one_step()
    {
        long arrival = 0;
        bool lost = false;
        var source = new RampSource(new AudioFormat(48_000, 1))
        {
            IsLive = true,
            MaxRead = 480,
            OnRead = position =>
            {
                long block = position / 480;
                lost = block is >= 503 and <= 530;
                arrival += block == 500 ? 20_000 * Ms : block is > 500 and < 600 ? Ms / 5 : 10 * Ms;
                _time.Now = Start + arrival;
            },
        };
        using Station engine = Create(new LosingSource(source, () => lost));
        using RingLease lease = Open(engine);

        Run(engine, blocks: 2000);

        Assert.Equal(1, engine.GetSnapshot().Reanchored);
        Assert.Single(_logger.Lines, IsOfClock);
        PacketItem last = Items(lease.Ring).OfType<PacketItem>().Last();
        Assert.InRange(_time.Now - lease.Ring.Timeline!.Value.DueAt(last.Position + last.Frames), -20 * Ms, 20 * Ms);
    }

    [Fact]
    public void Sound_that_the_source_reports_as_lost_steps_the_clock_and_is_logged_once()
    {
        long arrival = 0;
        bool lost = false;
        var source = new RampSource(new AudioFormat(48_000, 1))
        {
            IsLive = true,
            MaxRead = 480,
            OnRead = position =>
            {
                lost = position / 480 == 500;
                arrival += lost ? 310 * Ms : 10 * Ms;
                _time.Now = Start + arrival;
            },
        };
        using Station engine = Create(new LosingSource(source, () => lost));
        using RingLease lease = Open(engine);

        Run(engine, blocks: 700);

        Assert.Equal(0, engine.GetSnapshot().Reanchored);
        Assert.DoesNotContain(_logger.Lines, IsOfClock);
        PacketItem[] packets = [.. Items(lease.Ring).OfType<PacketItem>()];
        Assert.Equal([0, 480 * 500], packets.Where(p => p.Datagram.Span[1] >> 7 == 1).Select(p => p.Position));
        Assert.InRange(_time.Now - lease.Ring.Timeline!.Value.DueAt(packets[^1].Position + packets[^1].Frames), -5 * Ms, 5 * Ms);
    }

    [Fact]
    public void Each_stall_is_a_step_and_log_lines_are_ten_seconds_apart()
    {
        long arrival = 0;
        var source = new RampSource(new AudioFormat(48_000, 1))
        {
            IsLive = true,
            MaxRead = 480,
            OnRead = position =>
            {
                arrival += position / 480 is 500 or 600 or 1800 ? 510 * Ms : 10 * Ms;
                _time.Now = Start + arrival;
            },
        };
        using Station engine = Create(source);

        Run(engine, blocks: 2000);

        Assert.Equal(3, engine.GetSnapshot().Reanchored);
        Assert.Equal(2, _logger.Lines.Count(IsOfClock));
        Assert.Contains("(resets since the start: 3)", _logger.Lines.Last(IsOfClock), StringComparison.Ordinal);
    }

    [Fact]
    public void Blocks_that_come_in_large_pieces_are_no_stall()
    {
        // A device that gives 80 ms at a time.
        long arrival = 0;
        var source = new RampSource(new AudioFormat(48_000, 1))
        {
            IsLive = true,
            MaxRead = 480,
            OnRead = position =>
            {
                arrival += position / 480 % 8 == 0 ? 80 * Ms : 0;
                _time.Now = Start + arrival;
            },
        };
        using Station engine = Create(source);

        Run(engine, blocks: 2000);

        Assert.Equal(0, engine.GetSnapshot().Reanchored);
        Assert.DoesNotContain(_logger.Lines, IsOfClock);
    }

    [Fact]
    public void A_block_that_comes_too_early_steps_the_clock_back()
    {
        var clock = new LiveClock(mostOff: 100 * Ms, ticksPerSecond: 1000 * Ms);

        (Stall stall, long at) = Watch(clock, static _ => -150 * Ms);

        Assert.Equal(new Stall(-150 * Ms, -150 * Ms, MustStep: true, IsExplained: false), stall);
        Assert.Equal(250 * Ms, at);
    }

    [Fact]
    public void Jitter_and_drift_are_no_burst()
    {
        var clock = new LiveClock(mostOff: 100 * Ms, ticksPerSecond: 1000 * Ms);

        // A fiftieth of a millisecond earlier with each block.
        (Stall stall, long at) = Watch(clock, static block => (500 * Ms) - (block * Ms / 50));

        Assert.Equal((500 * Ms, 250 * Ms), (stall.Lasting, at));
    }

    [Fact]
    public void A_burst_without_end_is_ended()
    {
        var clock = new LiveClock(mostOff: 100 * Ms, ticksPerSecond: 1000 * Ms);

        (Stall stall, long at) = Watch(clock, static block => (20_000 * Ms) - (block * 2 * Ms));

        Assert.Equal((19_000 * Ms, 5000 * Ms), (stall.Lasting, at));
    }

    [Fact]
    public void Blocks_before_a_loss_in_a_burst_do_not_affect_the_lasting_offset()
    {
        var clock = new LiveClock(mostOff: 100 * Ms, ticksPerSecond: 1000 * Ms);

        (Stall stall, long at) =
            Watch(clock, static block => block switch { 0 => 900 * Ms, < 5 => 300 * Ms, _ => 700 * Ms }, lostBefore: 5);

        Assert.Equal(new Stall(900 * Ms, 700 * Ms, MustStep: true, IsExplained: false), stall);
        Assert.Equal(300 * Ms, at);
    }

    [Fact]
    public void Lost_sound_is_a_step_however_small()
    {
        var clock = new LiveClock(mostOff: 100 * Ms, ticksPerSecond: 1000 * Ms);

        (Stall stall, _) = Watch(clock, static _ => 50 * Ms, lostBefore: 0);

        Assert.Equal(new Stall(50 * Ms, 50 * Ms, MustStep: true, IsExplained: true), stall);
    }

    private static long Start => 1_000_000 * Ms;

    // A block each 10 ms, until it is decided.
    private static (Stall Stall, long At) Watch(LiveClock clock, Func<int, long> error, int lostBefore = -1)
    {
        for (int block = 0; block < 10_000; block++)
        {
            if (clock.Observe(error(block), block * 10 * Ms, block == lostBefore) is { } stall)
            {
                Assert.False(clock.IsWatching);
                return (stall, block * 10 * Ms);
            }

            Assert.True(clock.IsWatching);
        }

        throw new InvalidOperationException("It is never decided.");
    }

    private static bool IsOfClock(string line) =>
        line.StartsWith("203", StringComparison.Ordinal) || line.StartsWith("745", StringComparison.Ordinal);

    private static void Run(Station engine, int blocks)
    {
        for (int i = 0; i < blocks; i++)
        {
            engine.Step(TestContext.Current.CancellationToken);
        }
    }

    private Station Create(Linnet.Sources.IAudioSource source)
    {
        _time.Now = Start;
        return new Station(new StationOptions { Name = "mic", RingDuration = TimeSpan.FromSeconds(60) }, source, _time, _logger);
    }

    private static RingLease Open(Station engine)
    {
        BroadcastRing ring = engine.Listing.Renditions.Single(static r => r.Info.Name == "l16");
        Assert.True(ring.TryOpen(default, out RingLease? lease, out _));
        return lease;
    }

    private static List<RingItem> Items(BroadcastRing ring)
    {
        var items = new List<RingItem>();
        for (long i = Math.Max(0, ring.Head - ring.Capacity); i < ring.Head; i++)
        {
            if (ring.TryGet(i, out RingItem? item))
            {
                items.Add(item);
            }
        }

        return items;
    }

    /// <summary>Says of some reads that sound was lost before them.</summary>
    private sealed class LosingSource(RampSource inner, Func<bool> isLost) : Linnet.Sources.IAudioSource
    {
        public AudioFormat Format => inner.Format;

        public int BitDepth => inner.BitDepth;

        public bool IsLive => true;

        public TimeSpan? Duration => null;

        public Linnet.Sources.SourceRead Read(Span<float> pcm, CancellationToken cancellationToken) =>
            inner.Read(pcm, cancellationToken) with { Discontinuity = isLost() };

        public void Dispose() => inner.Dispose();
    }
}
