using Linnet.Audio;

namespace Linnet.Wire.Playlists;

/// <summary>One entry of a playlist.</summary>
/// <param name="Location">A path or an address as written. Not empty; its bytes need not be UTF-8 (<see cref="ByteText"/>).</param>
/// <param name="Title">The title given by the playlist, or <see langword="null"/>.</param>
internal readonly record struct PlaylistItem(string Location, TrackInfo? Title = null)
{
    /// <summary>Whether this is another location for the previous item.</summary>
    internal bool IsAlternative { get; init; }

    /// <summary>Whether this looks like a comment and is an entry only if a file of that name exists: <c>#1 Hit.mp3</c>.</summary>
    internal bool IsDoubtful { get; init; }

    /// <summary>The part of the file to play; <see langword="null"/>: all of it.</summary>
    internal SoundPart? Part { get; init; }
}

/// <summary>A part of a file, in CD frames of 1/75 s.</summary>
/// <param name="Begin">The first CD frame.</param>
/// <param name="End">The CD frame after the last; <see langword="null"/>: the part runs to the end of the file.</param>
internal readonly record struct SoundPart(int Begin, int? End)
{
    /// <summary>CD frames per second.</summary>
    internal const int PerSecond = 75;
}
