using Linnet.Broadcast;
using Linnet.Clock;
using Linnet.Wire.Rtcp;

namespace Linnet.Transports.Rtp;

/// <summary>Feedback from one listener: signs of life and reports. One thread at a time writes; any thread may read.</summary>
/// <param name="rendition">The rendition that the listener receives.</param>
/// <param name="time">The clock.</param>
internal sealed class RtpFeedback(RenditionInfo rendition, TimeProvider time)
{
    private const double UnitsPerSecond = 65_536;
    private static readonly TimeSpan MostRoundTrip = TimeSpan.FromMinutes(1);

    private ReceptionReport? _reception;
    private ReferenceTime? _reference;
    private long _heardAt = time.GetTimestamp();

    /// <summary>The SSRC of the listener's stream.</summary>
    internal uint Ssrc => rendition.Stream.Ssrc;

    /// <summary>When its last RTP or RTCP arrived, in ticks; initially, when this instance was created.</summary>
    internal long HeardAt => Volatile.Read(ref _heardAt);

    /// <summary>Its last report; <see langword="null"/> before the first.</summary>
    internal ReceptionReport? Reception => Volatile.Read(ref _reception);

    /// <summary>Repairs its losses, if the session has agreed on repair.</summary>
    internal RepairSender? Repair { get; set; }

    /// <summary>Records a sign of life.</summary>
    internal void Hear() => Volatile.Write(ref _heardAt, time.GetTimestamp());

    /// <summary>Handles its RTCP.</summary>
    internal void Hear(RtcpCompound compound)
    {
        Hear();
        foreach (RtcpPacket packet in compound.Packets)
        {
            HearRepair(packet);
            IReadOnlyList<ReportBlock> blocks = packet switch
            {
                ReceiverReport report => report.Blocks,
                SenderReport report => report.Blocks,
                _ => [],
            };
            foreach (ReportBlock block in blocks)
            {
                if (block.Ssrc == Ssrc)
                {
                    Take(block);
                }
            }
        }
    }

    /// <summary>
    /// How long ago its clock was received, from which it calculates the round trip; <see langword="null"/> if it sent none, or repair was
    /// not agreed on.
    /// </summary>
    internal ReferenceDelay? AnswerTo(long now)
    {
        if (Repair is null || Volatile.Read(ref _reference) is not ReferenceTime reference)
        {
            return null;
        }

        double units = Math.Max(0, time.GetElapsedTime(reference.HeardAt, now).TotalSeconds * UnitsPerSecond);
        return units < uint.MaxValue ? new ReferenceDelay(reference.Ssrc, reference.Middle, (uint)units) : null;
    }

    private void HearRepair(RtcpPacket packet)
    {
        switch (packet)
        {
            case GenericNack nack when nack.MediaSsrc == Ssrc:
                Repair?.Ask(nack, time.GetTimestamp());
                break;
            case ExtendedReport { ReferenceTime: NtpTime reference } report:
                Volatile.Write(ref _reference, new ReferenceTime(report.Ssrc, reference.Middle, time.GetTimestamp()));
                break;
            default:
                break;
        }
    }

    private void Take(in ReportBlock block)
    {
        TimeSpan? roundTrip = null;
        if (block.LastSenderReport != 0)
        {
            // RFC 3550 §6.4.1: now, minus when it received our report, minus its delay before answering.
            uint units = unchecked(NtpTime.From(time.GetUtcNow()).Middle - block.LastSenderReport - block.DelaySinceLastSenderReport);
            TimeSpan span = TimeSpan.FromSeconds(units / UnitsPerSecond);
            roundTrip = span <= MostRoundTrip ? span : null;
        }

        Volatile.Write(ref _reception, new ReceptionReport(
            block.FractionLost / 256.0,
            block.CumulativeLost,
            TimeSpan.FromSeconds(block.Jitter / (double)rendition.Payload.ClockRate),
            roundTrip,
            (_reception?.Reports ?? 0) + 1));
    }

    private sealed record ReferenceTime(uint Ssrc, uint Middle, long HeardAt);
}
