using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Linnet.Wire.Http;
using Linnet.Wire.Proxy;

namespace Linnet.Transports.Http;

/// <summary>A request that a web server has read, such as the second one of a kept-alive connection.</summary>
internal abstract class HostedRequest
{
    /// <summary>The request's head.</summary>
    public abstract HttpRequestHead Head { get; }

    /// <summary>The client, and how it knows this server.</summary>
    public abstract ForwardedRequest Request { get; }

    /// <summary>The address that the client connected to; <see langword="null"/>: not known.</summary>
    public abstract EndPoint? Local { get; }

    /// <summary>The connection's socket, for its buffer; <see langword="null"/>: not known.</summary>
    public abstract Socket? Socket { get; }

    /// <summary>The request's body, without the chunks' frames.</summary>
    public abstract PipeReader Body { get; }

    /// <summary>Takes the response's body after <see cref="StartAsync"/>.</summary>
    public abstract PipeWriter Output { get; }

    /// <summary>Whether the client has left.</summary>
    public abstract bool HasLeft { get; }

    /// <summary>Called once, before all else: the request is for audio, and is no page.</summary>
    /// <param name="isEndless">Whether it may last as long as it likes, and send as slowly: a stream, or a push.</param>
    public abstract void Begin(bool isEndless);

    /// <summary>Sends the response's head.</summary>
    /// <param name="head">Status and headers. The web server adds those that concern the connection.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public abstract Task StartAsync(HttpResponseHead head, CancellationToken cancellationToken);

    /// <summary>Whether the client asks for another protocol in a way that the web server supports.</summary>
    public abstract bool CanUpgrade { get; }

    /// <summary>Sends a response after which the result carries another protocol.</summary>
    /// <param name="head">Its headers. The web server adds those that concern the connection.</param>
    public abstract Task<IDuplexPipe> UpgradeAsync(HttpResponseHead head);

    /// <summary>Allows a request body of any length and speed: the push's own limits hold.</summary>
    public abstract void AllowLongBody();

    /// <summary>Cuts the connection. May be called from any thread, more than once.</summary>
    public abstract void Abort();
}
