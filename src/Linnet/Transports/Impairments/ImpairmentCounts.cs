namespace Linnet.Transports.Impairments;

/// <summary>Counts of an impairment for the datagrams of one lane.</summary>
/// <param name="Taken">Datagrams sent.</param>
/// <param name="Passed">Datagrams that arrived, including duplicates and damaged ones.</param>
/// <param name="Dropped">Datagrams that did not arrive.</param>
/// <param name="Overflowed">Dropped datagrams for which the queue of the slow link was full.</param>
/// <param name="Duplicated">Datagrams that were duplicated.</param>
/// <param name="Corrupted">Datagrams that were damaged.</param>
/// <param name="Reordered">Datagrams that arrived undamaged after one that was sent later.</param>
/// <param name="HeldBack">Datagrams that were held back so that others overtake them.</param>
public readonly record struct ImpairmentCounts(
    long Taken, long Passed, long Dropped, long Overflowed, long Duplicated, long Corrupted, long Reordered, long HeldBack);
