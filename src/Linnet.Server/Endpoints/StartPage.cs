using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Linnet.Stations;

namespace Linnet.Server.Endpoints;

/// <summary>
/// The start page: the stations, each with a player. Without scripts it is all that a browser shows; with scripts, <c>page/app.js</c> puts
/// live cards in its place.
/// </summary>
internal static class StartPage
{
    private const string Base = "{{base}}";
    private const string Stations = "{{stations}}";

    /// <summary>
    /// Only the server's own scripts and styles may be loaded, and nothing within the page itself is run. Pictures may come from anywhere:
    /// a station's cover is where its sender says. So may audio: a full server sends listeners to another.
    /// </summary>
    internal const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https: http:; media-src 'self' https: http:; "
        + "connect-src 'self' ws: wss:; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'";

    internal static string Render(SiteView site)
    {
        var page = new StringBuilder();
        foreach (StationView station in site.Stations)
        {
            Append(page, site, station);
        }

        foreach (string name in site.Awaited)
        {
            page.Append(CultureInfo.InvariantCulture, $"""
                <article class="card">
                <h2>{Encode(name)}</h2>
                <p class="quiet">waits for its first audio</p>
                </article>

                """);
        }

        if (site.Stations.Count + site.Awaited.Count == 0)
        {
            page.Append("<p>No stations yet.</p>\n");
        }

        if (site.Servers > 1)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"quiet\">{site.Servers} servers</p>\n");
        }

        // The stations last: a title may contain a mark.
        return WebFiles.Page.Replace(Base, Encode(site.PathBase), StringComparison.Ordinal)
            .Replace(Stations, page.ToString(), StringComparison.Ordinal);
    }

    private static void Append(StringBuilder page, SiteView site, StationView view)
    {
        StationSnapshot station = view.Station;
        string name = Encode(station.Name);
        string listeners = view.Station.Listeners == 1 ? "1 listener"
            : string.Create(CultureInfo.InvariantCulture, $"{view.Station.Listeners} listeners");
        page.Append(CultureInfo.InvariantCulture, $"""
            <article class="card">
            <h2>{Encode(view.Title)}</h2>
            <p>{Encode(view.IsLocked ? "" : WhatIsHeard(station))}</p>
            <p class="quiet">{Encode(view.IsLocked ? "needs a password or a link" : $"{StateOf(station.State)}, {listeners}")}</p>
            <audio controls preload="none">

            """);
        foreach (StreamView stream in InOrderForBrowsers(view.Streams))
        {
            page.Append(CultureInfo.InvariantCulture, $"<source src=\"{Encode(stream.Path)}\" type=\"{Encode(stream.ContentType)}\">\n");
        }

        page.Append("</audio>\n<ul class=\"links\">\n");
        foreach (StreamView stream in view.Streams)
        {
            page.Append(CultureInfo.InvariantCulture, $"<li><a href=\"{Encode(stream.Path)}\">{Encode(stream.Label)}</a></li>\n");
        }

        page.Append(CultureInfo.InvariantCulture, $"""
            <li><a href="{Encode(site.PathBase)}/{name}.m3u">M3U</a></li>
            <li><a href="{Encode(site.PathBase)}/{name}.pls">PLS</a></li>
            </ul>
            <p class="quiet"><code>linnet play {Encode(PlayAddress(site, station.Name))}</code></p>
            </article>

            """);
    }

    /// <summary>Browsers take the first format they support: Opus sounds best for its size, MP3 plays everywhere.</summary>
    private static IEnumerable<StreamView> InOrderForBrowsers(IReadOnlyList<StreamView> streams) =>
        streams.OrderBy(static s => s.Extension switch { "opus" => 0, "mp3" => 1, _ => 2 });

    // The exact reason is only for the operators of the server.
    private static string WhatIsHeard(StationSnapshot station) =>
        station.Problem is not null ? "This station has failed."
        : station.Awaits is not null ? "Its source is unavailable at the moment. Waiting for it."
        : station.Track?.ToString() ?? "";

    private static string PlayAddress(SiteView site, string station) => site.RtspRoot is string rtsp
        ? $"{rtsp}/{station}"
        : $"{site.Scheme}://{site.Host}{site.PathBase}/{station}";

    private static string StateOf(StationState state) => state switch
    {
        StationState.Playing => "playing",
        StationState.Waiting => "starts with its first listener",
        StationState.Ended => "ended",
        _ => "off",
    };

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}
