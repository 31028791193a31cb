using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Linnet.Broadcast;
using Linnet.Diagnostics;
using Linnet.Wire;
using Linnet.Wire.Proxy;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>One client's connection, and the sessions that live on it. One task reads, answers and owns the sessions.</summary>
/// <remarks>Others only look at the times and wake that task: sender threads when a listener is finished, the server when time is
/// up.</remarks>
internal sealed partial class RtspServerConnection
{
    // Bytes that a client may still send after it broke the protocol, before the connection is cut.
    private const int MaxDiscarded = 256 * 1024;

    // Bytes of answers that the kernel may hold before there is audio to send. Its default is megabytes, even for a client that never
    // reads.
    private const int AnswerBuffer = 32 * 1024;

    private readonly WorkBudget _budget;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RtspServer _server;
    private readonly PipeReader _input;
    private readonly ConnectionOutput _output;
    private readonly RtspReader _reader;
    private readonly RtspRequestHandler _handler;
    private volatile bool _isStopping;
    private volatile bool _isClosing;
    private volatile bool _isWoken;
    private readonly RtspPatience _patience;
    private int _isRefused;
    private long _unread;

    internal RtspServerConnection(
        RtspServer server, PipeReader input, ConnectionOutput output, ClientOrigin origin, IPEndPoint local)
    {
        _server = server;
        _input = input;
        _output = output;
        Remote = origin.EndPoint;
        IsDirect = origin.Route == ClientRoute.Direct;
        IsTls = origin.IsTls;
        Local = local;
        Peer = PeerAddress.Of(Remote.Address);
        Output = new FramedOutput(output);
        output.Bound(AnswerBuffer);
        _reader = new RtspReader(RtspLimits.Default);
        _handler = new RtspRequestHandler(server, this);
        _patience = new RtspPatience(server.Options, server.Time);
        SessionTable = new SessionTable(server.Options.MaxSessionsPerConnection);
        _budget = new WorkBudget(server.Options.MaxMessagesPerSecond, server.Time.TimestampFrequency);
    }

    /// <summary>Where the client is.</summary>
    internal IPEndPoint Remote { get; }

    /// <summary>Whether the connection is encrypted: then no audio leaves in the clear.</summary>
    internal bool IsTls { get; }

    /// <summary>The same for the limits.</summary>
    internal PeerAddress Peer { get; }

    /// <summary>Where it reached us.</summary>
    internal IPEndPoint Local { get; }

    /// <summary>What goes out.</summary>
    internal FramedOutput Output { get; }

    /// <summary>The sessions.</summary>
    internal IEnumerable<RtspServerSession> Sessions => SessionTable.All;

    /// <summary>The same, to be found by what they are named by.</summary>
    internal SessionTable SessionTable { get; }

    /// <summary>Completes when <see cref="RunAsync"/> is done.</summary>
    internal Task Ended => _ended.Task;

    /// <summary>A connection that was accepted; <see langword="null"/> if the client is gone already.</summary>
    internal static RtspServerConnection? TryCreate(
        RtspServer server, PipeReader input, Socket socket, ConnectionOutput? output, ClientOrigin? origin)
    {
        try
        {
            socket.TrySetNoDelay();
            return socket is { RemoteEndPoint: IPEndPoint remote, LocalEndPoint: IPEndPoint local }
                ? new RtspServerConnection(
                    server, input, output ?? ConnectionOutput.ToSocket(socket), origin ?? new ClientOrigin(remote.Unmapped()),
                    local.Unmapped())
                : null;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>Reads and answers until the client leaves, breaks the protocol or the server ends it.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The connection broke, or was cut by Abort.
            _isStopping |= cancellationToken.IsCancellationRequested;
        }
        finally
        {
            await CloseAsync().ConfigureAwait(false);
            await _output.CloseAsync().ConfigureAwait(false);
            _ended.SetResult();
        }
    }

    /// <summary>Looks what takes too long, and ends it. Called by the server about once a second.</summary>
    internal void CheckTimeouts(long now)
    {
        switch (_patience.Judge(now, hasSessions: !SessionTable.IsEmpty))
        {
            case RtspPatience.Verdict.TooSlow:
                Refuse(RtspConnectionRefusal.TooSlow);
                break;
            case RtspPatience.Verdict.Idle:
                Refuse(RtspConnectionRefusal.Idle);
                break;
            case RtspPatience.Verdict.LingeredEnough:
                Abort();
                break;
            default:
                foreach (RtspServerSession session in Sessions)
                {
                    session.CheckTimeout(_patience.HeardAt, now);
                }

                if (_patience.Lingers)
                {
                    WakeFromAnyThread();
                }

                break;
        }
    }

    /// <summary>Ends it with a goodbye. Any thread may call.</summary>
    internal void Stop()
    {
        _isStopping = true;
        WakeFromAnyThread();
    }

    /// <summary>Cuts it: bytes that the client has not taken are dropped. Any thread may call.</summary>
    internal void Abort() => _output.Cut();

