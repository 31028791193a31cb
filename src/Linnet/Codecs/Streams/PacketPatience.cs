namespace Linnet.Codecs.Streams;

/// <summary>
/// Decides whether packets that cannot be decoded end a stream. A sender gets the error; a damaged file is played to its end.
/// </summary>
/// <param name="isFile">Whether the stream is a file that is only played.</param>
internal sealed class PacketPatience(bool isFile)
{
    /// <summary>Bad packets allowed at the beginning of a file; after that it counts as undecodable.</summary>
    internal const int MaxAtBeginning = 50;

    private int _failed;
    private bool _hasDecoded;

    /// <summary>Call it for each decoded packet.</summary>
    internal void Decoded() => _hasDecoded = true;

    /// <summary>Call it for each packet that cannot be decoded. Returns false if that ends the stream.</summary>
    internal bool Bears() => isFile && (_hasDecoded || ++_failed <= MaxAtBeginning);
}
