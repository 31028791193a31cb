namespace Linnet.Codecs.Streams;

/// <summary>A sink that says how much it takes: a station's buffer, or a player. Disposed when the stream is over.</summary>
internal interface IStreamTarget : IStreamSink, IDisposable
{
    /// <summary>How the stream is encoded; <see langword="null"/> until that is known.</summary>
    StreamFormat? Format { get; }

    /// <summary>Whether the sound is still wanted.</summary>
    bool IsCurrent { get; }

    /// <summary>Whether a few bytes brought more sound than is kept, so that some is missing.</summary>
    bool HasOverflowed { get; }

    /// <summary>Completes when there is room for more.</summary>
    Task WaitForRoomAsync(CancellationToken cancellationToken);
}
