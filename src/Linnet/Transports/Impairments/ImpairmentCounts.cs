namespace Linnet.Transports.Impairments;

/// <summary>What an impairment did to the datagrams of one lane.</summary>
/// <param name="Taken">Datagrams that set out.</param>
/// <param name="Passed">Datagrams that arrived: second copies and damaged ones included.</param>
/// <param name="Dropped">Datagrams of which nothing arrives.</param>
/// <param name="Overflowed">Those of <paramref name="Dropped"/> that found the queue of the slow link full.</param>
/// <param name="Duplicated">Datagrams that were given a second copy.</param>
/// <param name="Corrupted">Datagrams that were damaged.</param>
/// <param name="Reordered">Datagrams that arrived whole after one that had set out later.</param>
/// <param name="HeldBack">Datagrams that were held back to be overtaken.</param>
public readonly record struct ImpairmentCounts(
    long Taken, long Passed, long Dropped, long Overflowed, long Duplicated, long Corrupted, long Reordered, long HeldBack);
