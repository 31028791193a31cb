using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Wire.PyAudio;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports.PyAudio;

/// <summary>Serves one station to the PyAudio tutorial's TCP clients: each client gets audio at once, and sends nothing.</summary>
/// <remarks>
/// <see cref="TcpListenerHost"/> accepts the connections and gives each to <see cref="ServeAsync"/>. Source: docs/wire/pyaudio.md.
/// </remarks>
/// <param name="options">Limits.</param>
/// <param name="audience">Admits and counts the listeners.</param>
/// <param name="senders">The sender threads. They must outlive this.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Logs failures.</param>
internal sealed class PyAudioTcpServer(
    PyAudioServerOptions options, PyAudioAudience audience, SenderPool senders, TimeProvider time, ILogger logger)
{
    private static readonly byte[] Empty = EmptyMessage();

    // Audio already due that a listener gets at once when it joins.
    private static readonly TimeSpan PreRoll = TimeSpan.FromMilliseconds(100);

    // How long a connection stays open after its station ended, for the client to hear the rest and leave by itself.
    private static readonly TimeSpan EndLinger = TimeSpan.FromSeconds(10);

    /// <summary>Serves one client until it leaves, the station ends, or the server stops.</summary>
    /// <param name="transport">The connection. Only its input is read here; audio goes to the socket.</param>
    /// <param name="socket">Its socket. The caller closes it after this returns.</param>
    /// <param name="cancellationToken">Ends it, behind a whole message.</param>
    internal async Task ServeAsync(IDuplexPipe transport, Socket socket, CancellationToken cancellationToken)
    {
        if (EndPoints.PeerOf(socket) is not IPEndPoint remote)
        {
            return;
        }

        ConnectionOutput output = ConnectionOutput.ToSocket(socket);
        bool isAdmitted = false;
        try
        {
            isAdmitted = audience.TryEnter(remote, out RingLease? lease, out PyAudioRefusal refusal);
            if (!isAdmitted)
            {
                Refuse(output, remote, refusal);
                return;
            }

            using (lease)
            {
                socket.TrySetNoDelay();
                var frames = new FramedOutput(output);
                using SendMemory.Use? memory =
                    ConnectionListener.TryReserve(senders.Memory, frames, lease!.Ring.Info, PeerAddress.Of(remote.Address));
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
            logger.ListenerFailed(e, remote);
            output.Abort();
        }
        finally
        {
            await output.CloseAsync().ConfigureAwait(false);
            if (isAdmitted)
            {
                audience.Leave(remote);
            }
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
            Since = time.GetUtcNow(),
        };
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration registration = cancellationToken.Register(() => stopping.TrySetResult());
        using var over = new CancellationTokenSource();
        PyAudioEnd? end = null;
        try
        {
            audience.Begin(listener);
            senders.AddAtOnce(listener, PreRoll);
            Task<bool> saying = WaitForWordsAsync(input, over.Token);
            Task first = await Task.WhenAny(finished.Task, saying, stopping.Task).ConfigureAwait(false);
            if (first != finished.Task)
            {
                // After this the sender is done with it, and may just have reached the end.
                await senders.RemoveAsync(listener).ConfigureAwait(false);
            }

            end = finished.Task.IsCompleted
                    ? await EndAsync(await finished.Task.ConfigureAwait(false), output, frames, saying).ConfigureAwait(false)
                : first != saying ? await CloseAsync(output, frames, saying, PyAudioEnd.ServerStopped, options.ShutdownTimeout)
                    .ConfigureAwait(false)
                : await saying.ConfigureAwait(false) ? Refuse(output, remote, PyAudioRefusal.Spoke)
                : PyAudioEnd.Left;
            await over.CancelAsync().ConfigureAwait(false);
            await saying.ConfigureAwait(false);
        }
        finally
        {
            audience.End(listener, end);
        }
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
        return await CloseAsync(output, frames, saying, end, EndLinger).ConfigureAwait(false);
    }

    /// <summary>Closes behind the message that has begun, or cuts what is not taken in time.</summary>
    private async Task<PyAudioEnd> CloseAsync(
        ConnectionOutput output, FramedOutput frames, Task saying, PyAudioEnd end, TimeSpan linger)
    {
        using var late = new CancellationTokenSource(options.ShutdownTimeout, time);
        await frames.FlushAsync(late.Token).ConfigureAwait(false);
        if (!frames.TryFlush())
        {
            output.Abort();
            return end;
        }

        output.Shutdown();
        await WaitAsync(saying, linger).ConfigureAwait(false);
        return end;
    }

    private PyAudioEnd Refuse(ConnectionOutput output, IPEndPoint remote, PyAudioRefusal reason)
    {
        audience.Refuse(remote, reason);
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
            await task.WaitAsync(most, time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Long enough.
        }
    }

    private static byte[] EmptyMessage()
    {
        byte[] message = new byte[PyAudioMessage.HeadLength(0) + PyAudioMessage.TailLength];
        PyAudioMessage.WriteAround(message, 0);
        return message;
    }
}
