namespace Linnet.Codecs.Streams;

/// <summary>Turns the bytes of a stream, as somebody sends them, into sound and packets. Used by one thread.</summary>
/// <remarks>
/// The bytes come from anyone: whatever they are, nothing is thrown, memory is bounded and work is in proportion to them. What the sink
/// throws is let through.
/// </remarks>
public interface IStreamDecoder : IDisposable
{
    /// <summary>Why the stream cannot be played; it will not change, and bytes are ignored from then on.</summary>
    StreamProblem? Problem { get; }

    /// <summary>
    /// Bytes so far of tags, pictures and other parts whose lengths the format tells, and which hold no sound. By default none are told
    /// from the others.
    /// </summary>
    long TagBytes => 0;

    /// <summary>Frames that there will be, where the stream says so at its beginning. By default it does not.</summary>
    long? Frames => null;

    /// <summary>Takes the next bytes, and gives what has become whole.</summary>
    void Write(ReadOnlySpan<byte> bytes, IStreamSink sink);

    /// <summary>Says that there are no more, and gives what is left.</summary>
    void Complete(IStreamSink sink);
}
