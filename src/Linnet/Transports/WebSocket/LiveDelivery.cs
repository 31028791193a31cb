using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net.Sockets;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Clock;
using Linnet.Diagnostics;
using Linnet.Transports.Http;
using Linnet.Wire.WebSocket;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports.WebSocket;

/// <summary>Hands a listener over WebSocket to a sender thread, answers its questions, and ends it.</summary>
/// <param name="senders">The sender threads.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Logs listeners that start and stop.</param>
internal sealed class LiveDelivery(SenderPool senders, TimeProvider time, ILogger logger)
{
    // A listener that starts as far behind as the limit would be moved to the live edge.
    private static readonly TimeSpan BelowMaxLag = TimeSpan.FromMilliseconds(500);

    // How long a connection stays open after the end, so that the client receives the rest and closes.
    private static readonly TimeSpan EndLinger = TimeSpan.FromSeconds(10);

    // How long a client may take to receive what closes the connection.
    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(2);

    private readonly RunningTotal<Listener> _total = new(static listener => listener.PayloadBytesSent);
    private readonly ReasonCounts<LiveEnd> _ended = new();

    /// <summary>Listeners that are gone, by reason.</summary>
    internal IReadOnlyDictionary<LiveEnd, long> Ended => _ended.Read();

    /// <summary>Listeners now.</summary>
    internal IReadOnlyList<Listener> Listeners => _total.There;

    /// <summary>Listeners and bytes since the start.</summary>
    internal TransportTotal GetTotal()
    {
        (long count, long bytes) = _total.Read();
        return new TransportTotal(TransportTotal.WebSocket, count, bytes);
    }

    /// <summary>A time that a client asks for; what is no number of milliseconds is 0.</summary>
    internal static TimeSpan TimeOf(string? text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint ms) ? TimeSpan.FromMilliseconds(ms) : TimeSpan.Zero;

    /// <summary>As much of a burst as a listener may have, but the packet that is playing.</summary>
    internal TimeSpan Allowed(BroadcastRing rendition, TimeSpan burst)
    {
        TimeSpan packet = rendition.Info.PacketTime;
        TimeSpan most = MostOf(rendition);
        return burst > most ? most : burst < packet ? packet : burst;
    }

    /// <summary>Serves a listener to its end.</summary>
    /// <param name="lease">Its lease of the rendition, with the burst that it is allowed.</param>
    /// <param name="exchange">The request.</param>
    /// <param name="handshake">The request as one for WebSocket.</param>
    /// <param name="interval">The audio that one write may hold.</param>
    /// <param name="timeOver">Ends it when its time is over.</param>
    /// <param name="cancellationToken">Ends it with the server.</param>
    internal async Task RunAsync(
        RingLease lease, HttpExchange exchange, WebSocketHandshake handshake, TimeSpan interval, CancellationToken timeOver,
        CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> lead = await exchange.UpgradeAsync(handshake.ToResponse(), cancellationToken).ConfigureAwait(false);
        var output = new FramedOutput(exchange.Output);
        if (!lead.IsEmpty)
        {
            output.Post(lead);
        }

        BroadcastRing ring = lease.Ring;
        using SendMemory.Use? memory = ConnectionListener.TryReserve(senders.Memory, output, ring.Info, exchange.Peer);
        if (memory is null)
        {
            await CloseAsync(LiveEnd.NoRoom, exchange, output, null).ConfigureAwait(false);
            await exchange.EndAsync(CloseTime).ConfigureAwait(false);
            _ended.Count(LiveEnd.NoRoom);
            return;
        }

        LiveFormat format = LiveRendition.FormatOf(
            ring.Info, ring.FormatBefore(ring.Head)?.Headers is { Count: > 0 } headers ? headers : ring.Info.Headers);
        var finished = new TaskCompletionSource<DropReason>(TaskCreationOptions.RunContinuationsAsynchronously);
        LiveFraming framing = LiveFraming.Of(ring, time.TimestampFrequency);
        var listener = new LiveListener(
            lease, exchange.Remote, output, framing, format, time.GetTimestamp(), reason => finished.TrySetResult(reason))
        {
            Group = LiveGroupFraming.Of(ring, framing, interval),
            Memory = memory,
            Since = time.GetUtcNow(),
        };
        var questions = new LiveQuestions(output, time);
        output.Post(LiveMessage.Hello(ring.Info.Station, ring.Info.Name, format, MostOf(ring).TotalSeconds, questions.Now));
        _total.Enter(listener);
        logger.LiveListenerPlays(listener.Remote, ring.Info.ToString());
        LiveEnd end = LiveEnd.Failed;
        try
        {
            end = await DeliverAsync(listener, exchange, output, questions, finished.Task, timeOver, cancellationToken)
                .ConfigureAwait(false);
        }
        finally
        {
            _total.Leave(listener);
            _ended.Count(end);
            logger.LiveListenerLeaves(
                listener.Remote, ring.Info.ToString(), end.ToWords(), listener.PacketsSent, listener.PacketsSkipped);
        }
    }

