namespace Linnet.Wire.Playlists;

/// <summary>The playlist formats that can be read.</summary>
internal enum PlaylistKind
{
    /// <summary>One location per line.</summary>
    M3u,

    /// <summary>An INI file with <c>FileN</c> and <c>TitleN</c>.</summary>
    Pls,

    /// <summary>XML with a location for each track.</summary>
    Xspf,

    /// <summary>The tracks of a disc: file names, and where each track begins in its file.</summary>
    Cue,
}
