namespace Linnet.Transports.Rtp;

/// <summary>The last report of a listener on its reception.</summary>
/// <param name="FractionLost">Share of packets lost since its previous report, 0–1.</param>
/// <param name="PacketsLost">Packets lost since it began to listen; negative if it counts duplicates.</param>
/// <param name="Jitter">Mean deviation of the spacing of arrivals (RFC 3550 §6.4.1).</param>
/// <param name="RoundTrip">From our report to the listener's answer, minus the listener's own delay; <see langword="null"/> if it had
/// received no report.</param>
/// <param name="Reports">Reports it has sent so far.</param>
internal sealed record ReceptionReport(double FractionLost, int PacketsLost, TimeSpan Jitter, TimeSpan? RoundTrip, long Reports);
