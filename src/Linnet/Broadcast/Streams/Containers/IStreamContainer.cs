using System.Buffers;

namespace Linnet.Broadcast.Streams.Containers;

/// <summary>Writes a ring's items as the bytes of one endless stream: bare MP3 frames, Ogg pages, FLAC frames, or WAV samples.</summary>
/// <remarks>Used by one thread at a time.</remarks>
internal interface IStreamContainer
{
    /// <summary>
    /// The bytes that a listener needs first if it joins before the next written item; empty if none are needed. A new array at each
    /// change; the old array is never overwritten.
    /// </summary>
    ReadOnlyMemory<byte> Head { get; }

    /// <summary>Writes what <paramref name="item"/> adds to the stream, which may be nothing.</summary>
    /// <param name="item">The items of one ring, in order. A discontinuity or a format may occur anywhere, and items may be missing before
    /// it.</param>
    /// <param name="output">Receives the bytes.</param>
    void Write(RingItem item, IBufferWriter<byte> output);
}
