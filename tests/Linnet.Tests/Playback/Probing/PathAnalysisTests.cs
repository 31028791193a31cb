using Linnet.Playback.Probing;
using Linnet.Tests.Fakes;
using Linnet.Transports.Impairments;

namespace Linnet.Tests.Playback.Probing;

/// <summary>Traces with known results.</summary>
public class PathAnalysisTests
{
    private const int Rate = 48_000;
    private const long Ms = TimeSpan.TicksPerMillisecond;

    [Fact]
    public void Loss_duplicates_reordering_and_bursts_are_counted()
    {
        // 0 … 99 without 10, without 20 21 22, without 50; 30 twice; 40 after 41.
        List<HeardPacket> packets = [.. Trace(100).Where(p => p.Sequence is not (10 or 20 or 21 or 22 or 50))];
        packets.Insert(packets.FindIndex(p => p.Sequence == 30) + 1, packets.Find(p => p.Sequence == 30));
        int at = packets.FindIndex(p => p.Sequence == 40);
        (packets[at], packets[at + 1]) = (packets[at + 1] with { At = packets[at].At }, packets[at] with { At = packets[at + 1].At });

        PathReport report = Judge(packets);

        Assert.Equal((95, 5, 1, 1), (report.Received, report.Lost, report.Duplicate, report.Reordered));
        Assert.Equal([new BurstCount(1, 2), new BurstCount(3, 1)], report.Bursts);
        Assert.Equal(5 / 3.0, report.MeanBurst, 6);
        Assert.Equal(0.05, report.LossShare, 6);
        Assert.Equal(TimeSpan.FromMilliseconds(20), report.PacketTime);
        Assert.Equal(TimeSpan.FromMilliseconds(99 * 20), report.Duration);
    }

    [Fact]
    public void Throughput_counts_received_packets_with_headers()
    {
        // 172 bytes and 28 of headers, 50 a second.
        Assert.Equal(200 * 8 * 50, Judge(Trace(501)).BitsPerSecond, 1.0);
    }

    [Fact]
    public void Percentiles_are_exact()
    {
        // Each delay from 0 to 999 tenths of a millisecond once, in mixed order. Packets are 200 ms apart, so none overtakes another.
        long[] delays = [.. Enumerable.Range(0, 1000).Select(i => i * 7919L % 1000 * (Ms / 10))];
        List<HeardPacket> packets = [.. delays.Select((d, i) => new HeardPacket(i, i * 9600L, (i * 200 * Ms) + d, 172))];

        DelaySpread delay = Judge(packets).Delay;

        AssertMs(49.9, delay.P50);
        AssertMs(89.9, delay.P90);
        AssertMs(98.9, delay.P99);
        AssertMs(99.8, delay.P999);
        AssertMs(99.9, delay.Most);

        // A slope of a few ppm that fits as well is within a tenth of a millisecond.
        static void AssertMs(double expected, TimeSpan actual) => Assert.Equal(expected, actual.TotalMilliseconds, 0.15);
    }

    [Theory]
    [InlineData(50, 60, "jitter=2ms")]
    [InlineData(-50, 60, "jitter=2ms,loss=5%")]
    [InlineData(200, 120, "jitter=10ms,loss=10%,burst=60ms")]
    [InlineData(0, 60, "jitter=2ms,seed=3")]
    [InlineData(-400, 3600, "jitter=20ms,order=loose")]
    public void Drift_is_found_within_five_ppm_whatever_the_jitter(double ppm, int seconds, string path)
    {
        PathReport report = Judge(Through(LossyLink.Like(path), seconds * 50, ppm));

        Assert.NotNull(report.DriftPpm);
        Assert.InRange(report.DriftPpm.Value, ppm - 5, ppm + 5);
        Assert.InRange(Math.Abs(report.DriftPpm.Value - ppm), 0, 2 * report.DriftDoubtPpm);
    }

