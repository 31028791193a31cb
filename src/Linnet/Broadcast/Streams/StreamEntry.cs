namespace Linnet.Broadcast.Streams;

/// <summary>One packet in a <see cref="StreamLog"/>: a place at which a listener may join, or be moved to.</summary>
/// <param name="Number">Entries of the log before it.</param>
/// <param name="Offset">Bytes of the stream before its first one.</param>
/// <param name="DueAt">When it was due, in ticks.</param>
/// <param name="Head">
/// What a listener must have got, once, to make sense of what follows: part of its stream. The same array as the entry's before it, unless
/// it changed; allocated pinned.
/// </param>
/// <param name="Due">Packets that were due by the clock before it: as many as entries, and those that never came.</param>
internal sealed record StreamEntry(long Number, long Offset, long DueAt, byte[] Head, long Due);
