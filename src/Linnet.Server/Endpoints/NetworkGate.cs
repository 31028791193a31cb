using Linnet.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Linnet.Server.Endpoints;

/// <summary>
/// Keeps addresses that may not connect from the pages. On ports with <see cref="HostingExtensions.UseLinnet"/> their connections are
/// refused; other ports are the application's.
/// </summary>
internal static class NetworkGate
{
    /// <summary>Puts it before an endpoint.</summary>
    internal static void AddTo(EndpointBuilder endpoint) => endpoint.RequestDelegate = Before(endpoint.RequestDelegate!);

    private static RequestDelegate Before(RequestDelegate next) => context =>
        context.RequestServices.GetRequiredService<StationServer>().Judge.Admits(RequestClient.Of(context).Origin.EndPoint.Address)
            ? next(context)
            : Answer.SendAsync(context, StatusCodes.Status403Forbidden, Answer.PlainText, "Your address may not connect.\n");
}
