using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace Linnet.Server.Endpoints;

/// <summary>
/// <c>/NAME/art/HASH</c>: the picture of the track that plays. Another picture has another address, so clients keep it for good. Stations
/// that need a password or a link show none.
/// </summary>
internal static class ArtEndpoint
{
    internal const string Pattern = "/{station}/art/{hash:length(32)}";

    /// <summary>The path of a picture below the server.</summary>
    internal static string PathOf(string station, CoverArt art) => $"/{station}/art/{art.Hash}";

    /// <summary>Sends the picture.</summary>
    internal static Task SendAsync(HttpContext context)
    {
        string name = (string)context.GetRouteValue("station")!;
        StationServer server = context.RequestServices.GetRequiredService<StationServer>();
        CoverArt? art = server.Judge.IsOpen(name) ? TrackOf(server, name)?.Art : null;
        if (art is null || art.Hash != (string)context.GetRouteValue("hash")!)
        {
            return Answer.SendAsync(
                context, StatusCodes.Status404NotFound, Answer.PlainText, "The track that plays has no such picture.\n");
        }

        IHeaderDictionary headers = context.Response.Headers;
        headers.CacheControl = "public, max-age=31536000, immutable";
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        WebFilesEndpoint.AllowOthers(headers);
        return TypedResults.Bytes(art.Content, art.ContentType, entityTag: new EntityTagHeaderValue($"\"{art.Hash}\""))
            .ExecuteAsync(context);
    }

    private static TrackInfo? TrackOf(StationServer server, string name) =>
        server.Stations.FirstOrDefault(station => station.Name == name) is { } station ? station.GetSnapshot().Track
        : server.Directory.TryFind(name, out StationListing? listing) ? StationLook.Of(listing, 0).Track
        : null;
}
