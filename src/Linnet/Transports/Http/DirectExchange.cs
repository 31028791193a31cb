using System.IO.Pipelines;
using System.Net;
using Linnet.Transports.Http.Radio;
using Linnet.Wire.Http;
using Linnet.Wire.Proxy;

namespace Linnet.Transports.Http;

/// <summary>A connection's first request, answered past the web server. The connection ends with the response.</summary>
/// <param name="head">The request's head, which has been consumed.</param>
/// <param name="request">The client, and how it knows this server.</param>
/// <param name="connection">The connection.</param>
/// <param name="sender">Sends short responses.</param>
internal sealed class DirectExchange(
    HttpRequestHead head, ForwardedRequest request, HttpConnection connection, HttpResponseSender sender) : HttpExchange(head, request)
{
    private const string BehindProxy =
        "This came through an HTTP proxy, which passes on no sound that is sent without Transfer-Encoding: chunked. "
        + "Push past it, or through a proxy for TCP with a PROXY header.";

    private static readonly ReadOnlyMemory<byte> Continue = "HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray();

    private ChunkedBody? _chunks;

    /// <inheritdoc/>
    internal override EndPoint? Local => connection.Socket.LocalEndPoint;

    /// <inheritdoc/>
    internal override ConnectionOutput Output => connection.Output;

    /// <inheritdoc/>
    internal override ChunkedBody? Chunks => _chunks;

    /// <inheritdoc/>
    internal override PipeReader Input => connection.Transport.Input;

    /// <summary>
    /// Under TLS: what is sent to a closed connection disappears without an error, and players do not close one direction alone.
    /// </summary>
    internal override bool LeavesWithInput => !Output.CanHalfClose;

    /// <inheritdoc/>
    internal override HttpBodyFraming Body => Head.Body;

    /// <inheritdoc/>
    internal override string? OpenBodyProblem => Request.IsForwarded ? BehindProxy : null;

    /// <inheritdoc/>
    internal override ValueTask<ReadOnlyMemory<byte>> BeginAsync(CancellationToken cancellationToken)
    {
        connection.Socket.TrySetNoDelay();
        HttpResponseHead response = TakeResponse();
        if (response.Headers[LinnetEnd.Header] is null)
        {
            return ValueTask.FromResult<ReadOnlyMemory<byte>>(response.ToArray());
        }

        response.Headers.Add("Transfer-Encoding", "chunked");
        _chunks = new ChunkedBody(response.ToArray());
        return default;
    }

    /// <inheritdoc/>
    internal override ValueTask<ReadOnlyMemory<byte>> UpgradeAsync(HttpResponseHead response, CancellationToken cancellationToken)
    {
        connection.Socket.TrySetNoDelay();
        return ValueTask.FromResult<ReadOnlyMemory<byte>>(response.ToArray());
    }

    /// <inheritdoc/>
    internal override async Task EndAsync(TimeSpan linger)
    {
        if (_chunks is not null
            && !(_chunks.TryEnd(out ReadOnlyMemory<byte> last) && await sender.TrySendAsync(Output, last, linger).ConfigureAwait(false)))
        {
            Abort();
            return;
        }

        Output.Shutdown();
        await (Output.CanHalfClose ? sender.DrainAsync(Input, linger) : sender.FlushAsync(Output, linger)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    internal override async Task SendAsync(HttpResponse response) =>
        await Output.SendAllAsync(response.ToArray(), CancellationToken.None).ConfigureAwait(false);

    /// <inheritdoc/>
    internal override Task FinishAsync(HttpResponse response) =>
        sender.SendAsync(connection with { Origin = Request.Origin, IsProxy = false }, response.ToArray());

    /// <inheritdoc/>
    internal override void AllowBody()
    {
        // The connection is read as it is.
    }

    /// <inheritdoc/>
    internal override ValueTask ContinueAsync() => Output.SendAllAsync(Continue, CancellationToken.None);

    /// <inheritdoc/>
    internal override void Abort() => Output.Abort();

    /// <inheritdoc/>
    internal override ValueTask CloseAsync() => Output.CloseAsync();
}
