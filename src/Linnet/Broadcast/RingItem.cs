using Linnet.Audio;
using Linnet.Broadcast.Packets;
using Linnet.Clock;

namespace Linnet.Broadcast;

/// <summary>One thing in a rendition's ring. Immutable once published.</summary>
internal abstract class RingItem
{
    private protected RingItem(long position, long dueAt)
    {
        Position = position;
        DueAt = dueAt;
    }

    /// <summary>Its place in the ring, counted from the rendition's first item; given by the ring.</summary>
    public long Index { get; internal set; } = -1;

    /// <summary>Position of the sound it stands at, in frames at the rendition's clock rate.</summary>
    public long Position { get; }

    /// <summary>
    /// When it is due, in ticks of <see cref="TimeProvider.GetTimestamp"/>. Never before the preceding item.
    /// </summary>
    public long DueAt { get; }
}

/// <summary>Another track starts here.</summary>
internal sealed class TitleItem(long position, long dueAt, TrackInfo track) : RingItem(position, dueAt)
{
    /// <summary>What is known of it.</summary>
    public TrackInfo Track { get; } = track;
}

/// <summary>
/// From here on another map from position to time holds: the rendition starts, the source lost sound, or the station's clock was reset.
/// </summary>
internal sealed class DiscontinuityItem(long position, long dueAt, MediaTimeline timeline) : RingItem(position, dueAt)
{
    /// <summary>The new map, at the rendition's clock rate.</summary>
    public MediaTimeline Timeline { get; } = timeline;
}

/// <summary>
/// How packets are encoded from here on: published where a rendition starts, and where an encoding that is passed through changes.
/// </summary>
/// <param name="position">Position of the first frame of the first packet it is for.</param>
/// <param name="dueAt">When it is due.</param>
/// <param name="headers">What a decoder needs before the packets, in their order; not written again. MP3, Opus and PCM need
/// nothing.</param>
internal sealed class FormatItem(long position, long dueAt, IReadOnlyList<ReadOnlyMemory<byte>> headers) : RingItem(position, dueAt)
{
    /// <summary>
    /// FLAC: the STREAMINFO block with its own four bytes before it, marked as not the last. Vorbis: its three header packets. Opus:
    /// nothing, or an OpusHead that says more than the rendition's. Else empty.
    /// </summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Headers { get; } = headers;
}

/// <summary>The station has ended, or this run of the rendition was cut short: for who hears it nothing follows.</summary>
internal sealed class EndItem(long position, long dueAt) : RingItem(position, dueAt)
{
    /// <summary>Why, if it was not the station's end.</summary>
    public DropReason Reason { get; init; }
}
