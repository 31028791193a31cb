using Linnet.Audio;

namespace Linnet.Wire.Playlists;

/// <summary>One entry as the playlist has it.</summary>
/// <param name="Location">A path or an address, as it is written; of bytes that may be no UTF-8 (<see cref="ByteText"/>). Not
/// empty.</param>
/// <param name="Title">The title that the playlist gives, or <see langword="null"/>.</param>
internal readonly record struct PlaylistItem(string Location, TrackInfo? Title = null)
{
    /// <summary>Whether it is another place for the item before it.</summary>
    internal bool IsAlternative { get; init; }

    /// <summary>Whether it looks like a comment, and is an entry only if there is a file of that name: <c>#1 Hit.mp3</c>.</summary>
    internal bool IsDoubtful { get; init; }

    /// <summary>Which part of the file it is; <see langword="null"/>: all of it.</summary>
    internal SoundPart? Part { get; init; }
}

/// <summary>A part of a file, in the 1/75 s of a disc.</summary>
/// <param name="Begin">Its first of them.</param>
/// <param name="End">The first that is no longer its own; <see langword="null"/>: it goes to the file's end.</param>
internal readonly record struct SoundPart(int Begin, int? End)
{
    /// <summary>How many there are in a second.</summary>
    internal const int PerSecond = 75;
}
