using Linnet.Receive.Repair;

namespace Linnet.Playback.Probing;

/// <summary>What a person needs to know to judge a path from a server to here.</summary>
public sealed record PathReport
{
    /// <summary>From the first packet that is judged to the last.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Whether the judgement leaves out what came first, because more came than is kept.</summary>
    public bool IsPartial { get; init; }

    /// <summary>Sound in each packet.</summary>
    public TimeSpan PacketTime { get; init; }

    /// <summary>Bits per second that came, IP and UDP headers included.</summary>
    public double BitsPerSecond { get; init; }

    /// <summary>Different packets that came.</summary>
    public long Received { get; init; }

    /// <summary>Packets that never came.</summary>
    public long Lost { get; init; }

    /// <summary>Copies of packets that were there already.</summary>
    public long Duplicate { get; init; }

    /// <summary>Packets that came after newer ones.</summary>
    public long Reordered { get; init; }

    /// <summary>Datagrams that were not RTP.</summary>
    public long Corrupt { get; init; }

    /// <summary>Packets of other streams.</summary>
    public long Foreign { get; init; }

    /// <summary>Times the sender began anew, after which the judgement begins anew, too.</summary>
    public long Restarts { get; init; }

    /// <summary>Losses in a row: how many there were of each length, the shortest first.</summary>
    public IReadOnlyList<BurstCount> Bursts { get; init; } = [];

    /// <summary>How far behind the quickest packets the others came.</summary>
    public DelaySpread Delay { get; init; } = new();

    /// <summary>To the server and back, at best; <see langword="null"/> if it was not measured.</summary>
    public TimeSpan? RoundTrip { get; init; }

    /// <summary>Whether that was measured by RTCP, on the way that packets take; else it is what an RTSP request took.</summary>
    public bool IsRoundTripByRtcp { get; init; }

    /// <summary>
    /// By how much the sender's clock is faster than ours, in millionths; <see langword="null"/> where too little was heard to tell.
    /// </summary>
    public double? DriftPpm { get; init; }

    /// <summary>How far off that may be.</summary>
    public double DriftDoubtPpm { get; init; }

    /// <summary>
    /// From the sender's clock to us, for the quickest packets; <see langword="null"/> without sender reports, or if the two wall clocks do
    /// not agree.
    /// </summary>
    public TimeSpan? OneWay { get; init; }

    /// <summary>What each profile would have done with it.</summary>
    public IReadOnlyList<ProfileTrial> Profiles { get; init; } = [];

    /// <summary>The profile to take; <see langword="null"/> if too little was heard.</summary>
    public string? Recommended { get; init; }

    /// <summary>Which to take and why, in a sentence or two.</summary>
    public string Advice { get; init; } = "";

    /// <summary>The share of its packets that the path lost, 0–1.</summary>
    public double LossShare => Received + Lost == 0 ? 0 : Lost / (double)(Received + Lost);

    /// <summary>Packets lost in a row, on average; 0 without loss.</summary>
    public double MeanBurst =>
        Bursts.Count == 0 ? 0 : Bursts.Sum(static b => (double)b.Packets * b.Times) / Bursts.Sum(static b => b.Times);
}

/// <summary>Losses of one length.</summary>
/// <param name="Packets">Lost in a row.</param>
/// <param name="Times">How often.</param>
public readonly record struct BurstCount(int Packets, long Times);

/// <summary>How far behind the quickest packets the others came.</summary>
public sealed record DelaySpread
{
    /// <summary>Half of the packets came within this.</summary>
    public TimeSpan P50 { get; init; }

    /// <summary>90 %.</summary>
    public TimeSpan P90 { get; init; }

    /// <summary>99 %.</summary>
    public TimeSpan P99 { get; init; }

    /// <summary>99.9 %.</summary>
    public TimeSpan P999 { get; init; }

    /// <summary>All.</summary>
    public TimeSpan Most { get; init; }

    /// <summary>Interarrival jitter after RFC 3550 §A.8, at the end.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>The average of each equal part of the time, for a chart.</summary>
    public IReadOnlyList<TimeSpan> OverTime { get; init; } = [];
}

/// <summary>What a profile would have done with what came.</summary>
/// <param name="Name">The profile.</param>
/// <param name="AverageDelay">From arrival to play-out, on average.</param>
/// <param name="MostDelay">At most.</param>
/// <param name="Late">The share of packets that came too late to be played, 0–1.</param>
/// <param name="Missing">The share of the sound that would have been made up: lost or late, 0–1.</param>
/// <param name="Underruns">Times the buffer ran dry.</param>
/// <param name="Repair">How its losses would be repaired.</param>
/// <param name="MissingAfterRepair">About what would be left of <paramref name="Missing"/>, 0–1.</param>
public sealed record ProfileTrial(
    string Name, TimeSpan AverageDelay, TimeSpan MostDelay, double Late, double Missing, long Underruns, RepairMode Repair,
    double MissingAfterRepair);
