using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Linnet.Stations;

namespace Linnet.Server.Endpoints;

/// <summary>The start page: the stations, each with a player. One document that loads nothing but audio.</summary>
internal static class StartPage
{
    private const string Style = """
        :root{color-scheme:light dark}
        body{font:1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:0 auto;padding:1.5rem 1rem 3rem}
        h1{font-size:1.4rem;margin:0 0 1.5rem}
        article{border:1px solid #8885;border-radius:.6rem;padding:1rem;margin:0 0 1rem}
        h2{font-size:1.15rem;margin:0}
        p{margin:.3rem 0}
        audio{width:100%;margin:.6rem 0 .3rem}
        a{color:inherit}
        .quiet{opacity:.7;font-size:.9rem}
        ul{list-style:none;padding:0;margin:.3rem 0 0;display:flex;flex-wrap:wrap;gap:.3rem 1rem;font-size:.9rem}
        code{font-size:.85rem;overflow-wrap:anywhere}
        """;

    /// <summary>Only the page's own style and this server's audio may be loaded; no scripts run.</summary>
    internal static string ContentSecurityPolicy { get; } =
        "default-src 'none'; media-src 'self'; "
        + $"style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    internal static string Render(SiteView site)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Linnet</title>
            <style>{Style}</style>
            </head>
            <body>
            <h1>On the air</h1>

            """);
        foreach (StationView station in site.Stations)
        {
            Append(page, site, station);
        }

        foreach (string name in site.Awaited)
        {
            page.Append(CultureInfo.InvariantCulture, $"""
                <article>
                <h2>{Encode(name)}</h2>
                <p class="quiet">waits for its first audio</p>
                </article>

                """);
        }

        if (site.Stations.Count + site.Awaited.Count == 0)
        {
            page.Append("<p>No stations yet.</p>\n");
        }

        return page.Append("</body>\n</html>\n").ToString();
    }

    private static void Append(StringBuilder page, SiteView site, StationView view)
    {
        StationSnapshot station = view.Station;
        string name = Encode(station.Name);
        string listeners = view.Station.Listeners == 1 ? "1 listener"
            : string.Create(CultureInfo.InvariantCulture, $"{view.Station.Listeners} listeners");
        page.Append(CultureInfo.InvariantCulture, $"""
            <article>
            <h2>{Encode(view.Title)}</h2>
            <p>{Encode(view.IsLocked ? "" : WhatIsHeard(station))}</p>
            <p class="quiet">{Encode(view.IsLocked ? "needs a password or a link" : $"{StateOf(station.State)}, {listeners}")}</p>
            <audio controls preload="none">

            """);
        foreach (StreamView stream in InOrderForBrowsers(view.Streams))
        {
            page.Append(CultureInfo.InvariantCulture, $"<source src=\"{Encode(stream.Path)}\" type=\"{Encode(stream.ContentType)}\">\n");
        }

        page.Append("</audio>\n<ul>\n");
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
