using System.Diagnostics;
using System.Net;
using System.Text;
using Linnet.Broadcast;
using Linnet.Stations;
using Linnet.Transports.Http;

namespace Linnet.Server.Tests.Load;

/// <summary>
/// A minute of <c>bench/peers/radio_soak.py</c>: 500 listeners that come, go, stall and die. Whether somebody misses anything is told by comparing what was
/// heard with what the station published, never by a clock.
/// </summary>
[Collection(nameof(Crowds))]
public class RadioCrowdTests
{
    private const int Doomed = 10;
    // As long as rings and logs take until they are full.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(60);
    private static readonly string[] Paths = ["/noise.mp3", "/noise.opus", "/noise.wav"];

    private readonly List<RadioClient> _references = [];

    [Fact]
    public async Task For_a_minute_500_listeners_come_go_stall_and_die_and_those_who_behave_hear_every_byte_and_every_end_has_its_reason()
    {
        var options = new StationServerOptions
        {
            Bind = IPAddress.Loopback,
            RtspPort = 0,
            RtpPort = 0,
            HttpPort = 0,
            Radio = new RadioServerOptions { RequestTimeout = TimeSpan.FromSeconds(5) },

            // A busy machine may hold the sender up for longer than listeners usually may lag.
            Sender = new SenderOptions { Streams = new StreamOptions { StallTimeout = TimeSpan.FromSeconds(15), Slack = TimeSpan.FromSeconds(5) } },
        };
        var station = new Station(new StationOptions { Name = "noise", OpusComplexity = 0 }, new NoiseSource());
        await using StationServer server = StationServer.Open([station], options);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task serving = server.RunAsync(ending.Token);
        int port = server.HttpEndPoint!.Port;

        // Those against whom all others are compared come first, and have room for all they will hear.
        using var over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        _references.AddRange(Paths.Select(p => new RadioClient(port, p, keeps: p.EndsWith("wav", StringComparison.Ordinal) ? 20_000_000 : 2_000_000)));
        List<Task> hearing = [.. _references.Select(r => r.ListenAsync(TimeSpan.Zero, over.Token))];
        await PassAsync(TimeSpan.FromSeconds(4), over.Token);
        await CrowdAsync(port, WarmUp, server, isCounted: false, TestContext.Current.CancellationToken);
        long memoryBefore = await SettledAsync(server);
        await CrowdAsync(port, Duration, server, isCounted: true, TestContext.Current.CancellationToken);
        long memoryAfter = await SettledAsync(server);

        Assert.True(memoryAfter - memoryBefore < 3_000_000, $"Memory grew from {memoryBefore} to {memoryAfter} bytes.");
        Assert.All(_references, r => Assert.False(r.WasEnded));
        await over.CancelAsync();
        await Task.WhenAll(hearing);
        await ending.CancelAsync();
        await serving;
    }

