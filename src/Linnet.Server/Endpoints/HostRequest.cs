using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Linnet.Server.Hosting;
using Linnet.Transports.Http;
using Linnet.Wire.Http;
using Linnet.Wire.Proxy;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Linnet.Server.Endpoints;

/// <summary>A request that the web server has read, for <see cref="HttpFront"/>.</summary>
/// <param name="context">The request.</param>
/// <param name="head">The request's head.</param>
/// <param name="request">The client, and how it knows this server.</param>
internal sealed class HostRequest(HttpContext context, HttpRequestHead head, ForwardedRequest request) : HostedRequest
{
    // The same limits as the front's: a request that it refuses to read is not offered to it again.
    private static readonly HttpLimits Limits = HttpHeadReader.Limits;

    private bool _isEndless;

    public override HttpRequestHead Head => head;

    public override ForwardedRequest Request => request;

    public override EndPoint? Local =>
        context.Connection.LocalIpAddress is IPAddress address ? new IPEndPoint(address, context.Connection.LocalPort) : null;

    // Under HTTP/2 others share it.
    public override Socket? Socket =>
        IsHttp1(context) ? context.Features.Get<IConnectionSocketFeature>()?.Socket : null;

    public override PipeReader Body => context.Request.BodyReader;

    public override PipeWriter Output => context.Response.BodyWriter;

    /// <summary>The head of a request as <see cref="HttpFront"/> reads it; <see langword="null"/>: the front would refuse it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="path">Its path below the path base, encoded.</param>
    internal static HttpRequestHead? HeadOf(HttpContext context, string path) =>
        Read(context, path + context.Request.QueryString.ToUriComponent());

    /// <inheritdoc cref="HeadOf(HttpContext, string)"/>
    internal static HttpRequestHead? HeadOf(HttpContext context) =>
        Read(context, context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);

    private static HttpRequestHead? Read(HttpContext context, string target)
    {
        IHttpRequestFeature request = context.Features.GetRequiredFeature<IHttpRequestFeature>();
        string version = Microsoft.AspNetCore.Http.HttpProtocol.IsHttp10(request.Protocol) ? "HTTP/1.0" : "HTTP/1.1";
        var text = new StringBuilder($"{request.Method} {target} {version}\r\n");
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in request.Headers)
        {
            foreach (string? value in values)
            {
                text.Append(name).Append(": ").Append(value).Append("\r\n");
            }
        }

        if (!IsHttp1(context) && request.Headers.ContentLength is null
            && context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
        {
            // HTTP/2 needs neither length nor chunks, and the web server shows the body without them.
            text.Append("Transfer-Encoding: chunked\r\n");
        }

        var bytes = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(text.Append("\r\n").ToString()));
        return HttpRequestHead.TryParse(bytes, Limits, out HttpRequestHead? head, out _) == HttpReadResult.Done ? head : null;
    }

    public override void Begin(bool isEndless)
    {
        _isEndless = isEndless;
        context.Features.Get<PageRequest>()?.ServeLong();
    }

    public override Task StartAsync(HttpResponseHead responseHead, CancellationToken cancellationToken)
    {
        Prepare(responseHead);
        context.Response.StatusCode = (int)responseHead.Status;
        return context.Response.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override bool HasLeft => context.RequestAborted.IsCancellationRequested;

    /// <inheritdoc/>
    public override bool CanUpgrade => IsExtendedConnect || context.Features.Get<IHttpUpgradeFeature>()?.IsUpgradableRequest == true;

    public override async Task<IDuplexPipe> UpgradeAsync(HttpResponseHead responseHead)
    {
        AllowLongBody();
        Prepare(responseHead);
        Stream stream = IsExtendedConnect
            ? await context.Features.GetRequiredFeature<IHttpExtendedConnectFeature>().AcceptAsync().ConfigureAwait(false)
            : await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync().ConfigureAwait(false);
        return new UpgradedPipe(PipeReader.Create(stream), PipeWriter.Create(stream));
    }

    private bool IsExtendedConnect =>
        context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true, Protocol: "websocket" };

    private void Prepare(HttpResponseHead responseHead)
    {
        if (_isEndless)
        {
            // Slow listeners are moved and dropped by the rules for listeners.
            if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            {
                rate.MinDataRate = null;
            }

            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        }

        foreach ((string name, string value) in responseHead.Headers)
        {
            // The web server sets the headers Connection and Date, and HTTP/2 has no Upgrade.
            if (name is not ("Connection" or "Date") && (name is not "Upgrade" || IsHttp1(context)))
            {
                context.Response.Headers.Append(name, value);
            }
        }
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

    /// <summary>Whether the request has the connection for itself.</summary>
    internal static bool IsHttp1(HttpContext context) =>
        Microsoft.AspNetCore.Http.HttpProtocol.IsHttp11(context.Request.Protocol)
        || Microsoft.AspNetCore.Http.HttpProtocol.IsHttp10(context.Request.Protocol);

    private sealed record UpgradedPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
