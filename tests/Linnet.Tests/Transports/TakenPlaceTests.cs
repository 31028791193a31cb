using System.Net;
using System.Net.Sockets;
using Linnet.Broadcast;
using Linnet.Tests.Fakes;
using Linnet.Transports;

namespace Linnet.Tests.Transports;

/// <summary>Two listening sockets free places at the same time: one may take the place that the other freed.</summary>
public class TakenPlaceTests
{
    [Fact]
    public async Task A_connection_whose_freed_place_was_taken_gets_the_next_one()
    {
        const int Looks = 100;
        int room = -1;
        var time = new ManualTime();
        var waiting = new WaitingRoom(100, 100, time);
        var gate = new ConnectionGate(_ => Volatile.Read(ref room), time);
        gate.Watch(waiting);
        using Socket listener = ConnectionGateTests.Listen();
        using WaitingRoom.Place? taken = waiting.TryEnter(PeerAddress.Of(IPAddress.Parse("127.0.0.2")), static () => { });
        using WaitingRoom.Place? free = waiting.TryEnter(PeerAddress.Of(IPAddress.Parse("127.0.0.2")), () => Volatile.Write(ref room, 0));
        await using (ITimer second = time.CreateTimer(static _ => { }, null, WaitingRoom.Grace, Timeout.InfiniteTimeSpan))
        {
            await time.FireAsync(WaitingRoom.Grace);
        }

        using Socket other = await ConnectionGateTests.ConnectAsync(listener, "127.0.0.3");
        ValueTask<AcceptedConnection?> accepting = gate.AcceptAsync(listener, TestContext.Current.CancellationToken);
        for (int i = 0; i < Looks; i++)
        {
            await time.FireAsync(TimeSpan.FromMilliseconds(2));
        }

        using AcceptedConnection? let = await accepting.AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.Equal(other.LocalEndPoint, let!.Socket.RemoteEndPoint);
        Assert.Equal((0, 2), (gate.Refused, waiting.GaveWay));
    }
}
