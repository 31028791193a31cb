using Linnet.Audio;

namespace Linnet.Wire.Tags;

/// <summary>Chooses among the pictures in the tags of a file: the front cover, or else the first that can be shown.</summary>
internal sealed class CoverChoice
{
    /// <summary>The type of a front cover, in ID3v2 and in FLAC.</summary>
    internal const int FrontCover = 3;

    private bool _isFront;

    /// <summary>The picture; <see langword="null"/>: none can be shown.</summary>
    internal CoverArt? Art { get; private set; }

    /// <summary>Takes a picture into account.</summary>
    /// <param name="type">What it shows, as a number of ID3v2 and FLAC.</param>
    /// <param name="picture">Its bytes; untrusted.</param>
    internal void Offer(int type, ReadOnlySpan<byte> picture)
    {
        bool isBetter = Art is null || (type == FrontCover && !_isFront);
        if (isBetter && CoverArt.TryCreate(picture, out CoverArt? art))
        {
            (Art, _isFront) = (art, type == FrontCover);
        }
    }
}
