using Linnet.Tests.Relay.Nats;

namespace Linnet.Tests.Relay;

/// <summary>Servers that are joined by a cluster of three NATS servers.</summary>
[Trait("Length", "Long")]
public class RelayClusterTests
{
    [Fact]
    public async Task A_cluster_that_loses_each_of_its_members_once_is_not_heard()
    {
        using var cluster = new NatsCluster();
        await cluster.StartAsync();
        await using var origin = new RelayedServer(cluster.Options("a"), RelayedServer.Ramp("jazz"));
        await using var edge = new RelayedServer(cluster.Options("b"));
        using var near = new RingTap(await origin.StreamRingAsync("jazz", "wav"));
        using var far = new RingTap(await edge.StreamRingAsync("jazz", "wav"));
        await far.UntilAsync(100);

        for (int i = 0; i < NatsCluster.Size; i++)
        {
            cluster.Servers[i].Kill();
            await far.UntilAsync(far.Packets.Count + 300);
            await cluster.StartAsync(i);
            await far.UntilAsync(far.Packets.Count + 300);
        }

        far.AssertWhole(near);
        Assert.True(far.IsInTime);
        Assert.Equal(0, edge.Relay.Snapshot.Missing);
        await Until.TrueAsync(() => origin.Relay.Snapshot.Offered == 1);
        Assert.DoesNotContain(origin.Log.Lines, static line => line.StartsWith("1805 ", StringComparison.Ordinal));
    }
}
