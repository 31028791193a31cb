using Linnet.Audio;

namespace Linnet.Broadcast.Segments;

/// <summary>Some seconds of a rendition as one file, made once for all who ask for it.</summary>
/// <param name="Sequence">Its media sequence number: those of one playlist follow each other.</param>
/// <param name="Name">Its name among the segments of the rendition. It never means other bytes.</param>
/// <param name="Position">Position of its first frame.</param>
/// <param name="At">When its first frame was due, by the wall clock.</param>
/// <param name="Duration">How long it lasts.</param>
/// <param name="Bytes">The file; empty: its audio is missing (<c>EXT-X-GAP</c>).</param>
/// <param name="Head">What a decoder needs before it; <see langword="null"/>: nothing.</param>
/// <param name="IsDiscontinuity">Whether another encoding begins with it.</param>
/// <remarks>Source: RFC 8216 §3, §6.2.1.</remarks>
internal sealed record Segment(
    long Sequence,
    string Name,
    long Position,
    DateTimeOffset At,
    TimeSpan Duration,
    ReadOnlyMemory<byte> Bytes,
    SegmentHead? Head,
    bool IsDiscontinuity)
{
    /// <summary>Whether its audio is missing.</summary>
    internal bool IsGap => Bytes.IsEmpty;
}

/// <summary>What a decoder needs before a segment: a Media Initialization Section.</summary>
/// <param name="Name">A hash of its bytes, so that the same bytes have the same name everywhere.</param>
/// <param name="Bytes">The file.</param>
internal sealed record SegmentHead(string Name, ReadOnlyMemory<byte> Bytes);

/// <summary>A title and where its audio begins.</summary>
/// <param name="Position">Position of its first frame.</param>
/// <param name="At">When that was due, by the wall clock.</param>
/// <param name="Track">The title.</param>
internal sealed record SegmentTitle(long Position, DateTimeOffset At, TrackInfo Track);

/// <summary>The segments of a rendition at one moment. Immutable.</summary>
/// <param name="Kept">Those that can be had, the oldest first: more than are listed, as a player may still ask for an old one.</param>
/// <param name="Listed">How many of the last ones the playlist lists.</param>
/// <param name="DiscontinuitySequence">The number of discontinuities before the listed ones. After a restart it is higher.</param>
/// <param name="Titles">The titles of the listed ones, in order.</param>
/// <param name="HasEnded">Whether no more will follow in this log.</param>
internal sealed record SegmentWindow(
    IReadOnlyList<Segment> Kept, int Listed, long DiscontinuitySequence, IReadOnlyList<SegmentTitle> Titles, bool HasEnded)
{
    /// <summary>Nothing yet.</summary>
    internal static SegmentWindow Empty { get; } = new([], 0, 0, [], HasEnded: false);

    /// <summary>Whether the station has ended, so that no more will follow at all.</summary>
    internal bool IsFinal { get; init; }

    /// <summary>Those in the playlist, the oldest first.</summary>
    internal IEnumerable<Segment> List => Kept.Skip(Kept.Count - Listed);

    /// <summary>How many of those in the playlist have audio.</summary>
    internal int Audible => List.Count(static segment => !segment.IsGap);

    /// <summary>Finds a segment by its name.</summary>
    internal Segment? Find(string name) => Kept.FirstOrDefault(segment => segment.Name == name && !segment.IsGap);

    /// <summary>Finds a head by its name.</summary>
    internal SegmentHead? FindHead(string name) => Kept.Select(static segment => segment.Head).FirstOrDefault(head => head?.Name == name);
}
