using Linnet.Tests.Fakes;
using Linnet.Transports.Impairments;

namespace Linnet.Tests.Transports.Impairments;

/// <summary>
/// The random effects follow their distributions. Seeds are fixed; bounds are five standard deviations for the number of draws.
/// </summary>
public class ImpairmentTests
{
    private const long Second = 1_000_000;
    private const long Millisecond = Second / 1000;
    private const int Many = 200_000;

    [Theory]
    [InlineData("loss=0.1%", 0.001)]
    [InlineData("loss=10%", 0.1)]
    [InlineData("loss=70%,seed=3", 0.7)]
    public void Random_loss_has_the_given_share_and_no_memory(string text, double share)
    {
        bool[] lost = [.. Fates(text, Many).Select(f => f.Drop == DropCause.Lost)];

        AssertShare(share, lost.Count(l => l), Many);

        // Two losses in a row occur as often as chance predicts.
        AssertShare(share * share, lost.Zip(lost.Skip(1)).Count(p => p is (true, true)), Many - 1, memory: 3);
    }

    [Theory]
    [InlineData(0.19, 60)]
    [InlineData(0.02, 200)]
    [InlineData(0.6, 15)]
    public void Bursts_have_the_given_length_and_share_of_time(double share, double meanMs)
    {
        List<double> bursts = Bursts(share, meanMs, seconds: 20_000 * meanMs / 1000 / share, out double measured);

        double n = bursts.Count;
        Assert.InRange(n, 10_000, 30_000);
        Assert.InRange(bursts.Average(), meanMs * (1 - (5 / Math.Sqrt(n))), meanMs * (1 + (5 / Math.Sqrt(n))));
        Assert.InRange(measured, share * (1 - (7 / Math.Sqrt(n))), share * (1 + (7 / Math.Sqrt(n))));

        // Exponential: one in e is longer than the mean, one in e² longer than twice the mean.
        AssertShare(Math.Exp(-1), bursts.Count(b => b > meanMs), bursts.Count);
        AssertShare(Math.Exp(-2), bursts.Count(b => b > 2 * meanMs), bursts.Count);
    }

    [Fact]
    public void A_bad_period_affects_any_number_of_datagrams_in_any_lane()
    {
        ImpairmentOptions options = LossyLink.Like("loss=19%,burst=60ms,seed=5");
        var sparse = new Impairment(options, Second);
        var dense = new Impairment(options, Second);
        for (long now = 0; now < 600 * Second; now += 20 * Millisecond)
        {
            DropCause expected = sparse.Next(200, now).Drop;
            Assert.Equal(expected, dense.Next(200, now).Drop);
            Assert.Equal(expected, dense.Next(1000, now, lane: 1).Drop);
            dense.Next(200, now + (7 * Millisecond));
        }
    }

    [Fact]
    public void After_a_pause_of_months_the_schedule_continues_at_once()
    {
        var impairment = new Impairment(LossyLink.Like("loss=50%,burst=1ms"), 1_000_000_000);
        impairment.Next(100, 0);

        int lost = Enumerable.Range(1, 1000).Count(i => impairment.Next(100, i * 10_000_000_000_000_000 / 1000).Drop == DropCause.Lost);

        AssertShare(0.5, lost, 1000);
    }

    [Fact]
    public void Jitter_is_exponential_around_its_mean_and_bounded()
    {
        double[] waits =
            [.. Fates("delay=20ms,jitter=10ms,order=loose", Many).Select((f, i) => (f.LeavesAt - (i * Second)) / (double)Millisecond)];

        Assert.InRange(waits.Min(), 20, 20.01);
        Assert.InRange(waits.Max(), 69, 70);

        // Limited to five times the mean, the mean is smaller by e⁻⁵.
        double mean = 10 * (1 - Math.Exp(-5));
        Assert.InRange(waits.Average() - 20, mean - (5 * 10 / Math.Sqrt(Many)), mean + (5 * 10 / Math.Sqrt(Many)));
        AssertShare(0.5, waits.Count(w => w - 20 > 10 * Math.Log(2)), Many);
        AssertShare(0.01, waits.Count(w => w - 20 > 10 * Math.Log(100)), Many);
    }

    [Fact]
    public void A_delayed_datagram_delays_later_ones_unless_order_is_loose()
    {
        long[] kept = [.. Fates("jitter=20ms", 20_000, 5 * Millisecond).Select(f => f.LeavesAt)];
        long[] loose = [.. Fates("jitter=20ms,order=loose", 20_000, 5 * Millisecond).Select(f => f.LeavesAt)];

        long newest = 0;
        for (int i = 0; i < kept.Length; i++)
        {
            newest = Math.Max(newest, loose[i]);
            Assert.Equal(newest, kept[i]);
        }

        Assert.True(loose.Zip(loose.Skip(1)).Count(p => p.Second < p.First) > 5000);
    }