    private async Task CrowdAsync(int port, TimeSpan duration, StationServer server, bool isCounted, CancellationToken cancellationToken)
    {
        RadioServerSnapshot before = server.Radio!.GetSnapshot();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        RadioClient[] steady = Create(150, i => new RadioClient(port, PathOf(i), keeps: i % 30 == 29 ? 20_000_000 : 2_000_000));
        RadioClient[] stalled = Create(50, i => new RadioClient(port, PathOf(i), window: 4096));
        RadioClient[] crawling = Create(40, i => new RadioClient(port, PathOf(i), window: 4096));
        RadioClient[] mute = Create(50, i => new RadioClient(port, PathOf(i)));
        RadioVisitor[] visitors = Create(200, i => new RadioVisitor(port, PathOf(i), _references[KindOf(i)], seed: i));
        Task<int> killed = DieAsync(port, over.Token);
        Task hearing = Task.WhenAll(
        [
            .. steady.Select(c => c.ListenAsync(TimeSpan.Zero, over.Token)),
            .. stalled.Select(c => c.StallAsync(over.Token)),
            .. crawling.Select(c => c.ListenAsync(TimeSpan.FromMilliseconds(200), over.Token)),
            .. mute.Select(c => c.SayAsync(Encoding.ASCII.GetBytes("GET /noise.mp3 HTTP/1.1\r\nHost: "), over.Token)),
            .. visitors.Select(v => v.ComeAndGoAsync(over.Token)),
        ]);
        await PassAsync(duration, cancellationToken);
        RadioServerSnapshot after = server.Radio.GetSnapshot();
        await over.CancelAsync();
        await hearing;
        int dead = await killed;

        if (isCounted)
        {
            Assert.All(steady, c => Assert.False(c.WasEnded));
            Assert.All(steady, c => Assert.True(c.Bytes > duration.TotalSeconds * 10_000, $"Only {c.Bytes} bytes were heard."));
            Assert.All(steady.Select((c, i) => c.Compare(_references[KindOf(i)])), Assert.Null);
            Assert.All(visitors, v => Assert.Null(v.Fault));
            Assert.All(visitors, v => Assert.InRange(v.Visits, 3, 200));
            Assert.All(stalled, c => Assert.True(c.WasEnded));
            Assert.All(mute, c => Assert.True(c.WasEnded));

            // Crawlers are moved on and on; who takes nothing is dropped.
            Assert.Equal(stalled.Length, after.Sending.StalledListeners - before.Sending.StalledListeners);
            Assert.InRange(after.Sending.Moves - before.Sending.Moves, crawling.Length, long.MaxValue);
            Assert.Equal(mute.Length, Refused(after, RadioRefusal.TooSlow) - Refused(before, RadioRefusal.TooSlow));
            Assert.All(Enum.GetValues<RadioRefusal>().Where(r => r != RadioRefusal.TooSlow), r => Assert.Equal(0, Refused(after, r)));
            long came = steady.Length + stalled.Length + crawling.Length + dead + visitors.Sum(v => v.Visits);
            Assert.InRange(after.Accepted - before.Accepted, came - visitors.Length - Doomed, came);
        }

        Array.ForEach([.. steady, .. stalled, .. crawling, .. mute], c => c.Dispose());

        static T[] Create<T>(int count, Func<int, T> create) => [.. Enumerable.Range(0, count).Select(create)];
    }

    // Mostly MP3 and Opus, now and then WAV.
    private static int KindOf(int i) => i % 30 == 29 ? 2 : i % 2;

    private static string PathOf(int i) => Paths[KindOf(i)];

    private static long Refused(RadioServerSnapshot snapshot, RadioRefusal reason) => snapshot.Refused.GetValueOrDefault(reason);

    /// <summary>Programs that are killed while they listen; how many there were.</summary>
    private static async Task<int> DieAsync(int port, CancellationToken over)
    {
        int dead = 0;
        while (!over.IsCancellationRequested)
        {
            Process[] doomed = [.. Enumerable.Range(0, Doomed).Select(_ => Process.Start("curl", ["-s", "-o", "/dev/null", $"http://127.0.0.1:{port}/noise.mp3"]))];
            dead += doomed.Length;
            await PassAsync(TimeSpan.FromSeconds(5), over);
            Array.ForEach(doomed, d => d.Kill());
            Array.ForEach(doomed, d => d.WaitForExit());
        }

        return dead;
    }

    /// <summary>Memory in use when all but the references have gone.</summary>
    private async Task<long> SettledAsync(StationServer server)
    {
        while (server.Radio!.GetSnapshot() is var now && (now.Listeners > _references.Count || now.Waiting > 0))
        {
            await PassAsync(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken);
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }

        // Who has just ended may be held on to for a moment.
        long least = long.MaxValue;
        for (int i = 0; i < 10; i++)
        {
            await PassAsync(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken);
            least = Math.Min(least, GC.GetTotalMemory(forceFullCollection: true));
        }

        return least;
    }

    private static async Task PassAsync(TimeSpan duration, CancellationToken cancellationToken) =>
        await Task.Delay(duration, TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
