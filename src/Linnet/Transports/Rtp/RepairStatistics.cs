using Linnet.Wire.Rtp;

namespace Linnet.Transports.Rtp;

/// <summary>What was done to repair one listener's losses.</summary>
/// <param name="Redundancy">The copies that go with its packets; <see langword="null"/>: none.</param>
/// <param name="Requested">Packets it asked for, repeats included.</param>
/// <param name="Retransmitted">Packets sent again.</param>
/// <param name="OverBudget">Requests refused because it had been sent too many again, or asked for too many at once.</param>
/// <param name="Gone">Requests for packets that are too old, or were not sent yet.</param>
/// <param name="Repeated">Requests left out because the packet had just been sent again.</param>
/// <param name="RetransmittedBytes">Bytes of RTP sent again.</param>
/// <param name="CopyBytes">Bytes of RTP that copies added to its packets.</param>
public sealed record RepairStatistics(
    Redundancy? Redundancy,
    long Requested,
    long Retransmitted,
    long OverBudget,
    long Gone,
    long Repeated,
    long RetransmittedBytes,
    long CopyBytes);
