namespace Linnet.Codecs.Opus;

/// <summary>An encoder of an Opus library, at 48 kHz. Used by one thread.</summary>
internal interface IOpusEncoding : IDisposable
{
    /// <summary>Look-ahead, in frames.</summary>
    int Delay { get; }

    /// <summary>Encodes a block.</summary>
    /// <param name="pcm">Whole frames, of a length that Opus has; finite samples.</param>
    /// <param name="packet">Room for the longest packet.</param>
    /// <param name="startsAfresh">Whether to do without prediction from earlier packets.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="InvalidOperationException">The library rejects the block.</exception>
    int Encode(ReadOnlySpan<float> pcm, Span<byte> packet, bool startsAfresh);
}
