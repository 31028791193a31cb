using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Linnet.Transports.Tls;
using Linnet.Wire;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>Handles a packet received between the messages of an RTSP connection. The packet is valid during the call.</summary>
internal delegate void InterleavedHandler(byte channel, ReadOnlySpan<byte> packet);

/// <summary>The client's end of an RTSP connection: sends requests, receives responses and interleaved packets.</summary>
/// <remarks>
/// Sends one request at a time, and the next one after its response or timeout. A server that breaks the protocol or stops responding ends
/// the connection; all later calls fail with the same message.
/// </remarks>
internal sealed class RtspClient : IAsyncDisposable
{
    private const string UserAgent = "Linnet";

    // Larger than the limits for our clients: proxies add headers, and we talk to one server at a time.
    private static readonly RtspLimits AnswerLimits = new() { MaxHeaders = 256, MaxHeaderLine = 16 * 1024, MaxHead = 64 * 1024 };

    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Lock _lock = new();
    private byte[] _scratch = [];
    private InterleavedHandler? _onPacket;
    private Question? _asked;
    private uint _lastCSeq;
    private uint _abandonedCSeq;
    private RtspException? _failure;
    private bool _isDisposed;
    private TimeSpan _roundTrip = TimeSpan.MaxValue;

    private RtspClient(Socket socket, Stream stream, RtspUri server, TimeProvider time)
    {
        _socket = socket;
        _stream = stream;
        _time = time;
        Address = server;
        Server = server.Authority;
        RemoteAddress = ((IPEndPoint)socket.RemoteEndPoint!).Address.Unmapped();
        LocalAddress = ((IPEndPoint)socket.LocalEndPoint!).Address.Unmapped();
    }

    /// <summary>The address of the connection, including the port that was found.</summary>
    internal RtspUri Address { get; }

    /// <summary>Adds credentials to requests; <see langword="null"/>: none were given.</summary>
    internal RtspLogin? Login { get; set; }

    /// <summary>Host and port, for messages.</summary>
    internal string Server { get; }

    /// <summary>The server's address: packets from others are dropped.</summary>
    internal IPAddress RemoteAddress { get; }

    /// <summary>Our address as the server sees it, unless it is translated on the way.</summary>
    internal IPAddress LocalAddress { get; }

    /// <summary>The shortest time from a request to its response; <see langword="null"/> before the first.</summary>
    internal TimeSpan? RoundTrip => _roundTrip == TimeSpan.MaxValue ? null : _roundTrip;

    /// <summary>Completes when the connection has ended; never faults. <see cref="Failure"/> has the reason.</summary>
    internal Task Closed { get; private set; } = Task.CompletedTask;

    /// <summary>Why the connection ended; <see langword="null"/> while it is open.</summary>
    internal RtspException? Failure => Volatile.Read(ref _failure);

