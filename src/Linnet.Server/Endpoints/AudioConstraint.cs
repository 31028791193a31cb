using System.Globalization;
using Linnet.Access;
using Linnet.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Linnet.Server.Endpoints;

/// <summary>Matches the paths of streams, and those of stations that clients may push to. They come and go with the stations.</summary>
/// <param name="ending">What follows the parameter in the pattern: text and other parameters, each a whole segment of the path.</param>
internal sealed class AudioConstraint(string ending) : IRouteConstraint
{
    internal const string Parameter = "path";

    private readonly string[] _ending = ending.Split('/');

    // A signed link before the path.
    private const string Link = "link";

    public bool Match(
        HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
        httpContext is null
        || (httpContext.RequestServices.GetRequiredService<StationServer>().Front is { } front
            && front.Takes(
                httpContext.Request.Method,
                string.Create(CultureInfo.InvariantCulture, $"/{values.GetValueOrDefault(routeKey)}{EndingOf(values)}")))
        && (!values.TryGetValue(Link, out object? link) || (link is string text && text.StartsWith(SignedLink.Mark)));

    private string EndingOf(RouteValueDictionary values) => string.Join(
        '/', _ending.Select(part => part.StartsWith('{') ? values.GetValueOrDefault(part.Trim('{', '}')) : part));
}
