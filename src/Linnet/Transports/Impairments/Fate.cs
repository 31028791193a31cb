namespace Linnet.Transports.Impairments;

/// <summary>What becomes of one datagram.</summary>
internal readonly record struct Fate
{
    /// <summary>Why it goes no further, if it does not.</summary>
    internal DropCause Drop { get; init; }

    /// <summary>When it arrives, in the caller's ticks.</summary>
    internal long LeavesAt { get; init; }

    /// <summary>When a second one like it arrives, if one does: not before the first.</summary>
    internal long? CopyLeavesAt { get; init; }

    /// <summary>Whether it arrives only when the next one of its lane has.</summary>
    internal bool WaitsForNext { get; init; }

    /// <summary>Whether it is meant to be overtaken.</summary>
    internal bool IsHeldBack { get; init; }

    /// <summary>How it is damaged, if it is.</summary>
    internal ulong? Damage { get; init; }
}

/// <summary>Why a datagram goes no further.</summary>
internal enum DropCause
{
    None,
    Lost,
    Overflow,
}