    /// <summary>Connects to a server, over TLS if its address says so.</summary>
    /// <exception cref="RtspException">The server does not exist or does not answer.</exception>
    /// <exception cref="TransportException">The guard does not allow the address, or there is no TLS that can be trusted.</exception>
    internal static async Task<RtspClient> ConnectAsync(
        RtspUri server, HopGuard guard, ServerTrust? trust, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(RtspReceiverOptions.ConnectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        Socket? socket = null;
        try
        {
            IPAddress[] hosts = await guard.ResolveAsync(server.Host, either.Token).ConfigureAwait(false);
            socket = await AddressRace.ConnectAsync(hosts, server.Port, time, either.Token).ConfigureAwait(false);
            guard.Connected(socket.RemoteEndPoint);
            var plain = new NetworkStream(socket);
            Stream stream = !server.IsTls ? plain
                : await TlsClient.ConnectAsync(plain, server.Host, server.Authority, trust, time, either.Token).ConfigureAwait(false);
            var client = new RtspClient(socket, stream, server, time);
            client.Closed = client.ReadAsync();
            return client;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            socket?.Dispose();
            throw RtspFailure.ToConnect(server, e as SocketException, RtspReceiverOptions.ConnectTimeout);
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }

    /// <summary>Sets the handler of interleaved packets. Until then they are dropped.</summary>
    internal void Deliver(InterleavedHandler onPacket) => Volatile.Write(ref _onPacket, onPacket);

    /// <summary>Sends a request and waits for the response.</summary>
    /// <param name="request">The request; its <c>CSeq</c> is set here.</param>
    /// <param name="cancellationToken">Stops waiting for the response.</param>
    /// <param name="onAnswer">Called with the response before later bytes of the connection are processed.</param>
    /// <param name="timeout">How long to wait; default <see cref="RtspReceiverOptions.ReplyTimeout"/>.</param>
    /// <exception cref="RtspException">The connection has ended, or no response arrived in time.</exception>
    internal async Task<RtspResponse> AskAsync(
        RtspRequest request, CancellationToken cancellationToken, Action<RtspResponse>? onAnswer = null, TimeSpan? timeout = null)
    {
        for (int tries = 0; ; tries++)
        {
            RtspResponse answer = await AskOnceAsync(request, onAnswer, timeout, cancellationToken).ConfigureAwait(false);
            if (answer.Status is not RtspStatus.Unauthorized || Login?.TryTake(request, answer, tries) != true)
            {
                return answer;
            }
        }
    }

    private async Task<RtspResponse> AskOnceAsync(
        RtspRequest request, Action<RtspResponse>? onAnswer, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        TimeSpan patience = timeout ?? RtspReceiverOptions.ReplyTimeout;
        using var late = new CancellationTokenSource(patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            await _turn.WaitAsync(either.Token).ConfigureAwait(false);
            try
            {
                Question question = Register(request, onAnswer);
                long askedAt = _time.GetTimestamp();
                await WriteAsync(request.ToArray(), either.Token).ConfigureAwait(false);
                RtspResponse answer = await question.Answer.Task.WaitAsync(either.Token).ConfigureAwait(false);
                TimeSpan roundTrip = _time.GetElapsedTime(askedAt);
                _roundTrip = roundTrip < _roundTrip ? roundTrip : _roundTrip;
                return answer;
            }
            finally
            {
                Forget();
                _turn.Release();
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failure ?? RtspFailure.NoAnswer(Server, request.Method, patience);
        }
    }

    /// <summary>Sends an interleaved packet.</summary>
    /// <exception cref="RtspException">The connection has ended.</exception>
    internal async ValueTask SendPacketAsync(byte channel, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
    {
        byte[] frame = new byte[InterleavedFrame.HeaderLength + packet.Length];
        InterleavedFrame.WriteHeader(frame, channel, packet.Length);
        packet.CopyTo(frame.AsMemory(InterleavedFrame.HeaderLength));
        await WriteAsync(frame, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Closes the connection. There must be no pending request.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Closed.ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
        _socket.Dispose();
        _stopping.Dispose();
        _turn.Dispose();
        _writing.Dispose();
    }

    private async Task ReadAsync()
    {
        PipeReader pipe = PipeReader.Create(_stream, new StreamPipeReaderOptions(bufferSize: 16 * 1024, leaveOpen: true));
        var reader = new RtspReader(AnswerLimits);
        try
        {
            while (true)
            {
                ReadResult read = await pipe.ReadAsync(_stopping.Token).ConfigureAwait(false);
                ReadOnlySequence<byte> buffer = read.Buffer;
                while (reader.Read(ref buffer, out RtspInput input) is RtspReadResult.Done)
                {
                    if (Handle(input) is RtspResponse answer)
                    {
                        await AnswerAsync(answer).ConfigureAwait(false);
                    }

                    if (Failure is not null)
                    {
                        return;
                    }
                }

                if (reader.Refusal is RtspRefusal refusal)
                {
                    Fail(RtspFailure.NotRtsp(Server, refusal));
                    break;
                }

                pipe.AdvanceTo(buffer.Start, buffer.End);
                if (read.IsCompleted)
                {
                    Fail(RtspFailure.Closed(Server));
                    break;
                }
            }
        }
        catch (Exception e)
        {
            Fail(e as RtspException ?? RtspFailure.Closed(Server, e));
        }
        finally
        {
            await pipe.CompleteAsync().ConfigureAwait(false);
        }
    }

    // Servers send requests, too, usually to check that we are still there.
    private RtspResponse? Handle(in RtspInput input)
    {
        switch (input.Message)
        {
            case null:
                HandlePacket(input.Frame);
                return null;
            case RtspResponse response:
                HandleAnswer(response);
                return null;
            case RtspRequest { Method: RtspMethod.Teardown } request:
                // Some servers send this when they stop.
                Fail(RtspFailure.Stopped(Server));
                return request.Answer(RtspStatus.Ok);
            case RtspRequest request:
                bool isHarmless = request.Method is RtspMethod.Options or RtspMethod.GetParameter or RtspMethod.SetParameter;
                return request.Answer(isHarmless ? RtspStatus.Ok : RtspStatus.NotImplemented);
            default:
                return null;
        }
    }

    private void HandlePacket(in InterleavedFrame frame)
    {
        if (Volatile.Read(ref _onPacket) is not InterleavedHandler onPacket)
        {
            return;
        }

        if (frame.Payload.IsSingleSegment)
        {
            onPacket(frame.Channel, frame.Payload.FirstSpan);
            return;
        }

        if (_scratch.Length == 0)
        {
            _scratch = new byte[InterleavedFrame.MaxPayload];
        }

        frame.Payload.CopyTo(_scratch);
        onPacket(frame.Channel, _scratch.AsSpan(0, (int)frame.Payload.Length));
    }

    private void HandleAnswer(RtspResponse response)
    {
        if ((int)response.Status < 200)
        {
            return;
        }

        Question? question;
        lock (_lock)
        {
            question = _asked;

            // A response without CSeq can only belong to the one pending request.
            uint number = response.CSeq ?? question?.CSeq ?? 0;
            if (number <= _abandonedCSeq)
            {
                return;
            }

            if (question is null || number != question.CSeq)
            {
                throw RtspFailure.NotAsked(Server);
            }

            _asked = null;
        }

        question.OnAnswer?.Invoke(response);
        question.Answer.TrySetResult(response);
    }

    private async Task AnswerAsync(RtspResponse answer)
    {
        // Bounded: a server that sends requests but never reads must not block reading for good.
        using var late = new CancellationTokenSource(RtspReceiverOptions.ReplyTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, late.Token);
        await WriteAsync(answer.ToArray(), either.Token).ConfigureAwait(false);
    }

    private Question Register(RtspRequest request, Action<RtspResponse>? onAnswer)
    {
        lock (_lock)
        {
            if (_failure is not null)
            {
                throw _failure;
            }

            request.CSeq = ++_lastCSeq;
            request.Headers[RtspHeaderNames.UserAgent] = UserAgent;
            Login?.Sign(request);
            return _asked = new Question(_lastCSeq, onAnswer);
        }
    }

    private void Forget()
    {
        lock (_lock)
        {
            _abandonedCSeq = _asked?.CSeq ?? _abandonedCSeq;
            _asked = null;
        }
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        bool isWhole = false;
        try
        {
            await _stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            isWhole = true;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            throw Failure ?? RtspFailure.Closed(Server, e);
        }
        finally
        {
            // After half a message the server could not parse what follows.
            if (!isWhole)
            {
                Fail(RtspFailure.Closed(Server));
                _socket.Dispose();
            }

            _writing.Release();
        }
    }

    private void Fail(RtspException failure)
    {
        Question? question;
        lock (_lock)
        {
            _failure ??= failure;
            failure = _failure;
            question = _asked;
            _asked = null;
        }

        question?.Answer.TrySetException(failure);
    }

    private sealed record Question(uint CSeq, Action<RtspResponse>? OnAnswer)
    {
        internal TaskCompletionSource<RtspResponse> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
