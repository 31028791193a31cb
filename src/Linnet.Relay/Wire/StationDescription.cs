using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Streams;
using Linnet.Sources;
using Linnet.Wire.Icy;

namespace Linnet.Relay.Wire;

/// <summary>What other nodes must know to serve a station: all that is fixed about it while it lives at its origin.</summary>
/// <param name="Station">Its name.</param>
/// <param name="Node">The node that has it.</param>
/// <param name="Incarnation">Names this life of the station.</param>
/// <param name="Renditions">Its renditions, in the order in which they are offered.</param>
internal sealed record StationDescription(string Station, string Node, ulong Incarnation, IReadOnlyList<RenditionInfo> Renditions)
{
    /// <summary>The longest description, in bytes.</summary>
    internal const int MaxLength = 512 * 1024;

    /// <summary>The most renditions, and the most that are missing.</summary>
    internal const int MaxRenditions = 64;

    private static readonly StreamType[] StreamTypes =
        [StreamType.Mp3, StreamType.Opus, StreamType.Vorbis, StreamType.Aac, StreamType.Flac, StreamType.Wav];

    /// <summary>What it says about itself; <see langword="null"/>: nothing but its name.</summary>
    public IceDescription? About { get; init; }

    /// <summary>Address of a picture of the station; <see langword="null"/>: there is none.</summary>
    public string? ArtUrl { get; init; }

    /// <summary>Renditions that its origin cannot encode. Default: none.</summary>
    public IReadOnlyList<MissingStream> Missing { get; init; } = [];

    /// <summary>Describes a station of this node.</summary>
    internal static StationDescription Of(StationListing listing, string node, ulong incarnation) =>
        new(listing.Name, node, incarnation, [.. listing.Renditions.Select(static ring => ring.Info)])
        {
            About = listing.Description,
            ArtUrl = listing.ArtUrl,
            Missing = listing.Missing,
        };

    /// <summary>The description as JSON in UTF-8.</summary>
    internal byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(
        new StationJson(
            StationJson.Version, Station, Node, Incarnation.ToString("x16", CultureInfo.InvariantCulture),
            [.. Renditions.Select(RenditionJson.Of)], About, ArtUrl,
            [.. Missing.Select(static m => new MissingJson(m.Name, m.Type.Extension, m.Type.Order, m.Problem))]),
        DescriptionJson.Default.StationJson);

    /// <summary>Reads a description that came from the network. Never throws.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out StationDescription? description)
    {
        description = null;
        if (bytes.Length > MaxLength || Parse(bytes) is not { Format: StationJson.Version } json || !IsSound(json)
            || !ulong.TryParse(json.Incarnation, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong incarnation))
        {
            return false;
        }

        RenditionInfo?[] renditions = [.. json.Renditions.Select(rendition => rendition.ToInfo(json.Station))];
        if (renditions.Contains(null) || renditions.DistinctBy(static info => info!.Name).Count() < renditions.Length)
        {
            return false;
        }

        description = new StationDescription(json.Station, json.Node, incarnation, renditions!)
        {
            About = json.About is { } about ? Clean(about) : null,
            ArtUrl = IceDescription.WebAddress(json.ArtUrl),
            Missing = [.. json.Missing.Select(ReadMissing).OfType<MissingStream>()],
        };
        return true;
    }

    /// <summary>The way in which a stream is written; <see langword="null"/>: this version of Linnet does not know it.</summary>
    internal static StreamType? StreamTypeOf(string? extension, int order) =>
        Array.Find(StreamTypes, type => type.Extension == extension) is { } found ? found with { Order = order } : null;

    private static StationJson? Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, DescriptionJson.Default.StationJson);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsSound(StationJson json) =>
        StationName.IsValid(json.Station) && Subjects.IsName(json.Node) && json.Renditions.Count <= MaxRenditions
        && json.Missing.Count <= MaxRenditions && !json.Renditions.Contains(null!) && !json.Missing.Contains(null!);

    // The texts end up on pages and in headers.
    private static IceDescription Clean(IceDescription about) => about with
    {
        Name = TagText.Clean(about.Name ?? ""),
        Description = TagText.Clean(about.Description ?? ""),
        Genre = TagText.Clean(about.Genre ?? ""),
        Url = IceDescription.WebAddress(TagText.Clean(about.Url ?? "")),
        BitRate = Math.Max(0, about.BitRate),
        SampleRate = Math.Max(0, about.SampleRate),
    };

    private static MissingStream? ReadMissing(MissingJson missing) =>
        Subjects.IsName(missing.Name) && StreamTypeOf(missing.Extension, missing.Order) is { } type
            && TagText.Clean(missing.Problem) is { } problem
            ? new MissingStream(missing.Name, type, problem) : null;
}
