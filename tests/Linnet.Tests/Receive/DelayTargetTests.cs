using Linnet.Receive;

namespace Linnet.Tests.Receive;

/// <summary>The target delay: late is not lost, and a spike is not a trend. One tick is a microsecond.</summary>
public class DelayTargetTests
{
    private const long Second = 1_000_000;
    private const long Ms = Second / 1000;

    private readonly DelayTarget _target = new(60 * Ms, 300 * Ms, Second);
    private long _now;

    [Fact]
    public void The_target_stays_at_its_base_while_packets_are_on_time()
    {
        Pass(seconds: 60, delayMs: 50);

        Assert.Equal(60 * Ms, _target.Ticks);
    }

    [Fact]
    public void One_late_packet_raises_the_target_at_once_but_not_for_long()
    {
        Pass(seconds: 30, delayMs: 1);
        Arrive(delayMs: 160);
        Assert.InRange(_target.Ticks, 160 * Ms, 180 * Ms);

        Pass(seconds: 6, delayMs: 1);
        Assert.Equal(60 * Ms, _target.Ticks);
    }

    [Fact]
    public void Repeated_lateness_keeps_the_target_up_until_well_after_it_ends()
    {
        for (int i = 0; i < 10; i++)
        {
            Arrive(delayMs: 160);
            Pass(seconds: 2, delayMs: 1);
        }

        Assert.InRange(_target.Ticks, 160 * Ms, 180 * Ms);
        Pass(seconds: 10, delayMs: 1);
        Assert.InRange(_target.Ticks, 160 * Ms, 180 * Ms);
        Pass(seconds: 20, delayMs: 1);
        Assert.Equal(60 * Ms, _target.Ticks);
    }

    [Fact]
    public void Packets_later_than_the_maximum_are_ignored_and_the_target_never_exceeds_it()
    {
        Arrive(delayMs: 301);
        Assert.Equal(60 * Ms, _target.Ticks);

        Arrive(delayMs: 299);
        Assert.Equal(300 * Ms, _target.Ticks);
    }

    [Fact]
    public void A_longer_path_is_not_jitter()
    {
        Pass(seconds: 10, delayMs: 1);
        Pass(seconds: 8, delayMs: 201);
        Assert.InRange(_target.Ticks, 201 * Ms, 230 * Ms);

        _target.Shift(200 * Ms);

        Assert.Equal(60 * Ms, _target.Ticks);
    }

    [Fact]
    public void Repair_can_raise_the_target_within_the_profile()
    {
        _target.Floor = 120 * Ms;
        Arrive(delayMs: 1);
        Assert.Equal(120 * Ms, _target.Ticks);

        _target.Floor = 400 * Ms;
        Arrive(delayMs: 1);
        Assert.Equal(300 * Ms, _target.Ticks);
    }

    [Fact]
    public void Time_without_arrivals_ages_nothing()
    {
        for (int i = 0; i < 10; i++)
        {
            Arrive(delayMs: 160);
            Pass(seconds: 1, delayMs: 1);
        }

        _now += 300 * Second;
        Pass(seconds: 1, delayMs: 1);

        Assert.InRange(_target.Ticks, 160 * Ms, 180 * Ms);
    }

    private void Arrive(long delayMs)
    {
        _now += 20 * Ms;
        _target.Observe(delayMs * Ms, _now);
    }

    private void Pass(double seconds, long delayMs)
    {
        for (int i = 0; i < seconds * 50; i++)
        {
            Arrive(delayMs);
        }
    }
}
