using Linnet.Relay.Nats;

namespace Linnet.Relay;

/// <summary>The relay of a server at one moment, with its counters since the start.</summary>
/// <param name="Link">The connection to NATS.</param>
internal sealed record RelaySnapshot(LinkState Link)
{
    /// <summary>Other nodes that are there.</summary>
    public int Nodes { get; init; }

    /// <summary>Stations of this server that others may have.</summary>
    public int Offered { get; init; }

    /// <summary>Stations of this server that others have from another node: this one waits.</summary>
    public int Waiting { get; init; }

    /// <summary>Stations that this server has from others.</summary>
    public int Followed { get; init; }

    /// <summary>Renditions that are published now, as other nodes want them.</summary>
    public int Published { get; init; }

    /// <summary>Stations from others whose listeners hear silence or the fallback now, as their origin is away.</summary>
    public IReadOnlyList<string> Silent { get; init; } = [];

    /// <summary>Batches that were published.</summary>
    public long Batches { get; init; }

    /// <summary>Their bytes.</summary>
    public long Bytes { get; init; }

    /// <summary>Items from others that could not be had in time.</summary>
    public long Missing { get; init; }

    /// <summary>Items from others that were missing, and were had in time.</summary>
    public long Repaired { get; init; }
}
