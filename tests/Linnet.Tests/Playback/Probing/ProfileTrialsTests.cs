using Linnet.Playback.Probing;
using Linnet.Receive.Repair;
using Linnet.Tests.Fakes;
using Linnet.Transports.Impairments;
using Linnet.Wire.Rtp;
using Linnet.Wire.Sdp;

namespace Linnet.Tests.Playback.Probing;

public class ProfileTrialsTests
{
    private const long Ms = TimeSpan.TicksPerMillisecond;
    private static readonly RepairOffer Repairs = new() { RtxPayloadType = 97, RedPayloadType = 98, CopiesOnRequest = true };

    [Fact]
    public void On_a_calm_path_the_profile_with_the_least_delay_is_enough()
    {
        PathReport report = Judge("delay=5ms", TimeSpan.FromMilliseconds(10), Repairs);

        Assert.Equal("low-latency", report.Recommended);
        Assert.StartsWith("Use low-latency: ", report.Advice, StringComparison.Ordinal);
        Assert.All(report.Profiles, p => Assert.Equal((0, 0, RepairMode.None), (p.Missing, p.Late, p.Repair)));
        Assert.Equal(["low-latency", "balanced", "robust"], report.Profiles.Select(p => p.Name));
        Assert.True(report.Profiles[0].AverageDelay < report.Profiles[1].AverageDelay);
        Assert.True(report.Profiles[1].AverageDelay < report.Profiles[2].AverageDelay);
    }

    [Fact]
    public void Jitter_too_large_for_one_profile_recommends_the_next()
    {
        PathReport report = Judge("reorder=3%,reorder-by=150ms", TimeSpan.FromMilliseconds(10), Repairs);

        Assert.Equal("balanced", report.Recommended);
        Assert.InRange(report.Profiles[0].Missing, 0.02, 0.05);
        Assert.Contains("low-latency would miss", report.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, RepairMode.Retransmission, RepairMode.Retransmission)]
    [InlineData(200, RepairMode.Redundancy, RepairMode.Both)]
    public void The_round_trip_decides_how_loss_is_repaired(int roundTripMs, RepairMode balanced, RepairMode robust)
    {
        PathReport report = Judge("loss=5%", TimeSpan.FromMilliseconds(roundTripMs), Repairs);

        Assert.Equal((balanced, robust), (report.Profiles[1].Repair, report.Profiles[2].Repair));
        Assert.All(report.Profiles, p => Assert.InRange(p.Missing, 0.03, 0.07));
        Assert.InRange(report.Profiles[1].MissingAfterRepair, 0, 0.01);
        Assert.InRange(report.Profiles[2].MissingAfterRepair, 0, 0.001);
    }

    [Fact]
    public void Without_repair_more_delay_does_not_help_but_TCP_would()
    {
        PathReport report = Judge("loss=10%", TimeSpan.FromMilliseconds(5), RepairOffer.None);

        Assert.Equal("low-latency", report.Recommended);
        Assert.Contains("TCP delivers everything", report.Advice, StringComparison.Ordinal);
        Assert.True(report.SuggestsTcp);
        Assert.All(report.Profiles, p => Assert.InRange(p.MissingAfterRepair, 0.07, 0.13));
    }

    [Fact]
    public void Without_packets_there_is_no_recommendation()
    {
        PathReport report = ProfileTrials.AddTo(new PathReport(), new PathRecording { ClockRate = 48_000 }, isTcp: false, Repairs);

        Assert.Null(report.Recommended);
        Assert.StartsWith("Too few packets arrived", report.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Nonsensical_numbers_do_not_throw(int seed)
    {
        var random = new Random(seed);
        var recorder = new ArrivalRecorder(8000, 96, capacity: 1000);
        byte[] datagram = new byte[40];
        for (int i = 0; i < 600; i++)
        {
            random.NextBytes(datagram);
            new RtpHeader(96, Marker: false, (ushort)random.Next(1 << (4 * seed)), (uint)random.NextInt64(1L << (10 * seed)),
                Ssrc: 1).Write(datagram);
            recorder.OnPacket(datagram.AsSpan(0, random.Next(10, 40)), i * random.Next(1, 20) * Ms);
        }

        PathRecording recording = recorder.Take();
        PathReport report = ProfileTrials.AddTo(PathAnalysis.Judge(recording), recording, isTcp: false, Repairs);

        Assert.True(recording.Corrupt > 20);
        Assert.NotEmpty(report.Advice);
        Assert.All(report.Profiles, p => Assert.True(p.Missing is >= 0 and <= 1 && double.IsFinite(p.MissingAfterRepair)));
    }

    private static PathReport Judge(string path, TimeSpan roundTrip, RepairOffer repair)
    {
        var impairment = new Impairment(LossyLink.Like(path), TimeSpan.TicksPerSecond);
        var heard = new List<HeardPacket>();
        for (int i = 0; i < 1000; i++)
        {
            Fate fate = impairment.Next(172, i * 20 * Ms);
            if (fate.Drop is DropCause.None)
            {
                heard.Add(new HeardPacket(i, i * 960L, fate.LeavesAt, 172));
            }
        }

        var recording = new PathRecording { ClockRate = 48_000, Packets = [.. heard.OrderBy(p => p.At)], RtcpTrip = roundTrip };
        return ProfileTrials.AddTo(PathAnalysis.Judge(recording), recording, isTcp: false, repair);
    }
}
