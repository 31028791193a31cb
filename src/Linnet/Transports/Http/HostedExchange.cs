using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Linnet.Wire.Http;
using Linnet.Wire.Proxy;

namespace Linnet.Transports.Http;

/// <summary>
/// A request that a web server has read. Its response goes through the web server's pipe: direct sends must never interleave with what the
/// web server writes.
/// </summary>
/// <param name="hosted">The web server's side.</param>
/// <param name="head">The request's head, below what stands before the path of a station.</param>
/// <param name="request">The client, and how it knows this server.</param>
/// <param name="time">The clock.</param>
internal sealed class HostedExchange(HostedRequest hosted, HttpRequestHead head, ForwardedRequest request, TimeProvider time)
    : HttpExchange(head, request)
{
    private const string NeedsLength =
        "The body of this request needs Transfer-Encoding: chunked or a Content-Length.";

    private PipeReader? _listenersInput;
    private ConnectionOutput? _output;
    private IDuplexPipe? _upgraded;
    private bool _hasStarted;

    /// <inheritdoc/>
    internal override EndPoint? Local => hosted.Local;

    /// <inheritdoc/>
    internal override ConnectionOutput Output =>
        _output ??= ConnectionOutput.ToPipe(_upgraded?.Output ?? hosted.Output, hosted.Socket, hosted.Abort);

    /// <summary>The body. A listener sends none: the web server says when it has left.</summary>
    internal override PipeReader Input =>
        _upgraded?.Input ?? (Head.HasBody ? hosted.Body : _listenersInput ??= PipeReader.Create(ReadOnlySequence<byte>.Empty));

    /// <inheritdoc/>
    internal override bool HasLeft => hosted.HasLeft;

    /// <inheritdoc/>
    internal override HttpBodyFraming Body => new(HttpBodyKind.UntilClose);

    /// <inheritdoc/>
    internal override string? OpenBodyProblem => NeedsLength;

    /// <inheritdoc/>
    internal override async ValueTask<ReadOnlyMemory<byte>> BeginAsync(CancellationToken cancellationToken)
    {
        _hasStarted = true;
        await hosted.StartAsync(TakeResponse(), cancellationToken).ConfigureAwait(false);
        return default;
    }

    /// <inheritdoc/>
    internal override bool CanUpgrade => hosted.CanUpgrade;

    /// <inheritdoc/>
    internal override async ValueTask<ReadOnlyMemory<byte>> UpgradeAsync(HttpResponseHead response, CancellationToken cancellationToken)
    {
        _hasStarted = true;
        _upgraded = await hosted.UpgradeAsync(response).ConfigureAwait(false);
        return default;
    }

    /// <inheritdoc/>
    internal override async Task EndAsync(TimeSpan linger)
    {
        try
        {
            using var patience = new CancellationTokenSource(linger, time);
            await Output.FlushAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Abort();
        }
    }

    /// <inheritdoc/>
    internal override async Task SendAsync(HttpResponse response)
    {
        _hasStarted = true;
        await hosted.StartAsync(response.Head, CancellationToken.None).ConfigureAwait(false);
        if (!response.Body.IsEmpty)
        {
            await hosted.Output.WriteAsync(response.Body, CancellationToken.None).ConfigureAwait(false);
        }
        else
        {
            // A source client waits for the head before it sends.
            await hosted.Output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    internal override Task FinishAsync(HttpResponse response) => SendAsync(response);

    /// <inheritdoc/>
    internal override void AllowBody() => hosted.AllowLongBody();

    /// <summary>The web server sends it with the first read.</summary>
    internal override ValueTask ContinueAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    internal override void Abort() => hosted.Abort();

    /// <inheritdoc/>
    internal override async ValueTask CloseAsync()
    {
        if (_output is not null)
        {
            await _output.CloseAsync().ConfigureAwait(false);
        }

        if (_upgraded is not null)
        {
            await _upgraded.Input.CompleteAsync().ConfigureAwait(false);
        }

        if (!_hasStarted)
        {
            // Without a response the web server would make one up.
            Abort();
        }
    }
}
