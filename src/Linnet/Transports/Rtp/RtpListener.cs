using System.Net;
using Linnet.Broadcast;
using Linnet.Clock;
using Linnet.Wire.Rtcp;

namespace Linnet.Transports.Rtp;

/// <summary>Whoever hears a rendition over RTP, and what it tells us by RTCP.</summary>
internal abstract class RtpListener : Listener
{
    private const double SrUnitsPerSecond = 65_536;
    private static readonly TimeSpan MostRoundTrip = TimeSpan.FromMinutes(1);

    private readonly Action<DropReason> _onFinished;
    private readonly TimeProvider _time;
    private ReceptionReport? _reception;
    private long _heardAt;

    /// <param name="lease">Its part in the rendition.</param>
    /// <param name="remote">Where it is.</param>
    /// <param name="transport">For people and metrics.</param>
    /// <param name="time">The clock.</param>
    /// <param name="onFinished">Told once, on the sender's thread, that no more will be sent. Must be quick.</param>
    private protected RtpListener(RingLease lease, IPEndPoint remote, string transport, TimeProvider time, Action<DropReason> onFinished)
        : base(lease, remote, transport)
    {
        _time = time;
        _onFinished = onFinished;
        _heardAt = time.GetTimestamp();
    }

    /// <summary>When it last gave a sign of life by RTP or RTCP, in ticks; at first, when it was made.</summary>
    internal long HeardAt => Volatile.Read(ref _heardAt);

    /// <summary>What it last reported, if it did.</summary>
    internal ReceptionReport? Reception => Volatile.Read(ref _reception);

    /// <summary>Takes a sign of life.</summary>
    internal void Hear() => Volatile.Write(ref _heardAt, _time.GetTimestamp());

    /// <summary>Takes what it sent by RTCP. Called by one thread at a time.</summary>
    internal void Hear(RtcpCompound compound)
    {
        Hear();
        foreach (RtcpPacket packet in compound.Packets)
        {
            IReadOnlyList<ReportBlock> blocks = packet switch
            {
                ReceiverReport report => report.Blocks,
                SenderReport report => report.Blocks,
                _ => [],
            };
            foreach (ReportBlock block in blocks)
            {
                if (block.Ssrc == Ring.Info.Stream.Ssrc)
                {
                    Take(block);
                }
            }
        }
    }

    /// <inheritdoc/>
    protected internal override void OnFinished(DropReason reason) => _onFinished(reason);

    private void Take(in ReportBlock block)
    {
        TimeSpan jitter = TimeSpan.FromSeconds(block.Jitter / (double)Ring.Info.Payload.ClockRate);
        TimeSpan? roundTrip = null;
        if (block.LastSenderReport != 0)
        {
            uint units = unchecked(NtpTime.From(_time.GetUtcNow()).Middle - block.LastSenderReport - block.DelaySinceLastSenderReport);
            TimeSpan span = TimeSpan.FromSeconds(units / SrUnitsPerSecond);
            roundTrip = span <= MostRoundTrip ? span : null;
        }

        long reports = (_reception?.Reports ?? 0) + 1;
        Volatile.Write(
            ref _reception, new ReceptionReport(block.FractionLost / 256.0, block.CumulativeLost, jitter, roundTrip, reports));
    }
}
