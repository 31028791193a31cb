namespace Linnet.Transports.Impairments;

/// <summary>What happens to one datagram.</summary>
internal readonly record struct Fate
{
    /// <summary>Why the datagram is dropped, if it is.</summary>
    internal DropCause Drop { get; init; }

    /// <summary>When the datagram arrives, in the caller's ticks.</summary>
    internal long LeavesAt { get; init; }

    /// <summary>When a duplicate arrives, not before the datagram; <see langword="null"/>: no duplicate.</summary>
    internal long? CopyLeavesAt { get; init; }

    /// <summary>Whether the datagram arrives only after the next one of its lane.</summary>
    internal bool WaitsForNext { get; init; }

    /// <summary>Whether the datagram is held back so that others overtake it.</summary>
    internal bool IsHeldBack { get; init; }

    /// <summary>How the datagram is damaged; <see langword="null"/>: not at all.</summary>
    internal ulong? Damage { get; init; }
}

/// <summary>Why a datagram is dropped.</summary>
internal enum DropCause
{
    None,
    Lost,
    Overflow,
}
