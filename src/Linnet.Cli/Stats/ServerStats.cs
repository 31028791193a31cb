using System.Text.Json;
using System.Text.Json.Serialization;
using Linnet.Audio;
using Linnet.Broadcast.Packets;
using Linnet.Cli.Panels;
using Linnet.Transports.Http.Radio;
using Linnet.Transports.PyAudio;

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
    IReadOnlyList<StationStats> Stations,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RadioStats? Http,
    [property: JsonPropertyName("pyaudio"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PyAudioStats? PyAudio)
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
            [.. server.Stations.Select(StationStats.Of)],
            server.Radio is { } radio ? RadioStats.Of(radio, server) : null,
            server.PyAudio is { } pyAudio ? PyAudioStats.Of(pyAudio) : null);
    }

    private static double Ms(TimeSpan span) => Math.Round(span.TotalMilliseconds, 3);

    /// <summary>Reasons as fields are written.</summary>
    internal static SortedDictionary<string, long> Words<T>(IReadOnlyDictionary<T, long> counts)
        where T : struct, Enum =>
        new(counts.ToDictionary(static c => JsonNamingPolicy.SnakeCaseLower.ConvertName(c.Key.ToString()), static c => c.Value),
            StringComparer.Ordinal);
}

/// <summary>Listening over HTTP in it; left out where that is off.</summary>
internal sealed record RadioStats(
    int Listeners,
    long Accepted,
    long BytesSent,
    long Writes,
    long Moves,
    long PacketsDue,
    long PacketsSent,
    long PacketsSkipped,
    long PacketsMissed,
    long Stalled,
    long Disconnected,
    long BufferBytes,
    IReadOnlyDictionary<string, long> Refused,
    IReadOnlyDictionary<string, string> Pushers,
    IReadOnlyDictionary<string, long> PushesRefused)
{
    public static RadioStats Of(RadioServerSnapshot radio, ServerSnapshot server) => new(
        radio.Listeners,
        radio.Accepted,
        radio.Sending.BytesSent,
        radio.Sending.Writes,
        radio.Sending.Moves,
        radio.Sending.PacketsDue,
        radio.Sending.PacketsSent,
        radio.Sending.PacketsSkipped,
        radio.PacketsMissed,
        radio.Sending.StalledListeners,
        radio.Sending.DisconnectedListeners,
        radio.BufferBytes,
        ServerStats.Words(radio.Refused),
        server.Pushers,
        ServerStats.Words(server.PushesRefused));
}

/// <summary>The PyAudio tutorial's programs in it; left out where they are not served.</summary>
internal sealed record PyAudioStats(
    int TcpListeners, int UdpListeners, long Accepted, long Renewed, IReadOnlyDictionary<string, long> Refused,
    IReadOnlyDictionary<string, long> Ended)
{
    public static PyAudioStats Of(PyAudioServerSnapshot server) => new(
        server.TcpListeners, server.UdpListeners, server.Accepted, server.Renewed, ServerStats.Words(server.Refused),
        ServerStats.Words(server.Ended));
}

/// <summary>A station in it.</summary>
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

/// <summary>A running rendition in it.</summary>
internal sealed record RenditionStats(string Name, int BitRate, int Listeners, long Packets, long PacketsLate, long Failures);
