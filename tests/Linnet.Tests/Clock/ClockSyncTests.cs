using Linnet.Clock;

namespace Linnet.Tests.Clock;

public class ClockSyncTests
{
    private const double Second = 1e6;

    [Theory]
    [InlineData(200, -200, 150, 150, 300)]
    [InlineData(-200, 200, 150, 150, 20_000)]
    [InlineData(0, 0, 150, 6000, 20_000)]
    [InlineData(200, 200, 40_000, 10_000, 400_000)]
    [InlineData(-35, 12, 60, 90, 0)]
    public void The_error_never_exceeds_the_bound_in_two_days(double ours, double theirs, double outward, double back, double jitter)
    {
        var clocks = new TwoClocks(seed: 1) { Out = outward, Back = back, Jitter = jitter };
        clocks.Skew(ours, theirs);
        var sync = new ClockSync();
        Start(sync, clocks);

        for (double end = clocks.Now + (2 * 86_400 * Second); clocks.Now < end;)
        {
            // Temperature: each clock's rate wanders by some ppm in an hour.
            double cycle = clocks.Now / (3600 * Second) % 1;
            double wander = 8 * (cycle < 0.5 ? cycle : 1 - cycle);
            clocks.Skew(ours + wander, theirs - wander);
            clocks.Advance(clocks.Uniform() * 10 * Second);
            AssertBounded(sync, clocks);
            Assert.True(sync.TryAdd(clocks.Exchange()));
            AssertBounded(sync, clocks);
        }

        ClockEstimate last = sync.Read(clocks.Ours)!.Value;
        Assert.Equal(0, last.Epoch);
        Assert.Equal(0, sync.Slips);
        Assert.InRange(last.BoundMicroseconds, 0, ((outward + back) / 2) + (jitter / 20) + 150);
        Assert.InRange(last.DriftBoundPpm, 0, 40 + ((outward + back + (jitter / 10)) / 300));
    }

    [Fact]
    public void A_clean_local_network_gives_the_offset_within_a_third_of_a_millisecond_after_twenty_exchanges()
    {
        var clocks = new TwoClocks(seed: 2);
        clocks.Skew(200, -200);
        var sync = new ClockSync();

        Start(sync, clocks);

        Assert.InRange(sync.Read(clocks.Ours)!.Value.BoundMicroseconds, 1, 330);
        AssertBounded(sync, clocks);
    }

    [Fact]
    public void Delayed_exchanges_do_not_move_the_estimate_far()
    {
        var clocks = new TwoClocks(seed: 3) { Jitter = 0 };
        var sync = new ClockSync();
        Start(sync, clocks);
        Run(sync, clocks, 60);
        double before = sync.Read(clocks.Ours)!.Value.OffsetMicroseconds;

        // Ten seconds of a congested way back.
        clocks.Back = 300_000;
        Run(sync, clocks, 10);

        Assert.InRange(sync.Read(clocks.Ours)!.Value.OffsetMicroseconds - before, -100, 100);
        AssertBounded(sync, clocks);
    }

