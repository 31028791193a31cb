using System.Buffers;

namespace Linnet.Broadcast.Streams.Containers;

/// <summary>
/// Writes a ring's items as the bytes of one endless stream: bare MP3 frames, Ogg pages, FLAC frames, the samples of a WAV.
/// </summary>
/// <remarks>Used by one thread at a time.</remarks>
public interface IStreamContainer
{
    /// <summary>
    /// What a listener gets first that joins before the next item that is written; empty where nothing is needed. A new array whenever it
    /// changes; the old one is not written again.
    /// </summary>
    ReadOnlyMemory<byte> Head { get; }

    /// <summary>Writes what <paramref name="item"/> adds to the stream, which may be nothing.</summary>
    /// <param name="item">The items of one ring, in order. A discontinuity or a format may come at any place, and items may be missing
    /// before it.</param>
    /// <param name="output">Takes the bytes.</param>
    void Write(RingItem item, IBufferWriter<byte> output);
}
