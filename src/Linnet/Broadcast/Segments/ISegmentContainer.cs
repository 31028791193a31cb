using System.Buffers;

namespace Linnet.Broadcast.Segments;

/// <summary>Writes packets as segments.</summary>
/// <remarks>Used by one thread at a time.</remarks>
internal interface ISegmentContainer
{
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
