using Linnet.Audio;
using Linnet.Wire.Icy;

namespace Linnet.Broadcast.Streams;

/// <summary>A title in a <see cref="StreamLog"/>: the track that plays from <see cref="Offset"/> on.</summary>
/// <param name="track">The track.</param>
/// <param name="offset">The byte of the stream at which its sound begins.</param>
/// <param name="previous">The title before it.</param>
internal sealed class StreamTitle(TrackInfo track, long offset, StreamTitle? previous)
{
    private byte[]? _block;

    internal long Offset { get; } = offset;

    /// <summary>The title before it; dropped once it is too old to be needed.</summary>
    internal StreamTitle? Previous { get; set; } = previous;

    /// <summary>The title as ICY metadata, built once for all listeners; allocated pinned. Thread-safe.</summary>
    internal byte[] Block
    {
        get
        {
            if (Volatile.Read(ref _block) is null)
            {
                byte[] block = StreamPiece.Copy(IcyMetadata.Of(track).ToBlock());
                Interlocked.CompareExchange(ref _block, block, null);
            }

            return _block!;
        }
    }
}
