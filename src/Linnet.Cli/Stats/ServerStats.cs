using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Linnet.Audio;
using Linnet.Broadcast.Packets;
using Linnet.Cli.Panels;

namespace Linnet.Cli.Stats;

/// <summary>One line of <c>serve --stats json</c>. The fields are printed in this order.</summary>
internal sealed record ServerStats(
    string State,
    double ElapsedS,
    int Listeners,
    long PacketsDue,
    long PacketsSent,
    long PacketsSkipped,
    long ListenersDropped,
    double LatenessP50Ms,
    double LatenessP99Ms,
    double LatenessMaxMs,
    IReadOnlyList<StationStats> Stations)
{
    /// <summary>The figures of each protocol, under its name.</summary>
    [JsonIgnore]
    public JsonObject Protocols { get; } = [];

    public static ServerStats Of(ServerSnapshot server, bool hasEnded)
    {
        SenderStatistics sending = server.Sending;
        var stats = new ServerStats(
            hasEnded ? "ended" : "serving",
            Math.Round(server.Elapsed.TotalSeconds, 3),
            server.Listeners,
            sending.PacketsDue,
            sending.PacketsSent,
            sending.PacketsSkipped,
            server.Dropped,
            Ms(sending.LatenessP50),
            Ms(sending.LatenessP99),
            Ms(sending.LatenessMax),
            [.. server.Stations.Select(StationStats.Of)]);
        foreach (ProtocolRow protocol in server.Protocols.Where(static p => p.Now.Stats is not null))
        {
            stats.Protocols[protocol.Name] = protocol.Now.Stats!.DeepClone();
        }

        return stats;
    }

    private static double Ms(TimeSpan span) => Math.Round(span.TotalMilliseconds, 3);
}

/// <summary>A station on the line.</summary>
internal sealed record StationStats(
    string Name,
    string State,
    string? Title,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Awaits,
    int SampleRate,
    int Channels,
    double PositionS,
    double PeakDbfs,
    int Listeners,
    long SourceUnderruns,
    long SenderUnderruns,
    IReadOnlyList<RenditionStats> Renditions)
{
    public static StationStats Of(StationRow row) => new(
        row.Station.Name,
        row.State,
        row.Station.Track?.ToString(),
        row.Station.Awaits,
        row.Station.Format.SampleRate,
        row.Station.Format.Channels,
        Math.Round(row.Station.Position.TotalSeconds, 3),
        Math.Round(Decibels.FromAmplitude(row.Station.Levels.DefaultIfEmpty().Max()), 2),
        row.Listeners,
        row.Station.Reanchored,
        row.Station.Underruns,
        [.. row.Running.Select(static r => new RenditionStats(r.Name, r.BitRate, r.Listeners, r.Packets, r.LatePackets, r.Failures))]);
}

/// <summary>A running rendition on the line.</summary>
internal sealed record RenditionStats(string Name, int BitRate, int Listeners, long Packets, long PacketsLate, long Failures);
