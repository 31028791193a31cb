using Linnet.Receive.Repair;

namespace Linnet.Receive;

/// <summary>Where a receiver is in its stream.</summary>
public enum ReceiverState
{
    /// <summary>Nothing has arrived, or not enough to begin.</summary>
    Waiting,

    /// <summary>Sound comes out.</summary>
    Playing,

    /// <summary>The buffer ran dry.</summary>
    Starved,

    /// <summary>The last sample is out.</summary>
    Ended,
}

/// <summary>What a receiver counted since it began, and where it is now.</summary>
public sealed record ReceiverStatistics
{
    /// <summary>Where it is.</summary>
    public ReceiverState State { get; init; }

    /// <summary>Different packets that arrived, late ones included.</summary>
    public long Received { get; init; }

    /// <summary>Packets that had neither arrived nor been repaired when their turn was over, and have not arrived since.</summary>
    public long Lost { get; init; }

    /// <summary>Packets that arrived when their turn was over.</summary>
    public long Late { get; init; }

    /// <summary>Copies of packets that were there already.</summary>
    public long Duplicate { get; init; }

    /// <summary>Packets that arrived after a newer one, but in time.</summary>
    public long Reordered { get; init; }

    /// <summary>Datagrams that were not RTP, and payloads that could not be decoded.</summary>
    public long Corrupt { get; init; }

    /// <summary>RTP packets of another payload type or source.</summary>
    public long Foreign { get; init; }

    /// <summary>Packets dropped unplayed because newer ones needed their place.</summary>
    public long Overflow { get; init; }

    /// <summary>Sound made up because packets were lost, late or corrupt.</summary>
    public TimeSpan Concealed { get; init; }

    /// <summary>Sound of lost packets that the packets after them carried once more (Opus' in-band FEC).</summary>
    public TimeSpan Recovered { get; init; }

    /// <summary>Sound left out by the sender and filled in (discontinuous transmission, a pause).</summary>
    public TimeSpan Paused { get; init; }

    /// <summary>Sound that arrived in time and was passed over to be where play-out should be.</summary>
    public TimeSpan Skipped { get; init; }

    /// <summary>Sound that is in the buffer, from what plays next to the newest, gaps included.</summary>
    public TimeSpan Buffer { get; init; }

    /// <summary>The profile's name; <see langword="null"/> where the wait is fixed.</summary>
    public string? Profile { get; init; }

    /// <summary>How long packets should wait between arrival and play-out, by what was seen of the network.</summary>
    public TimeSpan Target { get; init; }

    /// <summary>How long they do, the device's own delay apart. Without a device clock zero.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>
    /// How much later than undelayed packets come: the latest of each half second of the last 24 s, the two worst of those left out.
    /// </summary>
    public TimeSpan Lateness { get; init; }

    /// <summary>
    /// Times sound was left out or played twice, by whole periods of its pitch, so that the wait came nearer to what it should be.
    /// </summary>
    public long Stretches { get; init; }

    /// <summary>Sound that was left out or played twice so, together.</summary>
    public TimeSpan Stretched { get; init; }

    /// <summary>
    /// From the sender's clock to the ear where sender reports tell it and the two wall clocks agree; else from arrival to the ear.
    /// </summary>
    public TimeSpan Latency { get; init; }

    /// <summary>Whether <see cref="Latency"/> is from the sender's clock.</summary>
    public bool IsLatencyEndToEnd { get; init; }

    /// <summary>Interarrival jitter after RFC 3550 §A.8.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>
    /// By how much the sender's clock is faster than the device's, in millionths, as the play-out corrects it. 0 without a device clock.
    /// </summary>
    public double DriftPpm { get; init; }

    /// <summary>Whether that was measured for long enough, 20 s, to be about right: before, it may be off by hundreds.</summary>
    public bool IsDriftKnown { get; init; }

    /// <summary>By how much the sound is heard later than it should be. Without a device clock zero.</summary>
    public TimeSpan PlayoutError { get; init; }

    /// <summary>Times the sender began anew: another SSRC, or numbers that could not follow.</summary>
    public long Restarts { get; init; }

    /// <summary>Times the buffer ran dry while the sender was sending.</summary>
    public long Underruns { get; init; }

    /// <summary>Times play-out jumped because the error was too large for pitch.</summary>
    public long Jumps { get; init; }

    /// <summary>What was done about packets that did not come.</summary>
    public RepairSummary Repair { get; init; } = RepairSummary.None;

    /// <summary>These counts and <paramref name="later"/>'s together; where <paramref name="later"/> is now is where both are.</summary>
    internal ReceiverStatistics Plus(ReceiverStatistics later) => later with
    {
        Received = Received + later.Received,
        Lost = Lost + later.Lost,
        Late = Late + later.Late,
        Duplicate = Duplicate + later.Duplicate,
        Reordered = Reordered + later.Reordered,
        Corrupt = Corrupt + later.Corrupt,
        Foreign = Foreign + later.Foreign,
        Overflow = Overflow + later.Overflow,
        Concealed = Concealed + later.Concealed,
        Recovered = Recovered + later.Recovered,
        Paused = Paused + later.Paused,
        Skipped = Skipped + later.Skipped,
        Restarts = Restarts + later.Restarts,
        Underruns = Underruns + later.Underruns,
        Jumps = Jumps + later.Jumps,
        Stretches = Stretches + later.Stretches,
        Stretched = Stretched + later.Stretched,
        Repair = Repair.Plus(later.Repair),
    };
}
