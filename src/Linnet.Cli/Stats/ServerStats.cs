using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Serving;
using Linnet.Stations;

namespace Linnet.Cli.Stats;

/// <summary>One line of <c>serve --stats json</c>, read from a server's statistics. The fields are printed in this order.</summary>
/// <param name="server">The server.</param>
/// <param name="addresses">The URLs at which other machines reach it.</param>
/// <param name="hasEnded">Whether this is the last line.</param>
internal sealed class ServerStats(ServerStatistics server, IReadOnlyList<string> addresses, bool hasEnded)
{
    public string State => hasEnded ? "ended" : "serving";

    public double ElapsedS => Math.Round(server.Elapsed.TotalSeconds, 3);

    public int Listeners => server.Listeners;

    public int ListenersElsewhere => server.ListenersElsewhere;

    public long PacketsDue => server.Sending.PacketsDue;

    public long PacketsSent => server.Sending.PacketsSent;

    public long PacketsSkipped => server.Sending.PacketsSkipped;

    public long ListenersDropped => server.ListenersDropped;

    public double LatenessP50Ms => Ms(server.Sending.LatenessP50);

    public double LatenessP99Ms => Ms(server.Sending.LatenessP99);

    public double LatenessMaxMs => Ms(server.Sending.LatenessMax);

    public IEnumerable<StationStats> Stations => server.Stations.Select(static s => new StationStats(s));

    /// <summary>Names of the stations that have had no audio yet.</summary>
    public IReadOnlyList<string> Awaited => server.Awaited;

    /// <summary>Other servers that have the same stations.</summary>
    public IEnumerable<NodeStats> Nodes => server.Nodes.Select(static n => new NodeStats(n));

    /// <summary>RTSP first, then HTTP and others.</summary>
    public IReadOnlyList<string> Addresses => addresses;

    /// <summary>The protocols that have an object of their own on the line, and that object.</summary>
    [JsonIgnore]
    public IEnumerable<(string Name, JsonObject Stats)> Protocols =>
        server.Protocols.Where(static p => p.Stats is not null).DistinctBy(static p => p.Name).Select(static p => (p.Name, p.Stats!));

    private static double Ms(TimeSpan span) => Math.Round(span.TotalMilliseconds, 3);
}

/// <summary>A station on the line.</summary>
internal sealed class StationStats(StationSnapshot station)
{
    public string Name => station.Name;

    public string State => station.State.ToString().ToLowerInvariant();

    public string? Title => station.Track?.ToString();

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Awaits => station.Awaits;

    public int SampleRate => station.Format.SampleRate;

    public int Channels => station.Format.Channels;

    public double PositionS => Math.Round(station.Position.TotalSeconds, 3);

    public double PeakDbfs => Math.Round(Decibels.FromAmplitude(station.Levels.DefaultIfEmpty().Max()), 2);

    public int Listeners => station.Listeners;

    public int ListenersElsewhere => station.ListenersElsewhere;

    public long SourceUnderruns => station.Reanchored;

    public long SenderUnderruns => station.Underruns;

    public IEnumerable<RenditionStats> Renditions =>
        station.Renditions.Where(static r => r.Running).Select(static r => new RenditionStats(r));
}

/// <summary>A running rendition on the line.</summary>
internal sealed class RenditionStats(RenditionSnapshot rendition)
{
    public string Name => rendition.Name;

    public int BitRate => rendition.BitRate;

    public int Listeners => rendition.Listeners;

    public int ListenersElsewhere => rendition.ListenersElsewhere;

    public long Packets => rendition.Packets;

    public long PacketsLate => rendition.LatePackets;

    public long Failures => rendition.Failures;
}

/// <summary>Another server on the line.</summary>
internal sealed class NodeStats(OtherNode node)
{
    public string Name => node.Name;

    public int Listeners => node.Load.Listeners;

    public int MaxListeners => node.Load.MaxListeners;

    public long BitRate => node.Load.BitsPerSecond;

    public long MaxBitRate => node.Load.MaxBitsPerSecond;

    public bool Full => node.Load.IsFull;

    public string? Http => node.Http?.AbsoluteUri;

    public string? Rtsp => node.Rtsp?.AbsoluteUri;
}