    [Fact]
    public void The_drift_is_known_within_fifteen_ppm_after_three_minutes()
    {
        var clocks = new TwoClocks(seed: 4);
        clocks.Skew(-200, 200);
        var sync = new ClockSync();
        Start(sync, clocks);

        Run(sync, clocks, 180);

        ClockEstimate estimate = sync.Read(clocks.Ours)!.Value;
        Assert.InRange(estimate.DriftBoundPpm, 0, 15);
        Assert.InRange(clocks.DriftPpm - estimate.DriftPpm, -estimate.DriftBoundPpm, estimate.DriftBoundPpm);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5e12)]
    public void A_restart_of_the_other_machine_begins_an_epoch_and_the_first_exchange_after_it_counts(double zero)
    {
        var clocks = new TwoClocks(seed: 5);
        var sync = new ClockSync();
        Start(sync, clocks);
        Run(sync, clocks, 100);

        clocks.Restart(zero);
        sync.TryAdd(clocks.Exchange());

        Assert.Equal(1, sync.Read(clocks.Ours)!.Value.Epoch);
        AssertBounded(sync, clocks);
        Run(sync, clocks, 100);
        Assert.Equal(1, sync.Read(clocks.Ours)!.Value.Epoch);
    }

    [Fact]
    public void A_sleep_that_stops_our_clock_begins_an_epoch()
    {
        var clocks = new TwoClocks(seed: 6);
        var sync = new ClockSync();
        Start(sync, clocks);
        Run(sync, clocks, 100);

        clocks.Sleep(20 * Second);
        sync.TryAdd(clocks.Exchange());

        Assert.Equal(1, sync.Read(clocks.Ours)!.Value.Epoch);
        AssertBounded(sync, clocks);
    }

    [Fact]
    public void A_sleep_in_which_our_clock_goes_on_is_the_same_epoch_with_a_wider_bound()
    {
        var clocks = new TwoClocks(seed: 7);
        clocks.Skew(100, -100);
        var sync = new ClockSync();
        Start(sync, clocks);
        Run(sync, clocks, 100);

        clocks.Advance(8 * 3600 * Second);

        Assert.InRange(sync.Read(clocks.Ours)!.Value.BoundMicroseconds, 1 * Second, 30 * Second);
        AssertBounded(sync, clocks);
        sync.TryAdd(clocks.Exchange());
        Assert.Equal(0, sync.Read(clocks.Ours)!.Value.Epoch);
        AssertBounded(sync, clocks);
        Assert.InRange(sync.Read(clocks.Ours)!.Value.BoundMicroseconds, 0, 2500);
    }

    [Fact]
    public void Restarts_and_sleeps_over_a_week_leave_every_later_estimate_within_its_bound()
    {
        var clocks = new TwoClocks(seed: 8) { Out = 2000, Back = 900, Jitter = 30_000 };
        var sync = new ClockSync();
        int jumps = 0;
        for (int hour = 0; hour < 7 * 24; hour++)
        {
            clocks.Skew((clocks.Uniform() - 0.5) * 400, (clocks.Uniform() - 0.5) * 400);
            if (hour > 0 && hour % 5 == 0)
            {
                clocks.Restart(clocks.Uniform() * 1e9);
                jumps++;
            }
            else if (hour % 7 == 3)
            {
                clocks.Sleep((1 + clocks.Uniform()) * 3600 * Second);
                jumps++;
            }

            // The step of the rate breaks an assumption, so what was learned is not carried over it.
            sync = hour % 5 == 0 || hour % 7 == 3 ? sync : new ClockSync();
            sync.TryAdd(clocks.Exchange());
            AssertBounded(sync, clocks);
            Run(sync, clocks, 360, between: 5);
        }

        Assert.InRange(jumps, 50, 60);
    }

    [Fact]
    public void A_step_of_the_drift_starts_the_measurement_again_within_the_epoch()
    {
        var clocks = new TwoClocks(seed: 9) { Jitter = 100 };
        var sync = new ClockSync();
        Start(sync, clocks);
        Run(sync, clocks, 300);

        clocks.Skew(0, 300);
        for (int i = 0; i < 60; i++)
        {
            clocks.Advance(Second);
            sync.TryAdd(clocks.Exchange());
        }

        Assert.Equal(0, sync.Read(clocks.Ours)!.Value.Epoch);
        Assert.InRange(sync.Slips, 1, 30);
        AssertBounded(sync, clocks);
    }

    [Fact]
    public void A_coarse_clock_is_allowed_for()
    {
        var clocks = new TwoClocks(seed: 10) { Resolution = 1000, Out = 50, Back = 50, Jitter = 500 };
        clocks.Skew(150, -150);
        var sync = new ClockSync(resolutionMicroseconds: 1000);
        Start(sync, clocks);

        for (int i = 0; i < 2000; i++)
        {
            clocks.Advance(clocks.Uniform() * 2 * Second);
            Assert.True(sync.TryAdd(clocks.Exchange()));
            ClockEstimate estimate = sync.Read(clocks.Ours)!.Value;
            Assert.InRange(Math.Abs(clocks.Offset - estimate.OffsetMicroseconds), 0, estimate.BoundMicroseconds + 1000);
        }

        Assert.Equal(0, sync.Read(clocks.Ours)!.Value.Epoch);
    }

    [Theory]
    [InlineData(100, 50, 40, 200)] // Replied before it was received.
    [InlineData(100, 50, 60, 90)] // Returned before it was sent.
    [InlineData(100, 50, 60_000, 200)] // Thought about it for longer than the exchange took.
    [InlineData(0, 50, 60, 10_000_001)] // Took more than ten seconds.
    [InlineData(long.MinValue, 50, 60, 90)]
    [InlineData(0, 50, long.MaxValue, 90)]
    public void Times_that_cannot_be_true_are_refused(long sent, long received, long replied, long returned)
    {
        var sync = new ClockSync();

        Assert.False(sync.TryAdd(new ClockExchange(sent, received, replied, returned)));
        Assert.Equal(1, sync.Refused);
        Assert.Null(sync.Read(0));
    }

    [Fact]
    public void An_exchange_that_ended_before_the_last_one_is_refused()
    {
        var sync = new ClockSync();
        Assert.True(sync.TryAdd(new ClockExchange(1000, 50, 60, 2000)));

        Assert.False(sync.TryAdd(new ClockExchange(900, 40, 50, 1990)));
    }

    private static void Start(ClockSync sync, TwoClocks clocks) => Run(sync, clocks, seconds: 4, between: 0.2);

    private static void Run(ClockSync sync, TwoClocks clocks, double seconds, double between = 2)
    {
        for (double end = clocks.Now + (seconds * Second); clocks.Now < end;)
        {
            clocks.Advance(between * Second);
            sync.TryAdd(clocks.Exchange());
            AssertBounded(sync, clocks);
        }
    }

    private static void AssertBounded(ClockSync sync, TwoClocks clocks)
    {
        ClockEstimate estimate = sync.Read(clocks.Ours)!.Value;
        double error = Math.Abs(clocks.Offset - estimate.OffsetMicroseconds);
        Assert.True(
            error <= estimate.BoundMicroseconds,
            $"At {clocks.Now / Second:F3} s the error is {error:F1} µs, and the bound is {estimate.BoundMicroseconds:F1} µs.");
    }
}
