namespace Linnet.Codecs.Streams;

/// <summary>Takes a stream apart and decodes it, in whatever pieces its bytes come. One per stream, used by one thread.</summary>
/// <remarks>Bad bytes are never thrown: they are skipped, or end the stream with a <see cref="Problem"/>.</remarks>
public interface IStreamDecoder : IDisposable
{
    /// <summary>Why nothing more can come of the stream; <see langword="null"/> while something can.</summary>
    StreamProblem? Problem { get; }

    /// <summary>Takes the next bytes.</summary>
    /// <param name="bytes">Lent for the call.</param>
    /// <param name="sink">Gets what they complete.</param>
    void Write(ReadOnlySpan<byte> bytes, IStreamSink sink);

    /// <summary>After the last byte: gives what is left.</summary>
    void Complete(IStreamSink sink);
}
