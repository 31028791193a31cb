using System.Net;
using Linnet.Broadcast.Packets;
using Linnet.Serving;
using Linnet.Sources;
using Linnet.Stations;
using Linnet.Transports.Rtsp;

namespace Linnet.Server.Tests.Load;

[Collection(nameof(Crowds))]
public class ManyListenersTests
{
    private const int Each = 100;

    // Of 20 ms each: ten and twenty-five seconds of sound.
    private const int Early = 500;
    private const int Late = 1250;

    [Fact]
    public async Task Of_200_listeners_those_that_read_get_every_packet_and_those_that_stall_are_dropped()
    {
        var options = new StationServerOptions
        {
            Bind = IPAddress.Loopback,
            RtspPort = 0,
            RtpPort = 0,
            Rtsp = new RtspServerOptions { SessionTimeout = TimeSpan.FromSeconds(12) },
            Sender = new SenderOptions { StallTimeout = TimeSpan.FromSeconds(8) },
        };
        var station = new Station(new StationOptions { Name = "tone", OpusComplexity = 0 }, new ToneSource());
        await using StationServer server = StationServer.Open([station], options);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task serving = server.RunAsync(ending.Token);

        using var over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        RtspListener[] listeners = [.. Enumerable.Range(0, 2 * Each).Select(
            i => new RtspListener(server.RtspEndPoint!.Port, "tone", overUdp: i < Each, stalls: i % 2 == 1))];
        Task listening = Task.WhenAll(listeners.Select(l => l.RunAsync(over.Token)));

        RtspListener[] readers = [.. listeners.Where((_, i) => i % 2 == 0)];
        await Crowds.UntilAsync(() => readers.All(l => l.Packets >= Early), Told);
        long memoryEarly = GC.GetTotalMemory(forceFullCollection: true);
        await Crowds.UntilAsync(() => readers.All(l => l.Packets >= Late) && server.GetListeners().Count <= Each, Told);
        long memoryLate = GC.GetTotalMemory(forceFullCollection: true);
        int left = server.GetListeners().Count;
        IReadOnlyDictionary<string, long> ended = server.Protocols.Single(static p => p.Name == "rtsp").GetSnapshot().Ended;
        SenderStatistics statistics = server.GetStatistics().Sending;
        await over.CancelAsync();
        await listening;
        await ending.CancelAsync();
        await serving;

        Assert.All(readers, l => Assert.Equal(0, l.Missing));

        // Over TCP the sender sees that the listener does not read; over UDP only the listener's silence tells.
        Assert.Equal(Each / 2, statistics.StalledListeners);
        Assert.Equal(Each / 2, ended["stalled"]);
        Assert.Equal(Each / 2, ended["timed_out"]);
        Assert.Equal(Each, left);
        Assert.True(memoryLate - memoryEarly < 4_000_000, $"Memory grew from {memoryEarly} to {memoryLate} bytes.");
        Array.ForEach(listeners, l => l.Dispose());

        string Told() =>
            $"The reader with the fewest packets has "
                + $"{readers.Min(l => l.Packets)}; {server.GetListeners().Count} sessions are left.";
    }
}