    [Theory]
    [InlineData("duplicate=1%,corrupt=0.1%", 0.01, 0.001, 0)]
    [InlineData("duplicate=30%,corrupt=70%", 0.3, 0.7, 0)]
    [InlineData("reorder=1%", 0, 0, 0.01)]
    [InlineData("reorder=40%", 0, 0, 0.4)]
    [InlineData("reorder=5%,reorder-by=30ms,loss=50%", 0, 0, 0.05)]
    public void Shares_refer_to_datagrams_that_are_not_lost(string text, double duplicate, double corrupt, double reorder)
    {
        Fate[] left = [.. Fates(text, Many).Where(f => f.Drop == DropCause.None)];

        AssertShare(duplicate, left.Count(f => f.CopyLeavesAt is not null), left.Length);
        AssertShare(corrupt, left.Count(f => f.Damage is not null), left.Length);
        AssertShare(reorder, left.Count(f => f.IsHeldBack), left.Length);
    }

    [Fact]
    public void A_slow_link_passes_its_rate_and_drops_datagrams_that_would_wait_too_long()
    {
        // 228 bytes with headers take 7.125 ms at 256 kb/s; they arrive every 5 ms.
        var impairment = new Impairment(LossyLink.Like("rate=256k,queue=100ms"), Second);
        var leaves = new List<long>();
        int overflowed = 0;
        for (long now = 0; now < 60 * Second; now += 5 * Millisecond)
        {
            Fate fate = impairment.Next(200, now);
            overflowed += fate.Drop == DropCause.Overflow ? 1 : 0;
            if (fate.Drop == DropCause.None)
            {
                Assert.InRange(fate.LeavesAt - now, 7125, 107_126);
                leaves.Add(fate.LeavesAt);
            }
        }

        Assert.InRange(leaves.Count * 228 * 8 / (leaves[^1] / (double)Second), 255_000, 256_000);
        Assert.Equal(12_000, leaves.Count + overflowed);
        Assert.All(leaves.Zip(leaves.Skip(1)), p => Assert.InRange(p.Second - p.First, 7124, 7126));
    }

    [Fact]
    public void A_link_that_is_fast_enough_only_adds_its_transmission_time() =>
        Assert.All(Fates("rate=64k", 1000, 100 * Millisecond).Select((f, i) => f.LeavesAt - (i * 100 * Millisecond)),
            wait => Assert.Equal(16_000, wait));

    [Fact]
    public void The_same_seed_gives_the_same_result_and_another_seed_does_not()
    {
        const string Text = "loss=10%,burst=60ms,delay=20ms,jitter=10ms,reorder=1%,duplicate=1%,corrupt=0.1%,rate=256k,seed=";

        Fate[] first = Fates(Text + 7, 5000, 20 * Millisecond);
        Assert.Equal(first, Fates(Text + 7, 5000, 20 * Millisecond));
        Assert.NotEqual(first, Fates(Text + 8, 5000, 20 * Millisecond));
        Assert.NotEqual(first, Fates(Text + 7, 5000, 20 * Millisecond, direction: 1));
    }

    [Fact]
    public void Adding_an_effect_does_not_change_the_others()
    {
        Fate[] one = Fates("loss=10%", 5000);
        Fate[] all = Fates("loss=10%,duplicate=20%,corrupt=5%,jitter=5ms,reorder=5%", 5000);

        Assert.Equal(one.Select(f => f.Drop), all.Select(f => f.Drop));
    }

    [Fact]
    public void Without_effects_nothing_is_changed() =>
        Assert.All(Fates("seed=9", 1000).Select((f, i) => (f, i)), p => Assert.Equal(new Fate { LeavesAt = p.i * Second }, p.f));

    private static Fate[] Fates(string text, int count, long apart = Second, int direction = 0)
    {
        var impairment = new Impairment(LossyLink.Like(text), Second, direction);
        return [.. Enumerable.Range(0, count).Select(i => impairment.Next(100, i * apart))];
    }

    // Sampled a hundred times in each mean burst: misses few bursts, and makes none longer by more than that.
    private static List<double> Bursts(double share, double meanMs, double seconds, out double measured)
    {
        var schedule = new BurstSchedule(meanMs * Millisecond, share, new SeededLots(4, 0));
        double step = meanMs * Millisecond / 100;
        long steps = (long)(seconds * Second / step);
        var bursts = new List<double>();
        long bad = 0;
        long run = 0;
        for (long i = 0; i < steps; i++)
        {
            if (schedule.IsBad((long)(i * step)))
            {
                run++;
                bad++;
            }
            else if (run > 0)
            {
                bursts.Add(run * meanMs / 100);
                run = 0;
            }
        }

        measured = bad / (double)steps;
        return bursts;
    }

    private static void AssertShare(double expected, int count, int of, double memory = 1)
    {
        double deviation = Math.Sqrt(memory * expected * (1 - expected) / of);
        Assert.InRange(count / (double)of, expected - (5 * deviation) - 1e-12, expected + (5 * deviation) + 1e-12);
    }
}
