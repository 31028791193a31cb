namespace Linnet.Transports.Impairments;

/// <summary>What an impairment did between a sender and a receiver.</summary>
/// <param name="Rtp">To sound on its way here.</param>
/// <param name="Rtcp">To the sender's reports on their way here.</param>
/// <param name="Feedback">To our reports and requests on their way to the sender.</param>
public readonly record struct ImpairmentStatistics(ImpairmentCounts Rtp, ImpairmentCounts Rtcp, ImpairmentCounts Feedback);
