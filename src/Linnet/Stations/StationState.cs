namespace Linnet.Stations;

/// <summary>The life-cycle state of a station.</summary>
public enum StationState
{
    /// <summary>It waits for its first listener.</summary>
    Waiting,

    /// <summary>It is playing.</summary>
    Playing,

    /// <summary>Its source has ended.</summary>
    Ended,

    /// <summary>Its source has failed.</summary>
    Failed,
}
