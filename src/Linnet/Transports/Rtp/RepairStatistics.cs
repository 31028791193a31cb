using Linnet.Wire.Rtp;

namespace Linnet.Transports.Rtp;

/// <summary>Counters of the repair of one listener's losses.</summary>
/// <param name="Redundancy">The copies sent with its packets; <see langword="null"/>: none.</param>
/// <param name="Requested">Packets it requested, including repeats.</param>
/// <param name="Retransmitted">Packets resent.</param>
/// <param name="OverBudget">Requests refused because too much had been resent, or too many were made at once.</param>
/// <param name="Gone">Requests for packets that are too old, or not sent yet.</param>
/// <param name="Repeated">Requests ignored because the packet had just been resent.</param>
/// <param name="RetransmittedBytes">Bytes of RTP resent.</param>
/// <param name="CopyBytes">Bytes of RTP that copies added to its packets.</param>
internal sealed record RepairStatistics(
    Redundancy? Redundancy,
    long Requested,
    long Retransmitted,
    long OverBudget,
    long Gone,
    long Repeated,
    long RetransmittedBytes,
    long CopyBytes);
