using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Diagnostics;
using Linnet.Wire.PyAudio;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Transports.PyAudio;

/// <summary>Serves one station to the PyAudio tutorial's TCP clients: each client gets audio at once, and sends nothing.</summary>
/// <remarks>
/// <see cref="TcpListenerHost"/>, or a server such as Kestrel, accepts the connections and gives each to
/// <see cref="ServeAsync(IDuplexPipe, Socket, ConnectionOutput?, CancellationToken)"/>. Source: docs/wire/pyaudio.md.
/// </remarks>
internal sealed class PyAudioTcpServer
{
    private static readonly byte[] Empty = EmptyMessage();

    private readonly PyAudioServerOptions _options;
    private readonly Func<BroadcastRing?> _find;
    private readonly SenderPool _senders;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PyAudioRefusals _refusals;
    private readonly PeerQuota _quota;

    /// <summary>A server.</summary>
    /// <param name="options">Limits.</param>
    /// <param name="station">The station to serve.</param>
    /// <param name="senders">The sender threads. They must outlive this.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Logs listeners that start and stop.</param>
    /// <exception cref="ArgumentException"><paramref name="options"/> has problems, or the station has no rendition for these
    /// programs.</exception>
    public PyAudioTcpServer(
        PyAudioServerOptions options, StationListing station, SenderPool senders, TimeProvider time, ILogger? logger = null)
        : this(options.ThrowIfInvalid(), Always(station), senders, new PyAudioCounters(), time, logger ?? NullLogger.Instance)
    {
    }

    /// <param name="options">Limits.</param>
    /// <param name="find">Finds the rendition for a new client; called for each.</param>
    /// <param name="senders">Who sends. It must outlive this.</param>
    /// <param name="counters">The counters.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told who comes and goes.</param>
    internal PyAudioTcpServer(
        PyAudioServerOptions options, Func<BroadcastRing?> find, SenderPool senders, PyAudioCounters counters, TimeProvider time,
        ILogger logger)
    {
        _options = options;
        _find = find;
        _senders = senders;
        _time = time;
        _logger = logger;
        Counters = counters;
        _refusals = new PyAudioRefusals(counters, PyAudioServer.TcpTransport, time, logger);
        _quota = new PeerQuota(options.MaxTcpListeners, options.MaxTcpListenersPerAddress);
    }

    internal PyAudioCounters Counters { get; }

    internal int Listeners => _quota.Count;

    /// <summary>Serves one client until it leaves, the station ends, or the server stops. Audio goes directly to the socket.</summary>
    /// <inheritdoc cref="ServeAsync(IDuplexPipe, Socket, ConnectionOutput?, CancellationToken)"/>
    public Task ServeAsync(IDuplexPipe transport, Socket socket, CancellationToken cancellationToken) =>
        ServeAsync(transport, socket, null, cancellationToken);

