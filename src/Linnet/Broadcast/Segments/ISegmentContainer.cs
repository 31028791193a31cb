using System.Buffers;

namespace Linnet.Broadcast.Segments;

/// <summary>Writes packets as segments.</summary>
/// <remarks>Used by one thread at a time.</remarks>
internal interface ISegmentContainer
{
    /// <summary>
    /// The time of position 0 in all containers, so that the same moment has the same time in all renditions, and an encoder's delay makes
    /// no time negative. A whole number of frames at every rate.
    /// </summary>
    internal static readonly TimeSpan Origin = TimeSpan.FromSeconds(1);

    /// <summary>The time of a packet, in frames.</summary>
    internal static long TimeOf(PacketItem packet, RenditionInfo info) =>
        packet.Position + ((long)Origin.TotalSeconds * info.Payload.ClockRate);

    /// <summary>What a decoder needs before the next segment; <see langword="null"/>: nothing, or it is not known yet.</summary>
    SegmentHead? Head { get; }

    /// <summary>Takes a format, which holds for the packets after it.</summary>
    /// <param name="format">The format.</param>
    /// <param name="before">What a decoder needs before the segment of the packets so far.</param>
    /// <returns>Whether it differs from the one before, so that <see cref="Head"/> has changed.</returns>
    bool Take(FormatItem format, out SegmentHead? before);

    /// <summary>Writes a segment.</summary>
    /// <param name="number">Its number on the station's timeline.</param>
    /// <param name="packets">At least one.</param>
    /// <param name="output">Receives the bytes.</param>
    void Write(long number, IReadOnlyList<PacketItem> packets, IBufferWriter<byte> output);
}
