namespace Linnet.Transports.Rtp;

/// <summary>What a listener last reported of how it hears us.</summary>
/// <param name="FractionLost">Share of the packets lost since its report before, 0–1.</param>
/// <param name="PacketsLost">Packets lost since it began to listen; negative if it counts duplicates.</param>
/// <param name="Jitter">Mean deviation of the spacing of arrivals (RFC 3550 §6.4.1).</param>
/// <param name="RoundTrip">From our report to its answer, its own delay left out; <see langword="null"/> if it had heard none.</param>
/// <param name="Reports">Reports it has sent so far.</param>
public sealed record ReceptionReport(double FractionLost, int PacketsLost, TimeSpan Jitter, TimeSpan? RoundTrip, long Reports);
