using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Relay.Leases;
using Linnet.Relay.Wire;
using Linnet.Sources;
using Linnet.Wire.Icy;

namespace Linnet.Relay.Nodes;

/// <summary>What a node says about itself each second: its load, and its stations.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Life">Names one life of the program: random when it starts.</param>
/// <param name="Load">What it has to do.</param>
/// <param name="Stations">Its stations, also those that it has from others.</param>
internal sealed record NodeStatus(string Node, ulong Life, NodeLoad Load, IReadOnlyList<StationStatus> Stations)
{
    /// <summary>The longest status, in bytes.</summary>
    internal const int MaxLength = 1_000_000;

    private const int MostStations = 10_000;
    private const int Version = 1;

    /// <summary>Where its listeners reach it over HTTP; <see langword="null"/>: it does not say.</summary>
    public Uri? Http { get; init; }

    /// <summary>Where its listeners reach it over RTSP; <see langword="null"/>: it does not say.</summary>
    public Uri? Rtsp { get; init; }

    /// <summary>Whether it stops: others need not wait for it.</summary>
    public bool IsStopping { get; init; }

    /// <summary>The node as the protocols of a server see it.</summary>
    internal OtherNode ToOther() => new(Node, IsStopping ? Load with { MaxListeners = 1, Listeners = Math.Max(1, Load.Listeners) } : Load)
    {
        Http = Http,
        Rtsp = Rtsp,
        Stations = Stations.ToDictionary(static s => s.Name, static s => s.Listeners),
    };

    /// <summary>The status as JSON in UTF-8.</summary>
    internal byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(
        new NodeJson(
            Version, Node, Text(Life), Http?.AbsoluteUri, Rtsp?.AbsoluteUri, IsStopping,
            new LoadJson(
                Load.Listeners, Load.MaxListeners, Load.BitsPerSecond, Load.MaxBitsPerSecond, Load.IsHttpFull, Load.IsRtspFull),
            [.. Stations.Where(static s => s.IsIdle).Select(static s => s.Name)],
            [
                .. Stations.Where(static s => !s.IsIdle).Select(static s => new StationStatusJson(
                    s.Name, s.Lease is LeaseState.Standby ? null : s.Lease is LeaseState.Held ? "held" : "unconfirmed",
                    Text(s.Incarnation), Text(s.Revision), s.Description, s.IsLive,
                    TagText.Clean(s.Track?.Title ?? ""), TagText.Clean(s.Track?.Artist ?? ""), s.Listeners)),
            ]),
        NodeStatusJson.Default.NodeJson);

    /// <summary>Reads a status that came from the network. Never throws.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out NodeStatus? status)
    {
        status = null;
        if (bytes.Length > MaxLength || Parse(bytes) is not { Format: Version } json || !Subjects.IsName(json.Node)
            || json.Stations.Count + json.Idle.Count > MostStations || json.Stations.Contains(null!) || json.Idle.Contains(null!)
            || !TryRead(json.Life, out ulong life))
        {
            return false;
        }

        status = new NodeStatus(
            json.Node, life,
            new NodeLoad(Math.Max(0, json.Load.Listeners), Math.Max(0, json.Load.BitsPerSecond))
            {
                MaxListeners = Math.Max(0, json.Load.MaxListeners),
                MaxBitsPerSecond = Math.Max(0, json.Load.MaxBitsPerSecond),
                IsHttpFull = json.Load.HttpFull,
                IsRtspFull = json.Load.RtspFull,
            },
            [
                .. json.Stations.Select(Read).OfType<StationStatus>()
                    .Concat(json.Idle.Where(static name => StationName.IsValid(name)).Select(static name => new StationStatus(name)))
                    .DistinctBy(static s => s.Name),
            ])
        {
            Http = IceDescription.WebAddress(json.Http) is { } http ? new Uri(http) : null,
            Rtsp = Uri.TryCreate(json.Rtsp, UriKind.Absolute, out Uri? rtsp) && rtsp.Scheme is "rtsp" or "rtsps" && rtsp is not null
                ? rtsp : null,
            IsStopping = json.Stopping,
        };
        return true;
    }

