using Linnet.Clock;
using Linnet.Stations;

namespace Linnet.Tests.Stations;

/// <summary>1000 frames and a million ticks per second: a frame lasts 1000 ticks.</summary>
public class StationClockTests
{
    private const int Rate = 1000;
    private const long Second = 1_000_000;
    private const int Block = 10;
    private const long BlockTime = Block * Second / Rate;
    private const long Start = 5 * Second;

    [Fact]
    public void A_source_that_is_read_on_time_changes_only_the_position()
    {
        StationClock clock = Create();
        clock.Start(Start, stock: 0);

        for (int i = 0; i < 100_000; i++)
        {
            Assert.Equal(Start + (i * BlockTime), clock.NextDueAt);
            Assert.Equal(default, clock.Advance(Block, pace: 0, soundLost: false, clock.NextDueAt));
        }

        Assert.Equal((100_000L * Block, Start, 0), (clock.Position, clock.Timeline.Epoch, clock.Resets));
        Assert.Equal(Rate, clock.DuePosition(Start + Second));
        Assert.Equal(clock.Position, clock.DuePosition(Start + (2000 * Second)));
        Assert.Equal(0, clock.DuePosition(Start - Second));
    }

    [Fact]
    public void A_source_that_is_a_little_late_catches_up_and_a_source_that_is_too_late_resets_the_clock()
    {
        StationClock clock = Create();
        clock.Start(Start, stock: 0);
        clock.Advance(Block, 0, false, Start);

        Assert.Equal(default, clock.Advance(Block, 0, false, clock.NextDueAt + (Second / 10)));
        long now = clock.NextDueAt + (Second / 10) + 1;
        Assert.Equal(new ClockChange { IsStep = true, Late = (Second / 10) + 1 }, clock.Advance(Block, 0, false, now));

        Assert.Equal((now + BlockTime, 1), (clock.NextDueAt, clock.Resets));
    }

    [Fact]
    public void A_first_block_that_took_long_to_read_begins_when_it_is_there_and_counts_as_no_lateness()
    {
        StationClock clock = Create();
        clock.Start(Start, stock: 0);

        Assert.Equal(new ClockChange { IsStep = true }, clock.Advance(Block, 0, false, Start + (3 * Second)));

        Assert.Equal((Start + (3 * Second) + BlockTime, 0), (clock.NextDueAt, clock.Resets));
    }

    [Fact]
    public void A_stock_that_was_due_before_the_start_may_take_as_long_to_read_as_it_lasts()
    {
        StationClock clock = Create();
        clock.Start(Start, stock: 2 * Second);
        Assert.Equal(Start - (2 * Second), clock.NextDueAt);

        // 2 s of sound read in 1.9 s: it is always late, and never too late.
        for (int i = 0; i < 200; i++)
        {
            Assert.Equal(default, clock.Advance(Block, 0, false, Start + (i * BlockTime * 95 / 100)));
        }

        Assert.Equal(Start, clock.NextDueAt);
        Assert.Equal(0, clock.Resets);
    }

    [Fact]
    public void Lost_sound_is_reported_and_does_not_move_the_clock_of_a_file()
    {
        StationClock clock = Create();
        clock.Start(Start, stock: 0);
        clock.Advance(Block, 0, false, Start);

        Assert.Equal(new ClockChange { IsStep = true, SoundLost = true }, clock.Advance(Block, 0, soundLost: true, clock.NextDueAt));

        Assert.Equal((Start, 0), (clock.Timeline.Epoch, clock.Resets));
    }

    [Fact]
    public void A_sender_that_is_fast_is_followed()
    {
        StationClock clock = Create();
        clock.Start(Start, stock: 0);
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(new ClockChange { IsAdjusted = true }, clock.Advance(Block, pace: 0.001, false, Start + (i * BlockTime)));
        }

        // A second of its sound takes a thousandth less.
        Assert.Equal(Start + (Second * 999 / 1000), clock.NextDueAt);
    }

    [Fact]
    public void A_live_source_is_anchored_where_its_first_block_ends_and_then_followed_smoothly()
    {
        StationClock clock = Create(isLive: true);
        clock.Start(Start, stock: 0);

        Assert.Equal(new ClockChange { IsStep = true }, clock.Advance(Block, 0, false, Start + 33_000));
        Assert.Equal(Start + 33_000, clock.NextDueAt);
        Assert.Equal(new ClockChange { IsAdjusted = true }, clock.Advance(Block, 0, false, clock.NextDueAt + BlockTime + 2560));
        Assert.Equal(Start + 33_000 + BlockTime + 10, clock.NextDueAt);
    }

    [Fact]
    public void A_live_source_that_lost_the_sound_of_its_stall_steps_the_clock_once_and_is_counted()
    {
        ClockChange[] changes = StallOf(seconds: 2, kept: 0, soundLost: false, out StationClock clock);

        Assert.Equal([new ClockChange { IsStep = true, Late = 2 * Second }], changes);
        Assert.Equal(1, clock.Resets);
    }

    [Fact]
    public void A_live_source_that_kept_the_sound_of_its_stall_leaves_the_clock_unchanged()
    {
        ClockChange[] changes = StallOf(seconds: 2, kept: 2 * Second / BlockTime, soundLost: false, out StationClock clock);

        Assert.Equal([new ClockChange { Stalled = (2 * Second) - BlockTime }], changes);
        Assert.Equal((Start, 0), (clock.Timeline.Epoch, clock.Resets));
    }

    [Fact]
    public void A_live_source_that_reports_lost_sound_steps_the_clock_and_is_not_counted()
    {
        ClockChange[] changes = StallOf(seconds: 2, kept: 0, soundLost: true, out StationClock clock);

        Assert.Equal([new ClockChange { IsStep = true, SoundLost = true }, new ClockChange { IsStep = true }], changes);
        Assert.Equal((Start + (2 * Second), 0), (clock.Timeline.Epoch, clock.Resets));
    }

    private static StationClock Create(bool isLive = false) => new(Rate, Second, TimeSpan.FromMilliseconds(100), isLive, Start);

    /// <summary>Runs a source that stalls, then delivers the sound it kept, and then continues; returns the changes.</summary>
    private static ClockChange[] StallOf(int seconds, long kept, bool soundLost, out StationClock clock)
    {
        clock = Create(isLive: true);
        clock.Start(Start, stock: 0);
        long now = Start;
        for (int i = 0; i < 10; i++)
        {
            now += BlockTime;
            clock.Advance(Block, 0, false, now);
        }

        var changes = new List<ClockChange>();
        now += seconds * Second;
        for (int i = 0; i < kept + 60; i++)
        {
            // The kept sound comes at once, as if no time had passed.
            now += i < kept ? 0 : BlockTime;
            ClockChange change = clock.Advance(Block, 0, soundLost && i == 0, now);
            if (change != default && !change.IsAdjusted)
            {
                changes.Add(change);
            }
        }

        return [.. changes];
    }
}
