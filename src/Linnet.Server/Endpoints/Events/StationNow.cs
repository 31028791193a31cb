using System.Text.Json;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Stations;

namespace Linnet.Server.Endpoints.Events;

/// <summary>What events say about a station at one moment. Of a station that needs a password or a link, only the name is told.</summary>
/// <param name="Name">Its name in addresses.</param>
/// <param name="State">Its state, one of <see cref="StationView.State"/>, or <c>awaited</c>: it has had no audio yet.</param>
internal sealed record StationNow(string Name, string State)
{
    /// <summary>Whether it needs a password or a link.</summary>
    internal bool IsLocked { get; init; }

    /// <summary>The title to show.</summary>
    internal string Title { get; init; } = Name;

    /// <summary>A sentence about it; <see langword="null"/>: none.</summary>
    internal string? Description { get; init; }

    /// <summary>Its genre; <see langword="null"/>: not known.</summary>
    internal string? Genre { get; init; }

    /// <summary>Its own web page, an http or https address; <see langword="null"/>: none.</summary>
    internal string? Url { get; init; }

    /// <summary>Address or path of the picture to show; <see langword="null"/>: none.</summary>
    internal string? Art { get; init; }

    /// <summary>Listeners over all protocols and at all servers; <see langword="null"/>: not told.</summary>
    internal int? Listeners { get; init; }

    /// <summary>The track that plays; <see langword="null"/>: not known.</summary>
    internal TrackInfo? Track { get; init; }

    /// <summary>The track that played before it; <see langword="null"/>: not known.</summary>
    internal TrackInfo? Before { get; init; }

    /// <summary>The track that plays after it; <see langword="null"/>: not known, or the same one again.</summary>
    internal TrackInfo? Next { get; init; }

    /// <summary>Its streams over HTTP.</summary>
    internal IReadOnlyList<StreamView> Streams { get; init; } = [];

    /// <summary>The names of the renditions that packets carry: <c>opus</c>, <c>pcm</c>, …</summary>
    internal IReadOnlyList<string> Renditions { get; init; } = [];

    /// <summary>The path of its playlist for HLS; <see langword="null"/>: it has none.</summary>
    internal string? Hls { get; init; }

    /// <summary>What it was made from, so that it is not made again while that stays.</summary>
    internal StationListing? Listing { get; private init; }

    /// <summary>Describes a station.</summary>
    /// <param name="station">Its state.</param>
    /// <param name="listing">Its renditions and description.</param>
    /// <param name="isLocked">Whether it needs a password or a link.</param>
    /// <param name="hls">The path of its playlist for HLS; <see langword="null"/>: it has none.</param>
    /// <param name="last">What was said about it before; <see langword="null"/>: nothing.</param>
    internal static StationNow Of(StationSnapshot station, StationListing listing, bool isLocked, string? hls, StationNow? last)
    {
        bool isSame = ReferenceEquals(last?.Listing, listing);
        IReadOnlyList<StreamView> streams = isSame
            ? last!.Streams : [.. listing.Streams.Select(ring => StreamView.Of(station, ring.Info, "", []))];
        IReadOnlyList<string> renditions = isSame
            ? last!.Renditions : [.. listing.Renditions.Where(static ring => ring.Info.IsRtp).Select(static ring => ring.Info.Name)];
        var view = new StationView(station, listing.Description, streams) { IsLocked = isLocked };
        if (isLocked)
        {
            return new StationNow(station.Name, "locked")
            {
                IsLocked = true,
                Listing = listing,
                Streams = streams,
                Renditions = renditions,
                Hls = hls,
            };
        }

        TrackInfo? track = TitleOf(station.Track);
        TrackInfo? next = TitleOf(station.Upcoming);
        return new StationNow(station.Name, view.State)
        {
            Title = view.Title,
            Description = listing.Description?.Description,
            Genre = listing.Description?.Genre,
            Url = listing.Description?.Url,
            Art = station.Track?.Art is { } art ? ArtEndpoint.PathOf(station.Name, art) : listing.ArtUrl,
            Listeners = station.Listeners,
            Track = track,
            Before = last is null or { IsLocked: true } ? null : TrackBefore(track, last),
            Next = next == track ? null : next,
            Streams = streams,
            Renditions = renditions,
            Hls = hls,
            Listing = listing,
        };
    }

    // Between two tracks there may be a time without a title.
    private static TrackInfo? TrackBefore(TrackInfo? track, StationNow last)
    {
        TrackInfo? before = last.Track == track ? last.Before : last.Track ?? last.Before;
        return before == track ? null : before;
    }

    // Another loudness or picture is no other track.
    private static TrackInfo? TitleOf(TrackInfo? track) => track is null ? null : new TrackInfo(track.Title, track.Artist);

    /// <summary>Writes it as a JSON object, without what is not known.</summary>
    internal void Write(Utf8JsonWriter json) => WriteChanges(json, new StationNow(Name, "") { Title = "" });

    /// <summary>Writes its name and what has changed; what is not known any more is null.</summary>
    internal void WriteChanges(Utf8JsonWriter json, StationNow before)
    {
        json.WriteStartObject();
        json.WriteString("name", Name);
        WriteText(json, "state", State, before.State);
        WriteText(json, "title", Title, before.Title);
        WriteText(json, "description", Description, before.Description);
        WriteText(json, "genre", Genre, before.Genre);
        WriteText(json, "url", Url, before.Url);
        WriteText(json, "art", Art, before.Art);
        WriteText(json, "hls", Hls, before.Hls);
        if (IsLocked != before.IsLocked)
        {
            json.WriteBoolean("locked", IsLocked);
        }

        if (Listeners is int listeners && listeners != before.Listeners)
        {
            json.WriteNumber("listeners", listeners);
        }
        else if (Listeners is null && before.Listeners is not null)
        {
            json.WriteNull("listeners");
        }

        WriteTrack(json, "now", Track, before.Track);
        WriteTrack(json, "before", Before, before.Before);
        WriteTrack(json, "next", Next, before.Next);
        if (!Streams.SequenceEqual(before.Streams))
        {
            WriteStreams(json);
        }

        if (!Renditions.SequenceEqual(before.Renditions))
        {
            json.WriteStartArray("renditions");
            foreach (string rendition in Renditions)
            {
                json.WriteStringValue(rendition);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>Whether readers see no difference.</summary>
    internal bool IsSame(StationNow other) =>
        this with { Listing = null, Streams = [], Renditions = [] } == other with { Listing = null, Streams = [], Renditions = [] }
        && Streams.SequenceEqual(other.Streams) && Renditions.SequenceEqual(other.Renditions);

    private static void WriteText(Utf8JsonWriter json, string name, string? value, string? before)
    {
        if (value != before)
        {
            json.WriteString(name, value);
        }
    }

    private static void WriteTrack(Utf8JsonWriter json, string name, TrackInfo? track, TrackInfo? before)
    {
        if (track == before)
        {
            return;
        }

        if (track is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteString("title", track.Title);
        if (track.Artist is not null)
        {
            json.WriteString("artist", track.Artist);
        }

        json.WriteEndObject();
    }

    private void WriteStreams(Utf8JsonWriter json)
    {
        json.WriteStartArray("streams");
        foreach (StreamView stream in Streams)
        {
            json.WriteStartObject();
            json.WriteString("path", stream.Path);
            json.WriteString("label", stream.Label);
            json.WriteString("type", stream.ContentType);
            json.WriteNumber("bitrate", stream.BitRate);
            json.WriteNumber("rate", stream.SampleRate);
            json.WriteNumber("channels", stream.Channels);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
