using CsCheck;
using Linnet.Relay.Leases;

namespace Linnet.Tests.Relay.Leases;

public class LeaseTests
{
    // All times in milliseconds.
    private const long TicksPerSecond = 1000;

    [Fact]
    public void The_holder_renews_twice_a_second_and_the_others_try_as_often()
    {
        Lease holder = Opened(at: 100);
        Assert.Equal(LeaseStep.Create, holder.StepAt(100));
        holder.OnAnswer(new LeaseAnswer(LeaseOutcome.Granted, 7), asked: 100);
        Assert.Equal((LeaseState.Held, 7UL, LeaseStep.Wait, LeaseStep.Renew),
            (holder.State, holder.Revision, holder.StepAt(599), holder.StepAt(600)));

        Lease other = Opened(at: 100);
        other.OnAnswer(new LeaseAnswer(LeaseOutcome.Taken), asked: 100);
        Assert.Equal((LeaseState.Standby, LeaseStep.Wait, LeaseStep.Create), (other.State, other.StepAt(599), other.StepAt(600)));
    }

    [Fact]
    public void Without_answers_the_holder_keeps_the_lease_unconfirmed()
    {
        Lease holder = Holder();
        holder.OnAnswer(default, asked: 600);
        Assert.Equal((LeaseState.Unconfirmed, LeaseStep.Wait, LeaseStep.Create), (holder.State, holder.StepAt(1099), holder.StepAt(1100)));

        holder.OnAnswer(new LeaseAnswer(LeaseOutcome.Granted, 8), asked: 1100);
        Assert.Equal(LeaseState.Held, holder.State);

        holder.OnClosed();
        Assert.Equal((LeaseState.Unconfirmed, LeaseStep.Wait), (holder.State, holder.StepAt(1_000_000)));
    }

    [Fact]
    public void A_holder_that_is_back_creates_a_lost_entry_at_once_while_the_others_wait()
    {
        Lease holder = Holder();
        Lease other = Opened(at: 0);
        holder.OnClosed();
        other.OnClosed();
        holder.OnOpened(5000);
        other.OnOpened(4000);

        Assert.Equal((LeaseState.Unconfirmed, LeaseStep.Create), (holder.State, holder.StepAt(5000)));
        Assert.Equal((LeaseStep.Wait, LeaseStep.Create), (other.StepAt(5999), other.StepAt(6000)));
    }

    [Fact]
    public void A_holder_whose_entry_another_node_has_created_has_lost_the_lease()
    {
        Lease holder = Holder();
        holder.OnAnswer(new LeaseAnswer(LeaseOutcome.Gone), asked: 600);
        Assert.Equal((LeaseState.Unconfirmed, LeaseStep.Create), (holder.State, holder.StepAt(600)));
        holder.OnAnswer(new LeaseAnswer(LeaseOutcome.Taken), asked: 600);

        Assert.Equal((LeaseState.Standby, LeaseStep.Wait, LeaseStep.Create), (holder.State, holder.StepAt(1099), holder.StepAt(1100)));
    }

    [Theory]
    [InlineData("00000000000000ff node-1", true)]
    [InlineData("00000000000000ff ", false)]
    [InlineData("00000000000000ff", false)]
    [InlineData("00000000000000fg node-1", false)]
    [InlineData("00000000000000ff-node-1", false)]
    [InlineData("00000000000000ff no de", false)]
    [InlineData("", false)]
    public void An_entry_names_its_owner_or_is_refused(string entry, bool isGood)
    {
        Assert.Equal(isGood, LeaseOwner.TryRead(System.Text.Encoding.ASCII.GetBytes(entry), out LeaseOwner owner));
        Assert.Equal(isGood ? new LeaseOwner(255, "node-1") : default, owner);
        Assert.True(!isGood || LeaseOwner.TryRead(owner.ToBytes(), out _));
    }

    [Fact]
    public void Another_node_has_the_lease_three_seconds_after_the_holder_died() => Gen.Int.Sample(static seed =>
    {
        var cluster = new LeaseCluster(nodes: 3, seed);
        cluster.Run(5000);
        int holder = Assert.Single(cluster.Holders);
        cluster.Kill(holder);
        cluster.Run(3000);

        Assert.NotEqual(holder, Assert.Single(cluster.Holders));
    }, iter: 200);

    [Fact]
    public void The_same_node_has_the_lease_after_NATS_restarted_without_its_memory() => Gen.Int.Sample(static seed =>
    {
        var cluster = new LeaseCluster(nodes: 3, seed);
        cluster.Run(5000);
        int holder = Assert.Single(cluster.Holders);
        cluster.Restart(away: 20_000, reconnectWithin: 1500);
        cluster.Run(19_000);
        Assert.Equal(LeaseState.Unconfirmed, cluster.StateOf(holder));
        cluster.Run(6000);

        Assert.Equal([holder], cluster.Holders);
    }, iter: 200);

    [Fact]
    public void At_most_one_node_is_sure_of_the_lease_whatever_fails() => Gen.Int.Sample(static seed =>
    {
        var cluster = new LeaseCluster(nodes: 3, seed) { LosesAnswers = true };
        var random = new Random(seed);
        for (int fault = 0; fault < 30; fault++)
        {
            switch (random.Next(3))
            {
                case 0:
                    cluster.Cut(random.Next(3), random.Next(6000));
                    break;
                case 1:
                    cluster.Restart(random.Next(4000), reconnectWithin: 4000);
                    break;
            }

            // The cluster checks at each step.
            cluster.Run(random.Next(5000));
        }

        cluster.LosesAnswers = false;
        cluster.Run(15_000);
        Assert.Single(cluster.Holders);
    }, iter: 100);

    private static Lease Opened(long at)
    {
        var lease = new Lease(TicksPerSecond);
        Assert.Equal(LeaseStep.Wait, lease.StepAt(at));
        lease.OnOpened(at);
        return lease;
    }

    private static Lease Holder()
    {
        Lease lease = Opened(at: 100);
        lease.OnAnswer(new LeaseAnswer(LeaseOutcome.Granted, 7), asked: 100);
        return lease;
    }
}
