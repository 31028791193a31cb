namespace Linnet.Broadcast.Segments;

/// <summary>Where a log ended.</summary>
/// <param name="Number">The last segment that it may have made.</param>
/// <param name="Cuts">How often a new encoding has cut a segment.</param>
/// <param name="Offset">What is added to media sequence numbers, and to those of discontinuities.</param>
internal readonly record struct SegmentMark(long Number, long Cuts, long Offset = 0)
{
    /// <summary>There was no log.</summary>
    internal static SegmentMark None { get; } = new(-1, 0);

    /// <summary>
    /// For the first log of a station that another of the same name preceded: its numbers begin behind a media sequence number. Usually
    /// they do so by themselves, but a station that begins with stock is ahead of the clock by that much.
    /// </summary>
    internal static SegmentMark Behind(RenditionInfo info, SegmentTimes times, long sequence) =>
        new(-1, 0, Math.Max(0, sequence + 1 - times.SequenceAt(info.Began)));
}
