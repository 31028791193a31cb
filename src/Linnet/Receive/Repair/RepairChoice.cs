using Linnet.Wire.Rtp;

namespace Linnet.Receive.Repair;

/// <summary>What is done about packets that do not come.</summary>
public enum RepairMode
{
    /// <summary>Nothing: the sender cannot, or there is no time for it.</summary>
    None,

    /// <summary>They are asked for again.</summary>
    Retransmission,

    /// <summary>Later packets carry copies of them.</summary>
    Redundancy,

    /// <summary>Both.</summary>
    Both,
}

/// <summary>What was decided about repair, and from what.</summary>
/// <param name="Mode">What is done.</param>
/// <param name="Redundancy">The copies that are asked for, if any.</param>
/// <param name="Reason">Why, in a sentence for a person.</param>
public sealed record RepairChoice(RepairMode Mode, Redundancy? Redundancy, string Reason);
