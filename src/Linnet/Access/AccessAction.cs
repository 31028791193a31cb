namespace Linnet.Access;

/// <summary>What a client may do with stations. Each includes no other.</summary>
public enum AccessAction
{
    /// <summary>Hear a station that is not open to everyone (<see cref="AccessOptions.ClosedStations"/>).</summary>
    Listen,

    /// <summary>Send audio and titles to a station.</summary>
    Push,

    /// <summary>Control a station while it runs: skip a track, end a push.</summary>
    Control,

    /// <summary>Everything, and what concerns the server as a whole.</summary>
    Admin,
}
