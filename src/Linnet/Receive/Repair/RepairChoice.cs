using Linnet.Wire.Rtp;

namespace Linnet.Receive.Repair;

/// <summary>How lost packets are repaired.</summary>
public enum RepairMode
{
    /// <summary>No repair: the sender does not offer it, or there is no time for it.</summary>
    None,

    /// <summary>The receiver requests them again.</summary>
    Retransmission,

    /// <summary>Later packets carry copies of them.</summary>
    Redundancy,

    /// <summary>Both retransmission and copies.</summary>
    Both,
}

/// <summary>The chosen repair, and why.</summary>
/// <param name="Mode">The kind of repair.</param>
/// <param name="Redundancy">The copies requested, or <see langword="null"/>.</param>
/// <param name="Reason">The reason, a sentence for display.</param>
public sealed record RepairChoice(RepairMode Mode, Redundancy? Redundancy, string Reason);
