using Linnet.Audio;

namespace Linnet.Sources;

/// <summary>One file to be played.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Untagged">What to call it if its tags do not, or <see langword="null"/>: then after its file name.</param>
public sealed record PlaylistEntry(string Path, TrackInfo? Untagged = null);
