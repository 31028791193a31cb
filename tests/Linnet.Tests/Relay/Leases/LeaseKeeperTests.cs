using Linnet.Relay.Leases;
using Linnet.Relay.Nats;
using Linnet.Tests.Fakes;
using Linnet.Tests.Relay.Nats;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NATS.Client.JetStream;
using NATS.Client.KeyValueStore;

namespace Linnet.Tests.Relay.Leases;

/// <summary>Leases in a real NATS server, whose entries live two seconds. Those who wait have a clock that the test moves.</summary>
public class LeaseKeeperTests
{
    [Fact]
    public async Task When_the_holder_dies_the_next_node_takes_over()
    {
        using var server = new NatsServer();
        await server.StartAsync();
        await using var first = new RunningLink(server.Options("a"));
        await using var second = new RunningLink(server.Options("b"));
        LeaseKeeper holder = Keep(first, 1, TimeProvider.System);
        await Until.TrueAsync(() => holder.State == LeaseState.Held);

        var time = new FakeTimeProvider();
        var logger = new RecordingLogger();
        LeaseKeeper next = Keep(second, 2, time, logger);
        await Until.TrueAsync(() => logger.Lines.Count > 0);
        Assert.Equal(["1804 Station jazz is offered by a. This server offers its own if that one stops"], logger.Lines);
        Assert.Equal(LeaseState.Standby, next.State);

        await first.AbortAsync();
        await Until.TrueAsync(() => Moved(time, next) == LeaseState.Held);
        await Until.TrueAsync(() => logger.Lines[^1] == "1803 Station jazz is offered to other servers");
    }

    [Fact]
    public async Task A_holder_that_stops_gives_the_lease_back()
    {
        using var server = new NatsServer();
        await server.StartAsync();
        await using var first = new RunningLink(server.Options("a"));
        await using var second = new RunningLink(server.Options("b"));
        await first.OpenAsync();
        var stopping = new CancellationTokenSource();
        var holder = new LeaseKeeper(first.Link, "jazz", new LeaseOwner(1, "a"), TimeProvider.System, NullLogger.Instance);
        Task running = holder.RunAsync(stopping.Token);
        await Until.TrueAsync(() => holder.State == LeaseState.Held);
        await stopping.CancelAsync();
        await running;

        // The entry would live on for two seconds: a single question shows that it is gone.
        var store = new LeaseStore(second.Link.Connection, "jazz", new LeaseOwner(2, "b"), replicas: 1);
        await second.OpenAsync();
        Assert.Equal(LeaseOutcome.Granted, (await store.CreateAsync(Cancelled)).Outcome);
        stopping.Dispose();
    }

    [Fact]
    public async Task After_NATS_lost_its_memory_the_same_node_has_the_lease()
    {
        using var server = new NatsServer();
        await server.StartAsync();
        await using var first = new RunningLink(server.Options("a"));
        await using var second = new RunningLink(server.Options("b"));
        List<LeaseState> before = [];
        LeaseKeeper holder = Keep(first, 1, TimeProvider.System, changed: before.Add);
        await Until.TrueAsync(() => holder.State == LeaseState.Held);
        var time = new FakeTimeProvider();
        var logger = new RecordingLogger();
        LeaseKeeper next = Keep(second, 2, time, logger);
        await Until.TrueAsync(() => logger.Lines.Count > 0);

        server.Kill();
        await Until.TrueAsync(() => holder.State == LeaseState.Unconfirmed && !second.State.IsOpen);
        await server.StartAsync();
        await second.OpenAsync();
        await Until.TrueAsync(() => holder.State == LeaseState.Held);

        var third = new LeaseStore(second.Link.Connection, "jazz", new LeaseOwner(3, "c"), replicas: 1);
        Assert.Equal(new LeaseAnswer(LeaseOutcome.Taken, Holder: "a"), await third.CreateAsync(Cancelled));
        Assert.Equal(LeaseState.Standby, Moved(time, next));
        Assert.DoesNotContain(logger.Lines, static line => line.StartsWith("1803", StringComparison.Ordinal));

        // It was in doubt, and never lost the lease.
        Assert.Equal([LeaseState.Standby, LeaseState.Held, LeaseState.Unconfirmed], before.Take(3));
    }

