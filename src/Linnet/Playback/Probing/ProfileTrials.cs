using Linnet.Receive;
using Linnet.Receive.Repair;
using Linnet.Wire.Sdp;

namespace Linnet.Playback.Probing;

/// <summary>Plays a recording through a receiver with each profile, in simulated time, and recommends a profile. Pure.</summary>
internal static class ProfileTrials
{
    // Of a longer recording only the end is used, because it is played once per profile.
    internal static readonly TimeSpan LongestReplay = TimeSpan.FromMinutes(2);

    // Less missing audio than this is inaudible. This much more is worth another profile.
    private const double Unheard = 0.001;
    private const double WorthIt = 1.5;

    /// <summary>Adds each profile's performance, and advice, to a report.</summary>
    /// <param name="report">The report so far.</param>
    /// <param name="recording">The recording that the report is about.</param>
    /// <param name="isTcp">Whether the packets came over TCP, which loses nothing and needs no repair.</param>
    /// <param name="repair">How the server repairs losses.</param>
    internal static PathReport AddTo(PathReport report, PathRecording recording, bool isTcp, RepairOffer repair)
    {
        if (report.Duration <= TimeSpan.Zero)
        {
            return report with { Advice = "Too few packets arrived to judge the path: probe longer, or check the station." };
        }

        Arrival[] arrivals = Newest(recording.Packets);
        int frames = PathAnalysis.FramesPerPacket(recording.Packets);
        ProfileTrial[] trials =
            [.. ReceiverProfile.All.Select(
                profile => Try(profile, report, arrivals, recording.ClockRate, frames, isTcp ? RepairOffer.None : repair))];
        ProfileTrial best = Choose(trials);
        report = report with
        {
            Profiles = trials,
            Recommended = best.Name,
            SuggestsTcp = !isTcp && best.MissingAfterRepair > 0.02 && report.LossShare > 0.02,
        };
        return report with { Advice = Advise(report, best) };
    }

    /// <summary>The profile with the least delay that misses hardly more than the best one.</summary>
    internal static ProfileTrial Choose(IReadOnlyList<ProfileTrial> trials)
    {
        double least = trials.Min(static t => t.MissingAfterRepair);
        return trials.First(t => t.MissingAfterRepair <= Math.Max(Unheard, least * WorthIt));
    }

    private static ProfileTrial Try(
        ReceiverProfile profile, PathReport report, Arrival[] arrivals, int clockRate, int frames, RepairOffer offer)
    {
        ReplayResult result = ArrivalReplay.Run(new ReceiverOptions { Profile = profile }, clockRate, frames, arrivals);
        double seconds = new TimeSpan(arrivals[^1].At - arrivals[0].At).TotalSeconds;
        double missing = Math.Clamp(result.Concealed.TotalSeconds / seconds, 0, 1);
        RepairVerdict repair = Repair(report, offer, result.AverageDelay, profile.Most);
        TimeSpan delay = repair.Path.Buffer > result.AverageDelay ? repair.Path.Buffer : result.AverageDelay;
        double left = repair.Mode is RepairMode.None ? report.LossShare : RepairChooser.MissingAfter(repair);
        return new ProfileTrial(
            profile.Name,
            delay,
            result.MostDelay > delay ? result.MostDelay : delay,
            result.Late / (double)Math.Max(1, arrivals.Length),
            missing,
            result.Underruns,
            repair.Mode,
            Math.Max(0, missing - report.LossShare) + left);
    }

    // The choice of a receiver with the present measurements.
    private static RepairVerdict Repair(PathReport report, RepairOffer offer, TimeSpan buffer, TimeSpan most)
    {
        double lost = report.Bursts.Sum(static b => (double)b.Packets * b.Times);
        double burst = lost == 0 ? 0 : report.Bursts.Sum(static b => (double)b.Packets * b.Packets * b.Times) / lost;
        var path = new PathState(
            CanAsk: offer.RtxPayloadType is not null,
            CanCopy: offer.RedPayloadType is not null && offer.CopiesOnRequest,
            report.LossShare,
            burst,
            report.PacketTime,
            report.RoundTrip,
            buffer,
            Slack: 4 * report.Delay.Jitter,
            most);
        var chooser = new RepairChooser(TimeSpan.TicksPerSecond);
        RepairVerdict verdict = chooser.Choose(path, now: 0);
        if (verdict.Wait > buffer)
        {
            // The buffer grows to that depth, then the choice is made again.
            verdict = chooser.Choose(path with { Buffer = verdict.Wait }, now: TimeSpan.TicksPerSecond);
        }

        return report.Lost == 0 ? default : verdict;
    }

    private static string Advise(PathReport report, ProfileTrial best)
    {
        string repair = best.Repair switch
        {
            RepairMode.Retransmission => " after retransmission",
            RepairMode.Redundancy => " with copies in later packets",
            RepairMode.Both => " after retransmission and with copies in later packets",
            _ => "",
        };
        string take = best.MissingAfterRepair < Unheard
            ? $"Use {best.Name}: {Ms(best.AverageDelay)} of delay, no audible loss{repair}."
            : $"Use {best.Name}: {Ms(best.AverageDelay)} of delay, {Percent(best.MissingAfterRepair)} of the audio "
                + $"missing{repair}.";
        ProfileTrial? quicker = report.Profiles.TakeWhile(t => t != best).LastOrDefault();
        string why = quicker is null ? "" : $" {quicker.Name} would miss {Percent(quicker.MissingAfterRepair)}.";
        string tcp = report.SuggestsTcp ? " If that is too much, TCP delivers everything, with more delay." : "";
        return take + why + tcp;
    }

    private static Arrival[] Newest(IReadOnlyList<HeardPacket> packets)
    {
        long from = packets[^1].At - LongestReplay.Ticks;
        return [.. packets.Where(p => p.At >= from).Select(static p => new Arrival((ushort)p.Sequence, (uint)p.Position, p.At))];
    }

    private static string Ms(TimeSpan time) => FormattableString.Invariant($"{time.TotalMilliseconds:0} ms");

    private static string Percent(double share) => FormattableString.Invariant($"{share * 100:0.0#} %");
}
