namespace Linnet.Wire.Playlists;

/// <summary>The kinds of playlist that are read.</summary>
internal enum PlaylistKind
{
    /// <summary>One location a line.</summary>
    M3u,

    /// <summary>An INI file with <c>FileN</c> and <c>TitleN</c>.</summary>
    Pls,

    /// <summary>XML with a location for each track.</summary>
    Xspf,

    /// <summary>The tracks of a disc: names of files, and where in them each track begins.</summary>
    Cue,
}