    [Fact]
    public async Task A_node_cannot_renew_what_another_has_taken_and_learns_so()
    {
        using var server = new NatsServer();
        await server.StartAsync();
        await using var node = new RunningLink(server.Options("a"));
        await node.OpenAsync();
        var first = new LeaseStore(node.Link.Connection, "jazz", new LeaseOwner(1, "a"), replicas: 1);
        var second = new LeaseStore(node.Link.Connection, "jazz", new LeaseOwner(2, "b"), replicas: 1);
        LeaseAnswer created = await first.CreateAsync(Cancelled);
        Assert.Equal(new LeaseAnswer(LeaseOutcome.Taken, Holder: "a"), await second.CreateAsync(Cancelled));
        Assert.Equal((LeaseOutcome.Granted, created.Revision + 1), await RenewAsync(first, created.Revision));

        // The old revision is of no use, and neither is another node's.
        Assert.Equal(LeaseOutcome.Gone, (await RenewAsync(first, created.Revision)).Outcome);
        Assert.Equal(LeaseOutcome.Gone, (await RenewAsync(second, created.Revision)).Outcome);

        // If an answer was lost, the entry is its own, and is renewed.
        Assert.Equal(new LeaseAnswer(LeaseOutcome.Granted, created.Revision + 2), await first.CreateAsync(Cancelled));

        await first.ReleaseAsync(created.Revision + 2, Cancelled);
        Assert.Equal(LeaseOutcome.Granted, (await second.CreateAsync(Cancelled)).Outcome);
        Assert.Equal(LeaseOutcome.Gone, (await RenewAsync(first, created.Revision + 2)).Outcome);
        Assert.Equal(new LeaseAnswer(LeaseOutcome.Taken, Holder: "b"), await first.CreateAsync(Cancelled));
    }

    [Fact]
    public async Task Stations_have_leases_of_their_own_and_a_bucket_that_exists_is_used()
    {
        using var server = new NatsServer();
        await server.StartAsync();
        await using var node = new RunningLink(server.Options("a"));
        await node.OpenAsync();

        // The server refuses to make it again with another configuration.
        await new NatsKVContext(new NatsJSContext(node.Link.Connection)).CreateStoreAsync(
            new NatsKVConfig(LeaseStore.Bucket) { MaxAge = Lease.Duration, History = 3 }, Cancelled);
        var jazz = new LeaseStore(node.Link.Connection, "jazz", new LeaseOwner(1, "a"), replicas: 1);
        Assert.Equal(LeaseOutcome.Granted, (await jazz.CreateAsync(Cancelled)).Outcome);
        var news = new LeaseStore(node.Link.Connection, "news", new LeaseOwner(2, "b"), replicas: 1);
        Assert.Equal(LeaseOutcome.Granted, (await news.CreateAsync(Cancelled)).Outcome);
    }

    [Fact]
    public async Task Without_JetStream_it_says_what_to_do()
    {
        using var server = new NatsServer();
        await server.StartAsync("-m", "-1");
        var logger = new RecordingLogger();
        await using var node = new RunningLink(server.Options("a"));
        LeaseKeeper keeper = Keep(node, 1, TimeProvider.System, logger);
        await Until.TrueAsync(() => logger.Lines.Count > 0);

        Assert.Equal(LeaseState.Standby, keeper.State);
        Assert.Equal(
            "1806 Station jazz: The NATS server has no JetStream, which keeps the leases of stations. "
                + "Start it with -js, or set jetstream in its configuration.",
            logger.Lines[0]);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static async Task<(LeaseOutcome Outcome, ulong Revision)> RenewAsync(LeaseStore store, ulong revision)
    {
        LeaseAnswer answer = await store.RenewAsync(revision, Cancelled);
        return (answer.Outcome, answer.Revision);
    }

    private static LeaseKeeper Keep(
        RunningLink node, ulong incarnation, TimeProvider time, ILogger? logger = null, Action<LeaseState>? changed = null)
    {
        var owner = new LeaseOwner(incarnation, node.Link.Options.Node);
        var keeper = new LeaseKeeper(node.Link, "jazz", owner, time, logger ?? NullLogger.Instance) { Changed = changed };
        node.Run(keeper.RunAsync);
        return keeper;
    }

    private static LeaseState Moved(FakeTimeProvider time, LeaseKeeper keeper)
    {
        time.Advance(Lease.Period);
        return keeper.State;
    }
}
