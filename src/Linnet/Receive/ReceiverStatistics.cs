using Linnet.Receive.Repair;

namespace Linnet.Receive;

/// <summary>The state of a receiver.</summary>
public enum ReceiverState
{
    /// <summary>No packet has arrived, or not enough to begin.</summary>
    Waiting,

    /// <summary>Audio is playing.</summary>
    Playing,

    /// <summary>The buffer is empty.</summary>
    Starved,

    /// <summary>The last frame has been played.</summary>
    Ended,
}

/// <summary>A receiver's counts since its start, and its current state.</summary>
public sealed record ReceiverStatistics
{
    /// <summary>The current state.</summary>
    public ReceiverState State { get; init; }

    /// <summary>Packets that arrived, including late ones, without duplicates.</summary>
    public long Received { get; init; }

    /// <summary>Packets that were neither received nor repaired in time, and have not arrived since.</summary>
    public long Lost { get; init; }

    /// <summary>Packets that arrived too late to be played.</summary>
    public long Late { get; init; }

    /// <summary>Copies of packets that had already arrived.</summary>
    public long Duplicate { get; init; }

    /// <summary>Packets that arrived after a newer one, but in time.</summary>
    public long Reordered { get; init; }

    /// <summary>Datagrams that were not RTP, and payloads that could not be decoded.</summary>
    public long Corrupt { get; init; }

    /// <summary>RTP packets with another payload type or source.</summary>
    public long Foreign { get; init; }

    /// <summary>Packets dropped unplayed because newer ones needed their place.</summary>
    public long Overflow { get; init; }

    /// <summary>Audio concealed because packets were lost, late or corrupt.</summary>
    public TimeSpan Concealed { get; init; }

    /// <summary>Audio of lost packets that was recovered from the packets after them (Opus in-band FEC).</summary>
    public TimeSpan Recovered { get; init; }

    /// <summary>Audio that the sender left out (discontinuous transmission, a pause) and that was filled in.</summary>
    public TimeSpan Paused { get; init; }

    /// <summary>Audio that arrived in time but was skipped to correct the playback position.</summary>
    public TimeSpan Skipped { get; init; }

    /// <summary>Audio in the buffer, from the next frame to the newest, including gaps.</summary>
    public TimeSpan Buffer { get; init; }

    /// <summary>The profile's name; <see langword="null"/> if the delay is fixed.</summary>
    public string? Profile { get; init; }

    /// <summary>The target delay between arrival and playback, derived from the network's behaviour.</summary>
    public TimeSpan Target { get; init; }

    /// <summary>The actual delay, without the device's own. Zero without a device clock.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>
    /// How much later than undelayed packets arrive: the maximum over the half seconds of the last 24 s, ignoring the two worst of
    /// them.
    /// </summary>
    public TimeSpan Lateness { get; init; }

    /// <summary>
    /// How often audio was skipped or repeated by whole pitch periods to bring the delay closer to its target.
    /// </summary>
    public long Stretches { get; init; }

    /// <summary>Audio skipped or repeated in that way, in total.</summary>
    public TimeSpan Stretched { get; init; }

    /// <summary>
    /// From the sender's clock to playback, if sender reports arrive and the two wall clocks agree; otherwise from arrival to playback.
    /// </summary>
    public TimeSpan Latency { get; init; }

    /// <summary>Whether <see cref="Latency"/> is measured from the sender's clock.</summary>
    public bool IsLatencyEndToEnd { get; init; }

    /// <summary>Interarrival jitter, as in RFC 3550 §A.8.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>
    /// How much faster the sender's clock runs than the device's, in parts per million, as corrected by playback. 0 without a device
    /// clock.
    /// </summary>
    public double DriftPpm { get; init; }

    /// <summary>
    /// Whether <see cref="DriftPpm"/> was measured long enough, 20 s, to be about right. Before, it may be off by hundreds.
    /// </summary>
    public bool IsDriftKnown { get; init; }

    /// <summary>How much later than intended the audio plays. Zero without a device clock.</summary>
    public TimeSpan PlayoutError { get; init; }

    /// <summary>How often the sender restarted: another SSRC, or numbers that could not follow.</summary>
    public long Restarts { get; init; }

    /// <summary>How often the buffer ran empty while the sender was sending.</summary>
    public long Underruns { get; init; }

    /// <summary>How often playback jumped because the error was too large to correct by pitch.</summary>
    public long Jumps { get; init; }

    /// <summary>How lost packets were repaired.</summary>
    public RepairSummary Repair { get; init; } = RepairSummary.None;

    /// <summary>Adds these counts to those of <paramref name="later"/>, and keeps the state of <paramref name="later"/>.</summary>
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
