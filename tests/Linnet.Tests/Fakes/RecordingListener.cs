using System.Net;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;

namespace Linnet.Tests.Fakes;

/// <summary>A listener that puts packets into a list, as many at a time as the test allows.</summary>
internal sealed class RecordingListener(RingLease lease) : Listener(lease, new IPEndPoint(IPAddress.Loopback, 9), "test")
{
    public List<PacketItem> Packets { get; } = [];

    public List<string> Events { get; } = [];

    /// <summary>Number of packets it takes before it is full.</summary>
    public long Room { get; set; } = long.MaxValue;

    public bool Throws { get; set; }

    internal override bool TrySend(PacketItem packet, SendBatch batch)
    {
        if (Throws)
        {
            throw new System.Net.Sockets.SocketException();
        }

        if (Room == 0)
        {
            return false;
        }

        Room--;
        Packets.Add(packet);
        return true;
    }

    internal override void SendRepair(long now, SendBatch batch) => Events.Add($"repair {now}");

    internal override void SendReport(long now, SendBatch batch) => Events.Add($"report {now}");

    internal override void SendEnd(SendBatch batch) => Events.Add("end");

    internal override void OnFinished(DropReason reason) => Events.Add($"finished {reason}");
}
