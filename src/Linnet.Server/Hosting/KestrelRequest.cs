using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Linnet.Transports.Http;
using Linnet.Wire.Http;
using Linnet.Wire.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Linnet.Server.Hosting;

/// <summary>A request that Kestrel has read, for <see cref="HttpFront"/>.</summary>
/// <param name="context">The request.</param>
/// <param name="head">The request's head.</param>
/// <param name="request">The client, and how it knows this server.</param>
/// <param name="connection">The connection of the request.</param>
internal sealed class KestrelRequest(HttpContext context, HttpRequestHead head, ForwardedRequest request, PageConnection connection)
    : HostedRequest
{
    public override HttpRequestHead Head => head;

    public override ForwardedRequest Request => request;

    public override EndPoint? Local =>
        context.Connection.LocalIpAddress is IPAddress address ? new IPEndPoint(address, context.Connection.LocalPort) : null;

    public override Socket Socket => connection.Socket;

    public override PipeReader Body => context.Request.BodyReader;

    public override PipeWriter Output => context.Response.BodyWriter;

    /// <summary>The head of a request as <see cref="HttpFront"/> reads it; <see langword="null"/>: the front would refuse it.</summary>
    internal static HttpRequestHead? HeadOf(HttpContext context, HttpLimits limits)
    {
        IHttpRequestFeature request = context.Features.GetRequiredFeature<IHttpRequestFeature>();
        string version = Microsoft.AspNetCore.Http.HttpProtocol.IsHttp10(request.Protocol) ? "HTTP/1.0" : "HTTP/1.1";
        var text = new StringBuilder($"{request.Method} {request.RawTarget} {version}\r\n");
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in request.Headers)
        {
            foreach (string? value in values)
            {
                text.Append(name).Append(": ").Append(value).Append("\r\n");
            }
        }

        var bytes = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(text.Append("\r\n").ToString()));
        return HttpRequestHead.TryParse(bytes, limits, out HttpRequestHead? head, out _) == HttpReadResult.Done ? head : null;
    }

    public override void Begin() => connection.ServeAudio();

    public override Task StartAsync(HttpResponseHead responseHead, CancellationToken cancellationToken)
    {
        // Slow listeners are moved and dropped by the rules for listeners.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        Microsoft.AspNetCore.Http.HttpResponse response = context.Response;
        response.StatusCode = (int)responseHead.Status;
        foreach ((string name, string value) in responseHead.Headers)
        {
            // Kestrel sets the headers Connection and Date.
            if (name is not ("Connection" or "Date"))
            {
                response.Headers.Append(name, value);
            }
        }

        return response.StartAsync(cancellationToken);
    }

    public override void AllowLongBody()
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }

    public override void Abort() => context.Abort();
}