    /// <summary>Makes the connection's task look at its sessions. Quick, and runs none of its code on the calling thread.</summary>
    internal void WakeFromAnyThread()
    {
        _isWoken = true;
        ThreadPool.UnsafeQueueUserWorkItem(static c => c._input.CancelPendingRead(), this, preferLocal: false);
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        while (!_isClosing)
        {
            ReadResult result = await _input.ReadAsync(cancellationToken).ConfigureAwait(false);
            long length = result.Buffer.Length;
            if (await TryDenyProxyAsync(result.Buffer, cancellationToken).ConfigureAwait(false))
            {
                return;
            }

            bool isTooMuch = length > _unread && !_budget.TryRead(length - _unread, _server.Time.GetTimestamp());
            if (!await TakeAsync(result.Buffer, cancellationToken).ConfigureAwait(false))
            {
                await RefuseAsync(_reader.Refusal!, cancellationToken).ConfigureAwait(false);
                return;
            }

            if (_isStopping || result.IsCompleted)
            {
                return;
            }

            if (isTooMuch)
            {
                Refuse(RtspConnectionRefusal.TooMuch);
                return;
            }

            if (_isWoken)
            {
                _isWoken = false;
                await EndFinishedSessionsAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Takes all whole messages and frames. <see langword="false"/> if the client broke the protocol.</summary>
    private async ValueTask<bool> TakeAsync(ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
    {
        RtspReadResult result = RtspReadResult.NeedMore;
        try
        {
            while (!_isStopping && !_isClosing && (result = Read(ref buffer, out RtspInput input)) == RtspReadResult.Done)
            {
                if (!_budget.TryTakeMessage(_server.Time.GetTimestamp()))
                {
                    Refuse(RtspConnectionRefusal.TooMuch);
                    _isClosing = true;
                    break;
                }

                if (input.Message is RtspRequest request)
                {
                    await AnswerAsync(request, cancellationToken).ConfigureAwait(false);
                }
                else if (input.Message is null)
                {
                    SessionTable.Hear(input.Frame);
                }
            }
        }
        finally
        {
            _unread = buffer.Length;
            _input.AdvanceTo(buffer.Start, buffer.End);
        }

        return result != RtspReadResult.Invalid;
    }

    /// <summary>Reads on, and keeps the time since which a message has begun and is not whole.</summary>
    private RtspReadResult Read(ref ReadOnlySequence<byte> buffer, out RtspInput input)
    {
        bool begins = RtspPatience.Begins(buffer);
        RtspReadResult result = _reader.Read(ref buffer, out input);
        if (result == RtspReadResult.Done)
        {
            _isKnown = true;
            _patience.Stop();
        }
        else if (begins)
        {
            _patience.Start();
        }

        return result;
    }

    private async Task AnswerAsync(RtspRequest request, CancellationToken cancellationToken)
    {
        RtspResponse response = await _handler.AnswerAsync(request, cancellationToken).ConfigureAwait(false);
        _server.Counters.Count(response.Status);
        if (!response.Status.IsSuccess())
        {
            _server.Logger.RequestRefused(Remote, request.Method, (int)response.Status);
        }

        _patience.Hear();
        _idle?.Hear();
        await SendAsync(response, cancellationToken).ConfigureAwait(false);
        foreach (RtspServerSession session in _starting)
        {
            session.Start();
        }

        _starting.Clear();
    }

    // The kernel has an answer before the next request is read, so a client that never reads costs one answer.
    // It is cut when its answer has waited for as long as a request may take (RtspServerOptions.RequestTimeout). To bound a queue of
    // answers instead would end connections of clients that are only slow.
    private async ValueTask SendAsync(RtspResponse response, CancellationToken cancellationToken)
    {
        Output.Post(response.ToArray());
        ValueTask flushed = Output.FlushAsync(cancellationToken);
        if (!flushed.IsCompleted)
        {
            _patience.Start();
            await flushed.ConfigureAwait(false);
            _patience.Stop();
        }

        _isClosing |= Output.IsBroken;
    }

    private async Task RefuseAsync(RtspRefusal refusal, CancellationToken cancellationToken)
    {
        await EndSessionsAsync(RtspSessionEnd.Disconnected).ConfigureAwait(false);
        _server.Counters.Count(refusal.Status);
        _server.Refusals.Count(Remote, RtspConnectionRefusal.Malformed);
        await SendAsync(refusal.ToResponse(), cancellationToken).ConfigureAwait(false);
        await HangUpAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the sending, then reads what still comes to no purpose: closing before would take back what was sent last.</summary>
    private async Task HangUpAsync(CancellationToken cancellationToken)
    {
        _patience.Start();
        _output.Shutdown();
        if (!_output.CanHalfClose)
        {
            await _output.FlushAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        for (long discarded = 0; discarded < MaxDiscarded;)
        {
            ReadResult result = await _input.ReadAsync(cancellationToken).ConfigureAwait(false);
            discarded += result.Buffer.Length;
            _input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return;
            }
        }
    }

    private async Task CloseAsync()
    {
        await EndSessionsAsync(_isStopping ? RtspSessionEnd.ServerStopped : RtspSessionEnd.Disconnected).ConfigureAwait(false);
        try
        {
            if (_isStopping)
            {
                await Output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
                await HangUpAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client left first.
        }

        await _input.CompleteAsync().ConfigureAwait(false);
    }
}
