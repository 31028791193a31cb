namespace Linnet.Codecs.Streams;

/// <summary>Decodes the bytes of a stream to sound and packets. Used by one thread.</summary>
/// <remarks>
/// The bytes are untrusted: decoding never throws, its memory is bounded, and its work is proportional to the input. Exceptions from the
/// sink pass through.
/// </remarks>
internal interface IStreamDecoder : IDisposable
{
    /// <summary>Why the stream cannot be played, or <see langword="null"/>. Once it is set, further bytes are ignored.</summary>
    StreamProblem? Problem { get; }

    /// <summary>
    /// Bytes so far of tags, pictures and other parts without sound whose length the format declares. By default such bytes are not
    /// counted.
    /// </summary>
    long TagBytes => 0;

    /// <summary>Total number of frames, if the stream declares it at its beginning. By default it is unknown.</summary>
    long? Frames => null;

    /// <summary>Decodes the next bytes, and passes complete parts to the sink.</summary>
    void Write(ReadOnlySpan<byte> bytes, IStreamSink sink);

    /// <summary>Ends the stream, and passes the rest to the sink.</summary>
    void Complete(IStreamSink sink);
}
