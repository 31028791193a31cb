using Linnet.Receive;
using Linnet.Receive.Repair;
using Linnet.Wire.Sdp;

namespace Linnet.Playback.Probing;

/// <summary>Plays a recording through a receiver of each profile, in simulated time, and says which one to take. Pure.</summary>
internal static class ProfileTrials
{
    // Longer recordings are judged by their end: it is played anew for each profile.
    internal static readonly TimeSpan LongestReplay = TimeSpan.FromMinutes(2);

    // So little missing is not heard as a fault, and so much more is worth another profile.
    private const double Unheard = 0.001;
    private const double WorthIt = 1.5;

    /// <summary>Adds what each profile would have done, and advice.</summary>
    /// <param name="report">The judgement so far.</param>
    /// <param name="recording">What it is about.</param>
    /// <param name="isTcp">Whether packets came in a connection, which loses none and repairs by itself.</param>
    /// <param name="repair">How the server repairs losses.</param>
    internal static PathReport AddTo(PathReport report, PathRecording recording, bool isTcp, RepairOffer repair)
    {
        if (report.Duration <= TimeSpan.Zero)
        {
            return report with { Advice = "Too little was heard to judge the path: probe for longer, or check that the station plays." };
        }

        Arrival[] arrivals = Newest(recording.Packets);
        int frames = PathAnalysis.FramesPerPacket(recording.Packets);
        ProfileTrial[] trials =
            [.. ReceiverProfile.All.Select(
                profile => Try(profile, report, arrivals, recording.ClockRate, frames, isTcp ? RepairOffer.None : repair))];
        ProfileTrial best = Choose(trials);
        return report with { Profiles = trials, Recommended = best.Name, Advice = Advise(report, trials, best, isTcp) };
    }

    /// <summary>The quickest profile that leaves out hardly more than the best does.</summary>
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

    // What a receiver would choose that has measured what is known now.
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
            // The buffer becomes that deep, and then it is decided again.
            verdict = chooser.Choose(path with { Buffer = verdict.Wait }, now: TimeSpan.TicksPerSecond);
        }

        return report.Lost == 0 ? default : verdict;
    }

    private static string Advise(PathReport report, ProfileTrial[] trials, ProfileTrial best, bool isTcp)
    {
        string repair = best.Repair switch
        {
            RepairMode.Retransmission => ", once what is lost has been asked for again",
            RepairMode.Redundancy => ", once packets carry copies of those before",
            RepairMode.Both => ", once what is lost has been asked for again and packets carry copies of those before",
            _ => "",
        };
        string take = best.MissingAfterRepair < Unheard
            ? $"Take {best.Name}: {Ms(best.AverageDelay)} behind what arrives, nothing that one would hear is missing{repair}."
            : $"Take {best.Name}: {Percent(best.MissingAfterRepair)} of the sound is missing, {Ms(best.AverageDelay)} behind what "
                + $"arrives{repair}.";
        ProfileTrial? quicker = trials.TakeWhile(t => t != best).LastOrDefault();
        string why = quicker is null ? "" : $" {quicker.Name} would miss {Percent(quicker.MissingAfterRepair)}.";
        string tcp = !isTcp && best.MissingAfterRepair > 0.02 && report.LossShare > 0.02
            ? " If that is too much, --transport tcp brings all of it, later."
            : "";
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
