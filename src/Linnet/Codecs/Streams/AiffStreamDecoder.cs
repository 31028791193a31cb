using Linnet.Wire.Aiff;
using Linnet.Wire.Chunks;

namespace Linnet.Codecs.Streams;

/// <summary>Decodes a stream of AIFF or AIFF-C that is not compressed.</summary>
internal sealed class AiffStreamDecoder() : ChunkStreamDecoder(ChunkFamily.Aiff)
{
    private protected override ChunkProgress Parse(ReadOnlySpan<byte> head, out Sound sound, out string problem)
    {
        sound = default;
        ChunkProgress progress = AiffPreamble.Parse(head, out AiffPreamble aiff, out problem);
        if (progress == ChunkProgress.Done)
        {
            sound = new Sound(aiff.Pcm, aiff.BitDepth, aiff.Offset, aiff.StoredLength, aiff.Layout, aiff.Title, aiff.Artist);
        }

        return progress;
    }
}
