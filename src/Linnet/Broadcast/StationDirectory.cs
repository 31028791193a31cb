using System.Diagnostics.CodeAnalysis;

namespace Linnet.Broadcast;

/// <summary>The stations of a server, in the order in which they were named.</summary>
/// <param name="stations">The stations; the first is what the root path means.</param>
public sealed class StationDirectory(IReadOnlyList<StationListing> stations)
{
    /// <summary>The stations.</summary>
    public IReadOnlyList<StationListing> Stations { get; } = stations;

    /// <summary>Finds a station by name.</summary>
    /// <param name="name">The name, or <see langword="null"/> or empty for the first station.</param>
    /// <param name="station">What it offers.</param>
    public bool TryFind(string? name, [NotNullWhen(true)] out StationListing? station)
    {
        station = Stations.FirstOrDefault(s => string.IsNullOrEmpty(name) || s.Name == name);
        return station is not null;
    }
}
