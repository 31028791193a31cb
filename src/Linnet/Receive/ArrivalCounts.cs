namespace Linnet.Receive;

/// <summary>Counts arriving packets. Written under the network lock, read by any thread.</summary>
internal sealed class ArrivalCounts
{
    internal long Received, Late, Duplicate, Reordered, Corrupt, Foreign, Restarts;

    internal void Count(PacketClass arrival)
    {
        Received += arrival == PacketClass.Duplicate ? 0 : 1;
        Late += arrival is PacketClass.Late or PacketClass.OvertakenLate ? 1 : 0;
        Duplicate += arrival == PacketClass.Duplicate ? 1 : 0;
        Reordered += arrival is PacketClass.Reordered or PacketClass.Overtaken ? 1 : 0;
    }
}
