namespace Linnet.Broadcast.Streams;

/// <summary>A packet in a <see cref="StreamLog"/>: a place where a listener can join, or to which it can be moved.</summary>
/// <param name="Number">Number of earlier entries in the log.</param>
/// <param name="Offset">Offset of its first byte in the stream.</param>
/// <param name="DueAt">When it was due, in ticks.</param>
/// <param name="Head">The bytes that a listener needs once to decode what follows: part of its stream. The same array as in the entry
/// before, unless it changed; allocated pinned.</param>
/// <param name="Due">Packets that were due by the clock before this one, including those that never arrived.</param>
internal sealed record StreamEntry(long Number, long Offset, long DueAt, byte[] Head, long Due);