    private TimeSpan MostOf(BroadcastRing rendition)
    {
        TimeSpan kept = senders.MaxLag - BelowMaxLag;
        kept = kept < rendition.Duration ? kept : rendition.Duration;
        return kept > rendition.Info.PacketTime ? kept : rendition.Info.PacketTime;
    }

    private async Task<LiveEnd> DeliverAsync(
        LiveListener listener, HttpExchange exchange, FramedOutput output, LiveQuestions questions, Task<DropReason> finished,
        CancellationToken timeOver, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(timeOver, cancellationToken);
        Task<WebSocketClose?> reading = ReadAsync(exchange.Input, listener, questions, over.Token);
        try
        {
            senders.AddAtOnce(listener, listener.Lease.Request.Stock);
            await Task.WhenAny(reading, finished).ConfigureAwait(false);
        }
        finally
        {
            // It may just have reached the end.
            await senders.RemoveAsync(listener).ConfigureAwait(false);
        }

        LiveEnd end = finished.IsCompleted ? (await finished.ConfigureAwait(false)).ToEnd()
            : exchange.HasLeft ? LiveEnd.Left
            : cancellationToken.IsCancellationRequested ? LiveEnd.ServerStopped
            : timeOver.IsCancellationRequested ? LiveEnd.TimeOver
            : await reading.ConfigureAwait(false) is null or WebSocketClose.Normal ? LiveEnd.Left
            : LiveEnd.BrokeProtocol;
        bool isClosed;
        try
        {
            isClosed = await CloseAsync(end, exchange, output, reading).ConfigureAwait(false);
        }
        finally
        {
            // The end of the exchange reads, too: two reads at a time are not allowed.
            await over.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(false);
        }

        if (isClosed)
        {
            await exchange.EndAsync(CloseTime).ConfigureAwait(false);
        }

        return end;
    }

    /// <summary>Says the end, if the client is there to hear it, and waits until it closes, but not for long.</summary>
    /// <returns><see langword="false"/>: the connection was cut instead.</returns>
    private async Task<bool> CloseAsync(LiveEnd end, HttpExchange exchange, FramedOutput output, Task<WebSocketClose?>? reading)
    {
        if (end is LiveEnd.StationEnded)
        {
            // The sender has said so, behind the last packet.
        }
        else if (reading is { IsCompletedSuccessfully: true, Result: { } answer })
        {
            output.Post(WebSocketFrame.Close(answer));
        }
        else if (end.ToClose() is { } code)
        {
            output.Post(LiveMessage.End(end.ToReason()));
            output.Post(WebSocketFrame.Close(code, end.ToReason()));
        }
        else
        {
            exchange.Abort();
            return false;
        }

        if (!await TryFlushAsync(output).ConfigureAwait(false))
        {
            exchange.Abort();
            return false;
        }

        // Two seconds of sound may be on their way. The client closes when it has them.
        await WaitAsync(reading ?? Task.CompletedTask, end is LiveEnd.StationEnded ? EndLinger : CloseTime).ConfigureAwait(false);
        return true;
    }

    private async Task<bool> TryFlushAsync(FramedOutput output)
    {
        using var late = new CancellationTokenSource(CloseTime, time);
        try
        {
            await output.FlushAsync(late.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        return output.TryFlush();
    }

    /// <summary>Reads what the client says.</summary>
    /// <returns>The code to close with; <see langword="null"/>: the client has left without a word, or this was canceled.</returns>
    private static async Task<WebSocketClose?> ReadAsync(
        PipeReader input, LiveListener listener, LiveQuestions questions, CancellationToken cancellationToken)
    {
        var reader = new WebSocketReader();
        try
        {
            while (true)
            {
                ReadResult read = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
                ReadOnlySequence<byte> rest = read.Buffer;
                WebSocketClose? close = null;
                while (close is null && reader.TryRead(ref rest, out WebSocketMessage message))
                {
                    listener.NoteSpoken();
                    close = questions.Answer(message);
                }

                close ??= reader.Fault;
                input.AdvanceTo(rest.Start, rest.End);
                if (close is not null || read.IsCompleted)
                {
                    return close;
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            return null;
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
}
