using System.IO.Pipelines;
using System.Net;
using Linnet.Access;
using Linnet.Broadcast;
using Linnet.Transports.Http.Radio;
using Linnet.Wire.Http;
using Linnet.Wire.Proxy;

namespace Linnet.Transports.Http;

/// <summary>One request and the way to respond to it: past a web server, or through it.</summary>
/// <param name="head">The request's head, which has been consumed.</param>
/// <param name="request">The client, and how it knows this server.</param>
internal abstract class HttpExchange(HttpRequestHead head, ForwardedRequest request)
{
    private HttpResponseHead? _response;

    /// <summary>The request's head.</summary>
    internal HttpRequestHead Head => head;

    /// <summary>The client, and how it knows this server.</summary>
    internal ForwardedRequest Request => request;

    /// <summary>The signed link below which the client asks, without its <c>~</c>; <see langword="null"/>: none. Not verified.</summary>
    internal string? Link { get; init; }

    /// <summary>The client's address and port.</summary>
    internal IPEndPoint Remote => request.Origin.EndPoint;

    /// <summary>The client's address for the limits.</summary>
    internal PeerAddress Peer => PeerAddress.Of(Remote.Address);

    /// <summary>The address that the client connected to; <see langword="null"/>: not known.</summary>
    internal abstract EndPoint? Local { get; }

    /// <summary>Sends the response's bytes after <see cref="BeginAsync"/>.</summary>
    internal abstract ConnectionOutput Output { get; }

    /// <summary>Sends the response's body in chunks; <see langword="null"/>: it goes out as it is, or a web server makes chunks.</summary>
    internal virtual ChunkedBody? Chunks => null;

    /// <summary>What the client sends after the head.</summary>
    internal abstract PipeReader Input { get; }

    /// <summary>Whether the client has left when <see cref="Input"/> ends. Otherwise it may still listen.</summary>
    internal virtual bool LeavesWithInput => false;

    /// <summary>Whether a web server has said that the client has left.</summary>
    internal virtual bool HasLeft => false;

    /// <summary>How the request's body lies in <see cref="Input"/>.</summary>
    internal abstract HttpBodyFraming Body { get; }

    /// <summary>Why a body with neither length nor chunks cannot be read; <see langword="null"/>: it can.</summary>
    internal abstract string? OpenBodyProblem { get; }

    /// <summary>What the client wants to do.</summary>
    /// <param name="action">The action.</param>
    /// <param name="station">The station; <see langword="null"/>: there is none of this name.</param>
    internal AccessRequest Wants(AccessAction action, string? station) => new(action, station, Remote, "HTTP")
    {
        Authorization = head.Headers["Authorization"],
        Link = Link,
        IsEncrypted = request.Origin.IsTls || request.Scheme == Uri.UriSchemeHttps,
        Mount = head.Path,
        Server = request.Host ?? (head.Authority.Length > 0 ? head.Authority : Local?.ToString() ?? ""),
        Agent = head.Headers["User-Agent"] ?? "",
    };

    /// <summary>Sets the head of the response. It is held only until <see cref="BeginAsync"/>: a listener may stay for hours.</summary>
    internal void Prepare(HttpResponseHead response) => _response = response;

    /// <summary>Begins the prepared response, whose body <see cref="Output"/> sends.</summary>
    /// <returns>Bytes that go before the body; empty: they are sent already.</returns>
    internal abstract ValueTask<ReadOnlyMemory<byte>> BeginAsync(CancellationToken cancellationToken);

    /// <summary>Gets the prepared head, which is not held any longer.</summary>
    private protected HttpResponseHead TakeResponse()
    {
        HttpResponseHead response = _response ?? throw new InvalidOperationException("No response is prepared.");
        _response = null;
        return response;
    }

    /// <summary>
    /// Whether the connection, or its part for this request, can be handed over after the response. Default: a first request's connection.
    /// </summary>
    internal virtual bool CanUpgrade => Head.Method == "GET";

    /// <summary>
    /// Sends a response after which <see cref="Input"/> and <see cref="Output"/> carry another protocol. Neither is used before.
    /// </summary>
    /// <returns>Bytes that go first; empty: they are sent already.</returns>
    internal abstract ValueTask<ReadOnlyMemory<byte>> UpgradeAsync(HttpResponseHead response, CancellationToken cancellationToken);

    /// <summary>Ends that body: waits, but not for long, until the client has all of it.</summary>
    /// <param name="linger">The longest wait.</param>
    internal abstract Task EndAsync(TimeSpan linger);

    /// <summary>Sends a whole response. The request's body may still be read.</summary>
    internal abstract Task SendAsync(HttpResponse response);

    /// <summary>Sends a whole response and ends the exchange so that the response arrives.</summary>
    internal abstract Task FinishAsync(HttpResponse response);

    /// <summary>Allows a request body of any length and speed: the push's own limits hold.</summary>
    internal abstract void AllowBody();

    /// <summary>Sends <c>100 Continue</c>, for which the client waits.</summary>
    internal abstract ValueTask ContinueAsync();

    /// <summary>Cuts the connection: the client sees an error, not an end.</summary>
    internal abstract void Abort();

    /// <summary>Stops sending: when it completes, nothing is written to the connection any more.</summary>
    internal abstract ValueTask CloseAsync();
}
