using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Cli.Panels;

namespace Linnet.Cli.Stats;

/// <summary>One line of <c>serve --stats json</c>. The order of the fields is theirs on the line.</summary>
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
    public static ServerStats Of(ServerSnapshot server, bool hasEnded)
    {
        SenderStatistics sending = server.Sending;
        return new ServerStats(
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
    }

    private static double Ms(TimeSpan span) => Math.Round(span.TotalMilliseconds, 3);
}

/// <summary>A station in it.</summary>
internal sealed record StationStats(
    string Name,
    string State,
    string? Title,
    int SampleRate,
    int Channels,
    double PositionS,
    double PeakDbfs,
    int Listeners,
    IReadOnlyList<RenditionStats> Renditions)
{
    public static StationStats Of(StationRow row) => new(
        row.Station.Name,
        row.State,
        row.Station.Track?.ToString(),
        row.Station.Format.SampleRate,
        row.Station.Format.Channels,
        Math.Round(row.Station.Position.TotalSeconds, 3),
        Math.Round(Decibels.FromAmplitude(row.Station.Levels.DefaultIfEmpty().Max()), 2),
        row.Listeners,
        [.. row.Running.Select(static r => new RenditionStats(r.Name, r.BitRate, r.Listeners, r.Packets))]);
}

/// <summary>A running rendition in it.</summary>
internal sealed record RenditionStats(string Name, int BitRate, int Listeners, long Packets);