    private static StationStatus? Read(StationStatusJson json) =>
        StationName.IsValid(json.Name) && TryRead(json.Incarnation, out ulong incarnation) && TryRead(json.Revision, out ulong revision)
            ? new StationStatus(json.Name)
            {
                Lease = json.Lease switch
                {
                    "held" => LeaseState.Held,
                    "unconfirmed" => LeaseState.Unconfirmed,
                    _ => LeaseState.Standby,
                },
                Incarnation = incarnation,
                Revision = revision,
                Description = json.Description,
                IsLive = json.Live,
                Track = TagText.Clean(json.Title ?? "") is { } title ? new TrackInfo(title, TagText.Clean(json.Artist ?? "")) : null,
                Listeners = json.Listeners.Where(static one => Subjects.IsName(one.Key) && one.Value > 0)
                    .ToDictionary(static one => one.Key, static one => one.Value),
            }
            : null;

    private static NodeJson? Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, NodeStatusJson.Default.NodeJson);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Not every reader has exact numbers of 64 bits.
    private static string Text(ulong number) => number.ToString("x16", CultureInfo.InvariantCulture);

    private static bool TryRead(string text, out ulong number) =>
        ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
}

/// <summary>A station at a node.</summary>
/// <param name="Name">Its name.</param>
internal sealed record StationStatus(string Name)
{
    /// <summary>Whether the node is its origin. <see cref="LeaseState.Standby"/>: no.</summary>
    public LeaseState Lease { get; init; }

    /// <summary>If it is, names this life of the station.</summary>
    public ulong Incarnation { get; init; }

    /// <summary>If it is, the revision of its lease.</summary>
    public ulong Revision { get; init; }

    /// <summary>If it is, changes when its description does.</summary>
    public int Description { get; init; }

    /// <summary>Whether the node has the station's sound by itself, and it comes now: from a source of its own, or from a sender.</summary>
    public bool IsLive { get; init; }

    /// <summary>The track that it plays there; <see langword="null"/>: none is known.</summary>
    public TrackInfo? Track { get; init; }

    /// <summary>Whether it is from another node and has no listeners: its name says everything.</summary>
    internal bool IsIdle => Lease == LeaseState.Standby && !IsLive && Listeners.Count == 0;

    /// <summary>Whether the node says the same about who has the station as it did before.</summary>
    internal bool ClaimsAs(StationStatus before) => Name == before.Name && Lease == before.Lease && Incarnation == before.Incarnation
        && Description == before.Description && IsLive == before.IsLive;

    /// <summary>Its listeners at the node, by rendition.</summary>
    public IReadOnlyDictionary<string, int> Listeners { get; init; } = new Dictionary<string, int>();
}

/// <summary>A <see cref="NodeStatus"/> in JSON.</summary>
internal sealed record NodeJson(
    int Format, string Node, string Life, string? Http, string? Rtsp, bool Stopping, LoadJson Load,
    IReadOnlyList<string> Idle, IReadOnlyList<StationStatusJson> Stations);

/// <summary>A <see cref="NodeLoad"/> in JSON.</summary>
internal sealed record LoadJson(
    int Listeners, int MaxListeners, long BitsPerSecond, long MaxBitsPerSecond, bool HttpFull, bool RtspFull);

/// <summary>A <see cref="StationStatus"/> in JSON.</summary>
internal sealed record StationStatusJson(
    string Name, string? Lease, string Incarnation, string Revision, int Description, bool Live, string? Title, string? Artist,
    IReadOnlyDictionary<string, int> Listeners);

/// <summary>Reads and writes statuses without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, MaxDepth = 8)]
[JsonSerializable(typeof(NodeJson))]
internal sealed partial class NodeStatusJson : JsonSerializerContext;