    /// <summary>Serves one client until it leaves, the station ends, or the server stops.</summary>
    /// <param name="transport">The connection. Only its input is read here; audio goes to the output.</param>
    /// <param name="socket">Its socket. The caller closes it after this returns.</param>
    /// <param name="output">Sends to the client; <see langword="null"/>: directly to the socket.</param>
    /// <param name="cancellationToken">Ends it, behind a whole message.</param>
    public async Task ServeAsync(IDuplexPipe transport, Socket socket, ConnectionOutput? output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(socket);
        if (EndPoints.PeerOf(socket) is not IPEndPoint remote)
        {
            return;
        }

        output ??= ConnectionOutput.ToSocket(socket);
        PeerAddress peer = PeerAddress.Of(remote.Address);
        if (!_quota.TryEnter(peer, out bool isFull))
        {
            Refuse(output, remote, isFull ? PyAudioRefusal.TooMany : PyAudioRefusal.TooManyOfAddress);
            return;
        }

        try
        {
            if (_find() is not { } ring)
            {
                Refuse(output, remote, PyAudioRefusal.Unavailable);
                return;
            }

            // Before there are packets: then each is made as a message at once.
            PyAudioFraming.Of(ring);
            if (!ring.TryOpen(new RingRequest(TimeSpan.Zero, remote.Address), out RingLease? lease, out _))
            {
                Refuse(output, remote, PyAudioRefusal.Unavailable);
                return;
            }

            using (lease)
            {
                socket.NoDelay = true;
                var frames = new FramedOutput(output);
                using SendMemory.Use? memory = ConnectionListener.TryReserve(_senders.Memory, frames, ring.Info, peer);
                if (memory is null)
                {
                    Refuse(output, remote, PyAudioRefusal.Unavailable);
                    return;
                }

                await SendAsync(lease, output, frames, memory, transport.Input, remote, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            _logger.ListenerFailed(e, remote);
            output.Abort();
        }
        finally
        {
            await output.CloseAsync().ConfigureAwait(false);
            _quota.Leave(peer);
        }
    }

    private async Task SendAsync(
        RingLease lease, ConnectionOutput output, FramedOutput frames, SendMemory.Use memory, PipeReader input, IPEndPoint remote,
        CancellationToken cancellationToken)
    {
        var finished = new TaskCompletionSource<DropReason>(TaskCreationOptions.RunContinuationsAsynchronously);
        var listener = new PyAudioTcpListener(lease, remote, frames, reason => finished.TrySetResult(reason))
        {
            Memory = memory,
            Since = _time.GetUtcNow(),
        };
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration registration = cancellationToken.Register(() => stopping.TrySetResult());
        using var over = new CancellationTokenSource();
        Counters.CountAccepted();
        Counters.Tcp.Enter(listener);
        _logger.ListenerPlays(remote, listener.Ring.Info.ToString(), listener.Transport);
        _senders.AddAtOnce(listener, _options.PreRoll);

        Task<bool> saying = WaitForWordsAsync(input, over.Token);
        Task first = await Task.WhenAny(finished.Task, saying, stopping.Task).ConfigureAwait(false);
        if (first != finished.Task)
        {
            // After this the sender is done with it, and may just have reached the end.
            await _senders.RemoveAsync(listener).ConfigureAwait(false);
        }

        PyAudioEnd end =
            finished.Task.IsCompleted
                ? await EndAsync(await finished.Task.ConfigureAwait(false), output, frames, saying).ConfigureAwait(false)
            : first != saying ? await CloseAsync(output, frames, saying, PyAudioEnd.ServerStopped, _options.ShutdownTimeout)
                .ConfigureAwait(false)
            : await saying.ConfigureAwait(false) ? Refuse(output, remote, PyAudioRefusal.Spoke)
            : PyAudioEnd.Left;
        await over.CancelAsync().ConfigureAwait(false);
        await saying.ConfigureAwait(false);
        Counters.Ended.Count(end);
        Counters.Tcp.Leave(listener);
        _logger.ListenerEnded(
            remote, listener.Ring.Info.ToString(), end.ToWords(), listener.PacketsSent, listener.PacketsSkipped);
    }

    /// <summary>The sender is done with it: either it has said the end, or given the listener up.</summary>
    private async Task<PyAudioEnd> EndAsync(DropReason reason, ConnectionOutput output, FramedOutput frames, Task saying)
    {
        if (reason is not (DropReason.None or DropReason.RenditionFailed or DropReason.ServerStopped))
        {
            // Perhaps within a message: an end there would make the tutorial's client wait for the rest for ever, an error does
            // not.
            output.Abort();
            return reason switch
            {
                DropReason.Stalled => PyAudioEnd.Stalled,
                DropReason.Failed => PyAudioEnd.Failed,
                _ => PyAudioEnd.Left,
            };
        }

        if (reason is DropReason.None)
        {
            // After its file the tutorial's server sends such messages, too.
            frames.Post(Empty);
        }

        PyAudioEnd end = reason switch
        {
            DropReason.None => PyAudioEnd.StationEnded,
            DropReason.ServerStopped => PyAudioEnd.ServerStopped,
            _ => PyAudioEnd.RenditionFailed,
        };
        return await CloseAsync(output, frames, saying, end, _options.EndLinger).ConfigureAwait(false);
    }

    /// <summary>Closes behind the message that has begun, or cuts what is not taken in time.</summary>
    private async Task<PyAudioEnd> CloseAsync(
        ConnectionOutput output, FramedOutput frames, Task saying, PyAudioEnd end, TimeSpan linger)
    {
        using var late = new CancellationTokenSource(_options.ShutdownTimeout, _time);
        await frames.FlushAsync(late.Token).ConfigureAwait(false);
        if (!frames.TryFlush())
        {
            output.Abort();
            return end;
        }

        output.Shutdown();
        if (output.CanHalfClose)
        {
            await WaitAsync(saying, linger).ConfigureAwait(false);
        }
        else
        {
            await output.FlushAsync(late.Token).ConfigureAwait(false);
        }

        return end;
    }

    private PyAudioEnd Refuse(ConnectionOutput output, IPEndPoint remote, PyAudioRefusal reason)
    {
        _refusals.Count(remote, reason);
        output.Abort();
        return PyAudioEnd.Refused;
    }

    /// <summary>Completes when the client has left (<see langword="false"/>) or sends anything at all (<see langword="true"/>).</summary>
    private static async Task<bool> WaitForWordsAsync(PipeReader input, CancellationToken cancellationToken)
    {
        try
        {
            ReadResult read = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            input.AdvanceTo(read.Buffer.End);
            return !read.Buffer.IsEmpty;
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            return false;
        }
    }

    private async Task WaitAsync(Task task, TimeSpan most)
    {
        try
        {
            await task.WaitAsync(most, _time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Long enough.
        }
    }

    private static Func<BroadcastRing?> Always(StationListing station)
    {
        BroadcastRing ring = PyAudioServer.RingOf(station);
        PyAudioFraming.Of(ring);
        return () => ring;
    }

    private static byte[] EmptyMessage()
    {
        byte[] message = new byte[PyAudioMessage.HeadLength(0) + PyAudioMessage.TailLength];
        PyAudioMessage.WriteAround(message, 0);
        return message;
    }
}
