using System.Net;
using Linnet.Broadcast;
using Linnet.Server.Hosting.Tls;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Server.Tests.Hosting.Tls;

public class HandshakePaceTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Handshakes_of_many_networks_are_spread_over_time()
    {
        var pace = new HandshakePace(100, _time);
        Task[] waiting =
            [.. Enumerable.Range(0, 300).Select(i => pace.WaitAsync(Peer($"10.{i / 256}.{i % 256}.1"), CancellationToken.None).AsTask())];
        int atOnce = waiting.Count(static w => w.IsCompleted);

        Advance(1);

        Assert.InRange(atOnce, 1, 20);
        Assert.InRange(waiting.Count(static w => w.IsCompleted), 100, 100 + atOnce);
        Advance(2);
        Assert.All(waiting, static w => Assert.True(w.IsCompletedSuccessfully));
    }

    [Fact]
    public void One_network_gets_half_and_holds_up_no_other()
    {
        var pace = new HandshakePace(100, _time);
        Task[] many =
            [.. Enumerable.Range(0, 1000).Select(i => pace.WaitAsync(Peer($"2001:db8::{i:x}"), CancellationToken.None).AsTask())];
        Advance(1);
        int done = many.Count(static w => w.IsCompleted);

        Task other = pace.WaitAsync(Peer("2001:db8:1::1"), CancellationToken.None).AsTask();
        Advance(0.02);

        Assert.InRange(done, 45, 70);
        Assert.True(other.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_client_that_leaves_waits_no_longer_and_networks_are_forgotten()
    {
        var pace = new HandshakePace(100, _time);
        for (int i = 0; i < 30; i++)
        {
            _ = pace.WaitAsync(Peer("192.0.2.1"), CancellationToken.None).AsTask();
        }

        using var left = new CancellationTokenSource();
        Task waiting = pace.WaitAsync(Peer("192.0.2.1"), left.Token).AsTask();
        Assert.False(waiting.IsCompleted);
        await left.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        for (int i = 0; i < 5000; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await pace.WaitAsync(Peer($"10.0.{i / 256}.{i % 256}"), CancellationToken.None);
        }

        Assert.InRange(pace.Networks, 1, 1025);
    }

    private static PeerAddress Peer(string address) => PeerAddress.Of(IPAddress.Parse(address));

    private void Advance(double seconds)
    {
        for (int i = 0; i < seconds * 200; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(5));
        }
    }
}
