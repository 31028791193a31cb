namespace Linnet.Playback;

/// <summary>What a player is doing.</summary>
public enum PlayerState
{
    /// <summary>It connects to the server and requests the station.</summary>
    Connecting,

    /// <summary>It buffers audio before it starts, or before it continues after it ran dry.</summary>
    Buffering,

    /// <summary>It plays audio.</summary>
    Playing,

    /// <summary>It lost the server and tries to reconnect.</summary>
    Reconnecting,

    /// <summary>It lost the sound device and looks for that or another.</summary>
    NoDevice,

    /// <summary>It has stopped for good.</summary>
    Ended,
}
