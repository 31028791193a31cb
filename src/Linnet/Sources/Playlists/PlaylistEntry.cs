using Linnet.Audio;
using Linnet.Wire.Playlists;

namespace Linnet.Sources.Playlists;

/// <summary>A file to play.</summary>
/// <param name="Path">Path of the file.</param>
/// <param name="Untagged">Title and artist if the tags have no title; <see langword="null"/> to use the file name.</param>
public sealed record PlaylistEntry(string Path, TrackInfo? Untagged = null)
{
    /// <summary>The part of the file to play, under the name in the list; <see langword="null"/> for the whole file.</summary>
    internal SoundPart? Part { get; init; }

    /// <summary>The path, for display.</summary>
    internal string Shown => ByteText.Shown(Path);

    /// <summary>Whether <paramref name="other"/> is the same sound, whatever its title.</summary>
    internal bool IsSameSound(PlaylistEntry? other) => other is not null && Path == other.Path && Part == other.Part;
}
