namespace Linnet.Playback;

/// <summary>What a player is doing.</summary>
public enum PlayerState
{
    /// <summary>It looks for the server and asks for the station.</summary>
    Connecting,

    /// <summary>It waits for enough sound to begin, or to go on after it ran dry.</summary>
    Buffering,

    /// <summary>Sound comes out.</summary>
    Playing,

    /// <summary>The server is gone; it tries again.</summary>
    Reconnecting,

    /// <summary>The sound device is gone; it looks for it, or for another.</summary>
    NoDevice,

    /// <summary>It is over.</summary>
    Ended,
}
