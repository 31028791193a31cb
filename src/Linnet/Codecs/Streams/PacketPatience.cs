namespace Linnet.Codecs.Streams;

/// <summary>
/// Whether packets that cannot be decoded end a stream. Who sends one is told; a file with a fault in it is played to its end.
/// </summary>
/// <param name="isFile">Whether it is a file that is only played.</param>
internal sealed class PacketPatience(bool isFile)
{
    /// <summary>The most at the beginning of a file: one of which nothing can be decoded is none.</summary>
    internal const int MaxAtBeginning = 50;

    private int _failed;
    private bool _hasDecoded;

    /// <summary>A packet was decoded.</summary>
    internal void Decoded() => _hasDecoded = true;

    /// <summary>A packet could not be. False: that ends the stream.</summary>
    internal bool Bears() => isFile && (_hasDecoded || ++_failed <= MaxAtBeginning);
}
