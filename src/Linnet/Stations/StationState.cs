namespace Linnet.Stations;

/// <summary>Where a station is in its life.</summary>
public enum StationState
{
    /// <summary>It starts with its first listener.</summary>
    Waiting,

    /// <summary>It plays.</summary>
    Playing,

    /// <summary>Its source came to the end.</summary>
    Ended,

    /// <summary>Its source broke.</summary>
    Failed,
}
