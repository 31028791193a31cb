using System.Diagnostics;
using System.Net;
using System.Text;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams;
using Linnet.Serving;
using Linnet.Stations;
using Linnet.Transports.Http.Radio;

namespace Linnet.Server.Tests.Load;

/// <summary>
/// A minute of audio of <c>bench/peers/radio_soak.py</c>: 500 listeners that join, leave, stall and die. Gaps are found by comparing the
/// received bytes with those the station published, never by a clock.
/// </summary>
[Collection(nameof(Crowds))]
public class RadioCrowdTests
{
    private const int Doomed = 10;

    // Seconds of audio. During the first, rings and logs fill up.
    private const int WarmUp = 15;
    private const int Minute = 60;

    private const int DoomedSeconds = 6;
    private const int LeastVisits = 5;

    // Bytes of a second of MP3 and Opus: 128 kb/s.
    private const int Second = 16_000;
    private static readonly string[] Paths = ["/noise.mp3", "/noise.opus", "/noise.wav"];

    private readonly List<RadioClient> _references = [];

    [Fact]
    public async Task Among_500_listeners_that_join_leave_stall_and_die_the_others_receive_every_byte_and_every_end_has_a_reason()
    {
        var options = new StationServerOptions
        {
            Bind = IPAddress.Loopback,
            RtspPort = 0,
            RtpPort = 0,
            HttpPort = 0,
            Radio = new RadioServerOptions { RequestTimeout = TimeSpan.FromSeconds(5) },

            // A busy machine may delay the sender longer than listeners may usually lag.
            Sender = new SenderOptions
            {
                Streams =
                new StreamOptions { StallTimeout = TimeSpan.FromSeconds(15), Slack = TimeSpan.FromSeconds(5) }
            },
        };
        var station = new Station(new StationOptions { Name = "noise", OpusComplexity = 0 }, new NoiseSource());
        await using StationServer server = StationServer.Open([station], options);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task serving = server.RunAsync(ending.Token);
        int port = server.HttpEndPoint!.Port;

        // The reference listeners come first, and have room for everything they receive.
        using var over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        _references.AddRange(
            Paths.Select(p => new RadioClient(port, p, keeps: p.EndsWith("wav", StringComparison.Ordinal) ? 40_000_000 : 4_000_000)));
        List<Task> hearing = [.. _references.Select(r => r.ListenAsync(TimeSpan.Zero, over.Token))];
        await Crowds.UntilAsync(() => _references.All(r => r.Bytes > 4 * Second));
        await CrowdAsync(port, WarmUp, server, isCounted: false, TestContext.Current.CancellationToken);
        long memoryBefore = await SettledAsync(server);
        await CrowdAsync(port, Minute, server, isCounted: true, TestContext.Current.CancellationToken);
        long memoryAfter = await SettledAsync(server);

        Assert.True(memoryAfter - memoryBefore < 3_000_000, $"Memory grew from {memoryBefore} to {memoryAfter} bytes.");
        Assert.All(_references, r => Assert.False(r.WasEnded));
        await over.CancelAsync();
        await Task.WhenAll(hearing);
        await ending.CancelAsync();
        await serving;
    }

    private async Task CrowdAsync(int port, int seconds, StationServer server, bool isCounted, CancellationToken cancellationToken)
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
        await Crowds.UntilAsync(
            () => steady.All(c => c.WasEnded || c.Bytes > seconds * Second)
                && (!isCounted
                    || (stalled.All(c => c.WasEnded) && mute.All(c => c.WasEnded)
                        && visitors.All(v => v.Fault is not null || v.Visits >= LeastVisits))),
            () => $"Heard: {steady.Min(c => c.Bytes)} bytes at least; ended: "
                + $"{stalled.Count(c => c.WasEnded)} stalled, {mute.Count(c => c.WasEnded)} mute; {visitors.Min(v => v.Visits)} visits at "
                + "least.");
        int gone = crawling.Count(c => c.WasEnded);
        RadioServerSnapshot after = server.Radio.GetSnapshot();
        await over.CancelAsync();
        await hearing;
        int dead = await killed;

        if (isCounted)
        {
            Assert.All(steady, c => Assert.False(c.WasEnded));
            Assert.All(steady.Select((c, i) => c.Compare(_references[KindOf(i)])), Assert.Null);
            Assert.All(visitors, v => Assert.Null(v.Fault));

            // Listeners that accept nothing are dropped. Slow readers are moved again and again; on a very busy machine they may accept
            // nothing for long and are dropped, too.
            Assert.InRange(
                after.Sending.StalledListeners - before.Sending.StalledListeners, stalled.Length + gone, stalled.Length + crawling.Length);
            Assert.InRange(after.Sending.Moves - before.Sending.Moves, crawling.Length, long.MaxValue);
            Assert.Equal(mute.Length, Refused(after, RadioRefusal.TooSlow) - Refused(before, RadioRefusal.TooSlow));
            Assert.All(Enum.GetValues<RadioRefusal>().Where(r => r != RadioRefusal.TooSlow), r => Assert.Equal(0, Refused(after, r)));
            long came = steady.Length + stalled.Length + crawling.Length + dead + visitors.Sum(v => v.Visits);
            Assert.InRange(after.Accepted - before.Accepted, came - visitors.Length - Doomed, came);
        }

        Array.ForEach([.. steady, .. stalled, .. crawling, .. mute], c => c.Dispose());

        static T[] Create<T>(int count, Func<int, T> create) => [.. Enumerable.Range(0, count).Select(create)];
    }

    // Mostly MP3 and Opus, sometimes WAV.
    private static int KindOf(int i) => i % 30 == 29 ? 2 : i % 2;

    private static string PathOf(int i) => Paths[KindOf(i)];

    private static long Refused(RadioServerSnapshot snapshot, RadioRefusal reason) => snapshot.Refused.GetValueOrDefault(reason);

    /// <summary>Programs that are killed while they listen; returns how many there were.</summary>
    private static async Task<int> DieAsync(int port, CancellationToken over)
    {
        int dead = 0;
        while (!over.IsCancellationRequested)
        {
            Process[] doomed =
                [.. Enumerable.Range(0, Doomed)
                    .Select(_ => Process.Start(
                        new ProcessStartInfo(
                            "curl", ["-s", "-N", $"http://127.0.0.1:{port}/noise.mp3"]) { RedirectStandardOutput = true })!)];
            dead += doomed.Length;
            await Task.WhenAll(doomed.Select(d => HearAsync(d.StandardOutput.BaseStream, DoomedSeconds * Second, over)));
            Array.ForEach(doomed, d => d.Kill());
            Array.ForEach(doomed, d => d.WaitForExit());
            Array.ForEach(doomed, d => d.Dispose());
        }

        return dead;
    }

    private static async Task HearAsync(Stream sound, int bytes, CancellationToken over)
    {
        byte[] buffer = new byte[8192];
        try
        {
            while (bytes > 0 && await sound.ReadAsync(buffer, over) is > 0 and int count)
            {
                bytes -= count;
            }
        }
        catch (OperationCanceledException)
        {
            // The crowd leaves.
        }
    }

    /// <summary>Memory in use when all listeners but the references have left.</summary>
    private async Task<long> SettledAsync(StationServer server)
    {
        await Crowds.UntilAsync(() => server.Radio!.GetSnapshot() is var now && now.Listeners <= _references.Count && now.Waiting == 0);

        // A listener that has just ended may still be referenced for a moment.
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
