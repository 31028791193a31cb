using Linnet.Broadcast;
using Linnet.Wire.Http;

namespace Linnet.Transports.Http.Radio;

/// <summary>What a path names.</summary>
internal enum RadioTargetKind
{
    /// <summary>Nothing of ours.</summary>
    None,

    /// <summary>A rendition: <c>/NAME.mp3</c>, <c>/NAME-64.mp3</c>.</summary>
    Sound,

    /// <summary>A station: <c>/NAME</c>, the rendition by what is accepted.</summary>
    Station,

    /// <summary>A file of an address: <c>/NAME.m3u</c>.</summary>
    M3u,

    /// <summary>The same: <c>/NAME.pls</c>.</summary>
    Pls,

    /// <summary>It has the form of our paths, but there is no such station or rendition.</summary>
    Missing,
}

/// <summary>A path, found among what there is. A name is compared and never followed, so no path leads anywhere else.</summary>
/// <param name="Kind">What it names.</param>
/// <param name="Station">The station, where there is one.</param>
/// <param name="Rendition">The rendition, for <see cref="RadioTargetKind.Sound"/>.</param>
internal readonly record struct RadioTarget(RadioTargetKind Kind, StationListing? Station, BroadcastRing? Rendition)
{
    private static readonly string[] SoundExtensions = ["mp3", "opus", "ogg", "oga", "flac", "wav", "aac", "m4a"];

    // Other names of the same types in players.
    private static readonly Dictionary<string, string[]> OtherTypes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["audio/mpeg"] = ["audio/mp3", "audio/x-mpeg"],
        ["audio/ogg"] = ["application/ogg", "audio/opus"],
        ["application/ogg"] = ["audio/ogg", "audio/opus"],
        ["audio/aac"] = ["audio/aacp", "audio/x-aac"],
        ["audio/flac"] = ["audio/x-flac"],
        ["audio/wav"] = ["audio/x-wav", "audio/wave", "audio/vnd.wave"],
    };

    /// <summary>Finds what <paramref name="path"/> names.</summary>
    internal static RadioTarget Find(string path, StationDirectory directory)
    {
        if (path.Length < 2 || path[0] != '/')
        {
            return default;
        }

        int dot = path.LastIndexOf('.');
        if (dot < 0)
        {
            return Named(path[1..]) is { } whole && whole.Streams.Any() ? new RadioTarget(RadioTargetKind.Station, whole, null)
                : directory.IsAwaited(path[1..]) ? new RadioTarget(RadioTargetKind.Missing, null, null)
                : default;
        }

        string name = path[1..dot];
        string extension = path[(dot + 1)..];
        if (extension is "m3u" or "pls")
        {
            RadioTargetKind kind = extension == "m3u" ? RadioTargetKind.M3u : RadioTargetKind.Pls;
            return Named(name) is { } listed && listed.Streams.Any()
                ? new RadioTarget(kind, listed, Preferred(listed, null))
                : new RadioTarget(RadioTargetKind.Missing, null, null);
        }

        if (SoundOf(path, name, directory) is { } sound)
        {
            return sound;
        }

        return SoundExtensions.Contains(extension) ? new RadioTarget(RadioTargetKind.Missing, null, null) : default;

        StationListing? Named(string station) => station.Length > 0 && directory.TryFind(station, out StationListing? found) ? found : null;
    }

    /// <summary>The same for a listener who may hear some renditions; <see langword="null"/>: none that is meant is among them.</summary>
    /// <param name="renditions">The names of the renditions; <see langword="null"/>: all.</param>
    internal RadioTarget? Within(IReadOnlyList<string>? renditions)
    {
        if (renditions is null || Station is null)
        {
            return this;
        }

        StationListing narrowed = Station.Permitting(renditions);
        return Kind is RadioTargetKind.Sound ? (renditions.Contains(Rendition!.Info.Name) ? this : null)
            : !narrowed.Streams.Any() ? null
            : this with { Station = narrowed, Rendition = Rendition is null ? null : Preferred(narrowed, null) };
    }

    /// <summary>
    /// The rendition whose path it is; the longest station's name wins. Each station is compared once: the length of the peer's path does
    /// not multiply the work.
    /// </summary>
    private static RadioTarget? SoundOf(string path, string name, StationDirectory directory)
    {
        RadioTarget? best = null;
        foreach (StationListing station in directory.Stations)
        {
            bool mayBe = name.StartsWith(station.Name, StringComparison.Ordinal)
                && (name.Length == station.Name.Length || name[station.Name.Length] == '-');
            if (mayBe && !(best?.Station!.Name.Length > station.Name.Length)
                && station.Streams.FirstOrDefault(r => StreamUrl.PathOf(station.Name, r.Info) == path) is { } rendition)
            {
                best = new RadioTarget(RadioTargetKind.Sound, station, rendition);
            }
        }

        return best;
    }

    /// <summary>
    /// The rendition that <c>Accept</c> prefers; among equals MP3, which all players know. Also if it accepts none: players send headers
    /// meant for pages, and audio is a better answer than a refusal (RFC 9110 §12.4.1). The station has at least one.
    /// </summary>
    internal static BroadcastRing Preferred(StationListing station, string? accept)
    {
        BroadcastRing? best = null;
        int bestQuality = 0;
        foreach (BroadcastRing rendition in station.Streams.OrderBy(
            static r => r.Info.Name == "mp3" ? 0 : r.Info.Name == r.Info.StreamType!.Extension ? 1 : 2))
        {
            best ??= rendition;
            string type = rendition.Info.StreamType!.ContentType.Split(';')[0].Trim();
            int quality = OtherTypes.GetValueOrDefault(type, []).Append(type).Max(t => AcceptHeader.Quality(accept, t));
            if (quality > bestQuality)
            {
                (best, bestQuality) = (rendition, quality);
            }
        }

        return best!;
    }
}
