using Linnet.Audio;
using Linnet.Wire.Playlists;

namespace Linnet.Sources.Playlists;

/// <summary>One file to be played.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Untagged">What to call it if its tags do not, or <see langword="null"/>: then after its file name.</param>
public sealed record PlaylistEntry(string Path, TrackInfo? Untagged = null)
{
    /// <summary>Which part of the file is played, under the name that the list gives; <see langword="null"/>: all of it.</summary>
    internal SoundPart? Part { get; init; }

    /// <summary>The path, for people.</summary>
    internal string Shown => ByteText.Shown(Path);

    /// <summary>Whether the other is the same sound, whatever it is called.</summary>
    internal bool IsSameSound(PlaylistEntry? other) => other is not null && Path == other.Path && Part == other.Part;
}
