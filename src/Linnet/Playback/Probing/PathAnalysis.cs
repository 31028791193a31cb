using Linnet.Clock;
using Linnet.Receive;

namespace Linnet.Playback.Probing;

/// <summary>Computes a report from a recording. Pure.</summary>
internal static class PathAnalysis
{
    // With fewer packets, no number means anything.
    private const int FewestPackets = 10;

    // A drift is shown only if its uncertainty is below this.
    private const double MostDoubt = 50e-6;

    private const int SlopePoints = 120;
    private const int ChartPoints = 60;
    private const int HeaderBytes = 28;
    private static readonly TimeSpan ShortestStretch = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestOneWay = TimeSpan.FromSeconds(30);

    /// <summary>Computes the report, except the profiles: see <see cref="ProfileTrials"/>.</summary>
    internal static PathReport Judge(PathRecording recording)
    {
        IReadOnlyList<HeardPacket> packets = recording.Packets;
        var report = new PathReport
        {
            IsPartial = recording.Forgotten > 0,
            Corrupt = recording.Corrupt,
            Foreign = recording.Foreign,
            Restarts = recording.Restarts,
            RoundTrip = recording.RtcpTrip ?? recording.RequestTrip,
            IsRoundTripByRtcp = recording.RtcpTrip is not null,
        };
        if (packets.Count < FewestPackets)
        {
            return report with { Received = packets.Count };
        }

        List<HeardPacket> first = FirstCopies(packets, out long duplicate, out long reordered);
        long[] missing = Gaps(first, out long lost);
        var span = new TimeSpan(packets[^1].At - packets[0].At);
        report = report with
        {
            Duration = span,
            PacketTime = TimeSpan.FromSeconds(FramesPerPacket(first) / (double)recording.ClockRate),
            BitsPerSecond = span > TimeSpan.Zero ? packets.Skip(1).Sum(static p => (p.Bytes + HeaderBytes) * 8L) / span.TotalSeconds : 0,
            Received = first.Count,
            Lost = lost,
            Duplicate = duplicate,
            Reordered = reordered,
            Bursts = [.. missing.GroupBy(static m => m).OrderBy(static g => g.Key)
                .Select(static g => new BurstCount((int)Math.Min(g.Key, int.MaxValue), g.Count()))],
        };

        var media = new MediaTimeline(0, recording.ClockRate, TimeSpan.TicksPerSecond);
        ClockSlope slope = Slope(first, media);
        double[] delays = Delays(first, media, slope.Value);
        bool isKnown = slope.Doubt <= MostDoubt;
        return report with
        {
            DriftPpm = isKnown ? -slope.Value * 1e6 : null,
            DriftDoubtPpm = slope.Doubt * 1e6,
            Delay = Spread(delays) with { Jitter = Jitter(packets, recording.ClockRate), OverTime = OverTime(first, delays) },
            OneWay = OneWay(recording.Report, media, delays, first, slope.Value),
        };
    }

    /// <summary>The usual number of frames between consecutive packets.</summary>
    internal static int FramesPerPacket(IReadOnlyList<HeardPacket> packets)
    {
        long[] steps = [.. packets.Zip(packets.Skip(1))
            .Where(static p => p.Second.Sequence == p.First.Sequence + 1)
            .Select(static p => p.Second.Position - p.First.Position)
            .Where(static frames => frames is > 0 and < 1_000_000)];
        Array.Sort(steps);
        return steps.Length == 0 ? 1 : (int)steps[steps.Length / 2];
    }

    private static List<HeardPacket> FirstCopies(IReadOnlyList<HeardPacket> packets, out long duplicate, out long reordered)
    {
        var seen = new HashSet<long>(packets.Count);
        var first = new List<HeardPacket>(packets.Count);
        long newest = long.MinValue;
        reordered = 0;
        foreach (HeardPacket packet in packets)
        {
            if (seen.Add(packet.Sequence))
            {
                first.Add(packet);
                reordered += packet.Sequence < newest ? 1 : 0;
                newest = Math.Max(newest, packet.Sequence);
            }
        }

        duplicate = packets.Count - first.Count;
        return first;
    }

    // The length of each gap, in packets.
    private static long[] Gaps(List<HeardPacket> first, out long lost)
    {
        long[] sequences = [.. first.Select(static p => p.Sequence)];
        Array.Sort(sequences);
        long[] gaps = [.. sequences.Zip(sequences.Skip(1)).Select(static p => p.Second - p.First - 1).Where(static gap => gap > 0)];
        lost = gaps.Sum();
        return gaps;
    }

    private static ClockSlope Slope(List<HeardPacket> packets, MediaTimeline media)
    {
        var slope = new ClockSlope(TimeSpan.TicksPerSecond);
        long start = packets.Min(static p => p.At);
        long stretch = Math.Max(ShortestStretch.Ticks, ((packets.Max(static p => p.At) - start) / SlopePoints) + 1);
        foreach (IGrouping<long, (long Media, long Origin)> group in packets
            .Select(p => (Media: media.DueAt(p.Position), p.At))
            .GroupBy(p => (p.At - start) / stretch, static p => (p.Media, Origin: p.At - p.Media)))
        {
            (long at, long origin) = group.MinBy(static p => p.Origin);
            slope.Add(at, origin);
        }

        return slope;
    }

    // In ticks, 0 for the fastest packet, after removing the clocks' drift.
    private static double[] Delays(List<HeardPacket> packets, MediaTimeline media, double slope)
    {
        long first = media.DueAt(packets[0].Position);
        double[] delays = [.. packets.Select(p => p.At - media.DueAt(p.Position) - (slope * (media.DueAt(p.Position) - first)))];
        double least = delays.Min();
        return [.. delays.Select(d => d - least)];
    }

    private static DelaySpread Spread(double[] delays)
    {
        double[] sorted = [.. delays.Order()];
        return new DelaySpread { P50 = At(0.5), P90 = At(0.9), P99 = At(0.99), P999 = At(0.999), Most = At(1) };

        TimeSpan At(double share) => new((long)sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)]);
    }

    private static TimeSpan[] OverTime(List<HeardPacket> packets, double[] delays)
    {
        long start = packets[0].At;
        long span = Math.Max(1, packets[^1].At - start + 1);
        return [.. packets.Zip(delays)
            .GroupBy(p => Math.Clamp((p.First.At - start) * ChartPoints / span, 0, ChartPoints - 1), static p => p.Second)
            .OrderBy(static g => g.Key)
            .Select(static g => new TimeSpan((long)g.Average()))];
    }

    private static TimeSpan Jitter(IReadOnlyList<HeardPacket> packets, int clockRate)
    {
        var log = new ReceptionLog(clockRate, TimeSpan.TicksPerSecond);
        foreach (HeardPacket packet in packets)
        {
            log.OnPacket(packet.Sequence, packet.Position, packet.At);
        }

        return TimeSpan.FromSeconds(log.Jitter / clockRate);
    }

    // Compares when the fastest packets arrived with when the sender says their audio was due.
    private static TimeSpan? OneWay(HeardReport? heard, MediaTimeline media, double[] delays, List<HeardPacket> packets, double slope)
    {
        if (heard is not { } report)
        {
            return null;
        }

        int quickest = Array.IndexOf(delays, 0);
        long since = media.DueAt(report.Position) - media.DueAt(packets[quickest].Position);
        long arrivesAt = packets[quickest].At + since + (long)(slope * since);
        TimeSpan oneWay = report.HeardAt + new TimeSpan(arrivesAt - report.At) - report.SentAt;
        return oneWay >= TimeSpan.Zero && oneWay <= LongestOneWay ? oneWay : null;
    }
}
