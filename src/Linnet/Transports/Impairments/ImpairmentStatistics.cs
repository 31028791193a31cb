namespace Linnet.Transports.Impairments;

/// <summary>Counts of an impairment between a sender and a receiver.</summary>
/// <param name="Rtp">Incoming audio packets.</param>
/// <param name="Rtcp">Incoming sender reports.</param>
/// <param name="Feedback">Outgoing reports and requests.</param>
public readonly record struct ImpairmentStatistics(ImpairmentCounts Rtp, ImpairmentCounts Rtcp, ImpairmentCounts Feedback);
