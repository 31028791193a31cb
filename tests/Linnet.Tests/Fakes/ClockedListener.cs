using System.Net;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;

namespace Linnet.Tests.Fakes;

/// <summary>A listener that records how far each packet leaves from its deadline.</summary>
internal sealed class ClockedListener(RingLease lease, TimeProvider time) : Listener(lease, new IPEndPoint(IPAddress.Loopback, 9), "test")
{
    private long _start;

    public long Packets { get; private set; }

    public long WorstErrorNs { get; private set; }

    internal override bool TrySend(PacketItem packet, SendBatch batch)
    {
        if (Packets++ == 0)
        {
            _start = time.GetTimestamp();
        }

        long ideal = _start + (long)((Int128)packet.Position * 1_000_000_000 / Ring.Info.Payload.ClockRate);
        WorstErrorNs = Math.Max(WorstErrorNs, Math.Abs(time.GetTimestamp() - ideal));
        return true;
    }

    internal override void SendReport(long now, SendBatch batch)
    {
    }

    internal override void SendEnd(SendBatch batch)
    {
    }

    internal override void OnFinished(DropReason reason)
    {
    }
}
