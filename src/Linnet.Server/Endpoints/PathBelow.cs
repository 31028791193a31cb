using Microsoft.AspNetCore.Http;

namespace Linnet.Server.Endpoints;

/// <summary>A request's path, divided where the endpoints of a server begin.</summary>
/// <param name="PathBase">What stands before every path of the server, encoded: the host's path base and the prefix.</param>
/// <param name="Path">The path below it, encoded.</param>
internal readonly record struct PathBelow(string PathBase, string Path)
{
    /// <summary>Divides the path of a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="segments">The segments of the path that belong to the endpoint; <see langword="null"/>: all.</param>
    internal static PathBelow Of(HttpContext context, int? segments)
    {
        string path = context.Request.Path.Value ?? "";
        int at = segments is null ? 0 : path.Length;

        // Routing does not count a slash at the end.
        at = at > 0 && path.EndsWith('/') ? at - 1 : at;
        for (int i = 0; i < segments && at > 0; i++)
        {
            at = path.LastIndexOf('/', at - 1);
        }

        at = Math.Max(0, at);
        return new PathBelow(
            context.Request.PathBase.ToUriComponent() + new PathString(path[..at]).ToUriComponent(),
            new PathString(path[at..]).ToUriComponent());
    }
}
