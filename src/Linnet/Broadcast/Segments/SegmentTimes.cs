namespace Linnet.Broadcast.Segments;

/// <summary>The length of segments, and how many there are.</summary>
/// <param name="Length">How long each is, but for one that a new encoding cuts.</param>
/// <param name="Listed">The most in the playlist.</param>
internal readonly record struct SegmentTimes(TimeSpan Length, int Listed)
{
    /// <summary>The most that can be had. One that has left the playlist can be had for the length of a playlist and a segment.</summary>
    /// <remarks>Source: RFC 8216 §6.2.2.</remarks>
    internal int Kept => (2 * Listed) + 1;

    /// <summary>How long a segment can be had after it was made.</summary>
    internal TimeSpan KeptFor => Length * Kept;

    /// <summary>The media sequence number of a station's first segment, if the station was made at this time.</summary>
    internal long SequenceAt(DateTimeOffset began) => (began - RenditionInfo.Epoch).Ticks / Length.Ticks;

    /// <summary>
    /// The longest duration of a segment, in whole seconds. A segment ends with a packet, so it may be a packet longer; the first one has
    /// the encoder's delay, too.
    /// </summary>
    internal int TargetFor(RenditionInfo info) => (int)Math.Round(
        (Length + info.PacketTime + info.Payload.Clock.DurationOf(info.Delay)).TotalSeconds, MidpointRounding.AwayFromZero);
}