    [Fact]
    public void With_too_few_packets_the_report_has_no_clock_drift() =>
        Assert.Null(Judge(Through(LossyLink.Like("jitter=30ms"), 100, 0)).DriftPpm);

    [Fact]
    public void Known_jitter_is_measured()
    {
        DelaySpread delay = Judge(Through(LossyLink.Like("delay=50ms,jitter=10ms,order=loose"), 20_000, 0)).Delay;

        // Exponential, limited to five times its mean.
        Assert.Equal(10 * Math.Log(2), delay.P50.TotalMilliseconds, 0.4);
        Assert.Equal(10 * Math.Log(10), delay.P90.TotalMilliseconds, 1.0);
        Assert.Equal(10 * Math.Log(100), delay.P99.TotalMilliseconds, 3.0);
        Assert.InRange(delay.Jitter.TotalMilliseconds, 5, 20);
        Assert.Equal(60, delay.OverTime.Count);
    }

    [Fact]
    public void Known_bursts_are_found()
    {
        PathReport report = Judge(Through(LossyLink.Like("loss=19%,burst=60ms,seed=5"), 100_000, 0));

        Assert.InRange(report.LossShare, 0.18, 0.20);

        // With packets 20 ms apart, a burst of mean 60 ms removes at least one with probability (1 − e^−⅓)/⅓, and then 1/(1 − e^−⅓) of
        // them.
        Assert.Equal(1 / (1 - Math.Exp(-1 / 3.0)), report.MeanBurst, 0.2);
    }

    [Fact]
    public void The_one_way_delay_is_reported_only_if_the_clocks_can_agree()
    {
        DateTimeOffset noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
        List<HeardPacket> packets = [.. Trace(500).Select(p => p with { At = p.At + (37 * Ms) })];

        Assert.Equal(37, With(TimeSpan.Zero).OneWay!.Value.TotalMilliseconds, 0.1);
        Assert.Equal(47, With(TimeSpan.FromMilliseconds(10)).OneWay!.Value.TotalMilliseconds, 0.1);
        Assert.Null(With(TimeSpan.FromSeconds(-1)).OneWay);
        Assert.Null(With(TimeSpan.FromMinutes(1)).OneWay);

        // The sender's frame 48,000 was due at noon, at one second in our ticks. Our wall clock may be ahead.
        PathReport With(TimeSpan ahead) => PathAnalysis.Judge(new PathRecording
        {
            ClockRate = Rate,
            Packets = packets,
            Report = new HeardReport(noon, 48_000, noon + ahead + TimeSpan.FromSeconds(1), 2000 * Ms),
        });
    }

    [Fact]
    public void A_few_packets_give_a_minimal_report()
    {
        PathReport report = Judge(Trace(3));

        Assert.Equal((3, 0, TimeSpan.Zero), (report.Received, report.Lost, report.Duration));
        Assert.Equal(0, Judge([]).Received);
    }

    private static PathReport Judge(IEnumerable<HeardPacket> packets) =>
        PathAnalysis.Judge(new PathRecording { ClockRate = Rate, Packets = [.. packets] });

    // 20 ms packets without any disturbance.
    private static IEnumerable<HeardPacket> Trace(int count) =>
        Enumerable.Range(0, count).Select(i => new HeardPacket(i, i * 960L, i * 20 * Ms, 172));

    private static List<HeardPacket> Through(ImpairmentOptions path, int count, double senderPpm)
    {
        var impairment = new Impairment(path, TimeSpan.TicksPerSecond);
        var heard = new List<HeardPacket>();
        for (int i = 0; i < count; i++)
        {
            long sentAt = (long)(i * 20 * Ms / (1 + (senderPpm / 1e6)));
            Fate fate = impairment.Next(172, sentAt);
            if (fate.Drop is DropCause.None)
            {
                heard.Add(new HeardPacket(i, i * 960L, fate.LeavesAt, 172));
            }
        }

        return [.. heard.OrderBy(p => p.At)];
    }
}
