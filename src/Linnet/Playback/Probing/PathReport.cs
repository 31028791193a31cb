using Linnet.Receive.Repair;

namespace Linnet.Playback.Probing;

/// <summary>The quality of the path from a server to this machine.</summary>
public sealed record PathReport
{
    /// <summary>From the first judged packet to the last.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Whether the report leaves out the beginning, because there were more packets than are kept.</summary>
    public bool IsPartial { get; init; }

    /// <summary>The duration of each packet.</summary>
    public TimeSpan PacketTime { get; init; }

    /// <summary>Bits per second received, including IP and UDP headers.</summary>
    public double BitsPerSecond { get; init; }

    /// <summary>Packets received, without duplicates.</summary>
    public long Received { get; init; }

    /// <summary>Packets that never came.</summary>
    public long Lost { get; init; }

    /// <summary>Copies of packets that had already arrived.</summary>
    public long Duplicate { get; init; }

    /// <summary>Packets that arrived after newer ones.</summary>
    public long Reordered { get; init; }

    /// <summary>Datagrams that were not RTP.</summary>
    public long Corrupt { get; init; }

    /// <summary>Packets of other streams.</summary>
    public long Foreign { get; init; }

    /// <summary>How often the sender restarted. The report starts after the last restart.</summary>
    public long Restarts { get; init; }

    /// <summary>Bursts of loss: how often each length occurred, shortest first.</summary>
    public IReadOnlyList<BurstCount> Bursts { get; init; } = [];

    /// <summary>How much later than the fastest packets the others arrived.</summary>
    public DelaySpread Delay { get; init; } = new();

    /// <summary>The shortest round trip to the server; <see langword="null"/> if not measured.</summary>
    public TimeSpan? RoundTrip { get; init; }

    /// <summary>Whether RTCP measured the round trip, on the path of the packets. Otherwise it is the time of an RTSP request.</summary>
    public bool IsRoundTripByRtcp { get; init; }

    /// <summary>
    /// How much faster the sender's clock runs than ours, in parts per million; <see langword="null"/> if there are too few packets to
    /// tell.
    /// </summary>
    public double? DriftPpm { get; init; }

    /// <summary>The uncertainty of <see cref="DriftPpm"/>, in parts per million.</summary>
    public double DriftDoubtPpm { get; init; }

    /// <summary>
    /// The time from the sender to here, for the fastest packets; <see langword="null"/> without sender reports, or if the two wall
    /// clocks disagree.
    /// </summary>
    public TimeSpan? OneWay { get; init; }

    /// <summary>How each profile would have performed.</summary>
    public IReadOnlyList<ProfileTrial> Profiles { get; init; } = [];

    /// <summary>The recommended profile; <see langword="null"/> if there are too few packets to tell.</summary>
    public string? Recommended { get; init; }

    /// <summary>Which profile to use and why, in a sentence or two.</summary>
    public string Advice { get; init; } = "";

    /// <summary>Whether <see cref="Advice"/> names TCP as a way out: much is lost over UDP, and cannot be repaired.</summary>
    public bool SuggestsTcp { get; init; }

    /// <summary>The share of packets lost, 0–1.</summary>
    public double LossShare => Received + Lost == 0 ? 0 : Lost / (double)(Received + Lost);

    /// <summary>The mean length of a burst of loss, in packets; 0 without loss.</summary>
    public double MeanBurst =>
        Bursts.Count == 0 ? 0 : Bursts.Sum(static b => (double)b.Packets * b.Times) / Bursts.Sum(static b => b.Times);
}

/// <summary>How often bursts of one length occurred.</summary>
/// <param name="Packets">Packets lost in a row.</param>
/// <param name="Times">How often that happened.</param>
public readonly record struct BurstCount(int Packets, long Times);

/// <summary>How much later than the fastest packets the others arrived.</summary>
public sealed record DelaySpread
{
    /// <summary>The median delay.</summary>
    public TimeSpan P50 { get; init; }

    /// <summary>The delay that 90 % of the packets did not exceed.</summary>
    public TimeSpan P90 { get; init; }

    /// <summary>The delay that 99 % of the packets did not exceed.</summary>
    public TimeSpan P99 { get; init; }

    /// <summary>The delay that 99.9 % of the packets did not exceed.</summary>
    public TimeSpan P999 { get; init; }

    /// <summary>The longest delay.</summary>
    public TimeSpan Most { get; init; }

    /// <summary>Interarrival jitter at the end, as in RFC 3550 §A.8.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>The average delay in each of several equal intervals, for a chart.</summary>
    public IReadOnlyList<TimeSpan> OverTime { get; init; } = [];
}

/// <summary>How a profile would have performed with the recorded packets.</summary>
/// <param name="Name">The profile's name.</param>
/// <param name="AverageDelay">The average delay from arrival to playback.</param>
/// <param name="MostDelay">The longest delay from arrival to playback.</param>
/// <param name="Late">The share of packets too late to be played, 0–1.</param>
/// <param name="Missing">The share of the audio that would have been concealed, because packets were lost or late, 0–1.</param>
/// <param name="Underruns">How often the buffer ran empty.</param>
/// <param name="Repair">How losses would be repaired.</param>
/// <param name="MissingAfterRepair">An estimate of the share still missing after repair, 0–1.</param>
public sealed record ProfileTrial(
    string Name, TimeSpan AverageDelay, TimeSpan MostDelay, double Late, double Missing, long Underruns, RepairMode Repair,
    double MissingAfterRepair);
