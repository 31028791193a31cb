using System.IO.Pipelines;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams;
using Linnet.Clock;
using Linnet.Wire.Http;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports.Http.Radio;

/// <summary>
/// Sends one listener its first audio, hands it to a sender thread and watches its connection until it ends.
/// </summary>
internal sealed class RadioDelivery(RadioServerOptions options, SenderPool senders, TimeProvider time, ILogger logger)
{
    // A player sends nothing after its request; a client that sends more than this is not a player.
    private const long MaxSaid = 16 * 1024;

    // How long a connection stays open after its station ended, so that the player receives the rest.
    private static readonly TimeSpan EndLinger = TimeSpan.FromSeconds(10);

    [ThreadStatic]
    private static GatheringWriter? _writer;

    private readonly RunningTotal<RadioListener> _total = new(static l => l.BytesSent);

    /// <summary>Listeners and bytes sent since the start.</summary>
    internal TransportTotal GetTotal()
    {
        (long count, long bytes) = _total.Read();
        return new TransportTotal(TransportTotal.Http, count, bytes);
    }

    /// <summary>Listeners now.</summary>
    internal IReadOnlyList<RadioListener> Listeners => _total.There;

    /// <summary>Serves a listener to its end.</summary>
    /// <param name="log">Its stream.</param>
    /// <param name="askedAt">When it requested the stream: it starts with audio that was due one burst before that.</param>
    /// <param name="metadataInterval">Bytes of the stream between titles; 0: none.</param>
    /// <param name="exchange">The request, with its response prepared. Its output holds a bounded number of bytes.</param>
    /// <param name="memory">Its share of the connections' send memory.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns><see langword="false"/>: there was no audio to begin with, and nothing was sent.</returns>
    internal async Task<bool> RunAsync(
        StreamLog log,
        long askedAt,
        int metadataInterval,
        HttpExchange exchange,
        SendMemory.Use memory,
        CancellationToken cancellationToken)
    {
        StreamEntry? start = FirstEntry(log, askedAt) ?? await WaitForFirstAsync(log, askedAt, cancellationToken).ConfigureAwait(false);
        if (start is null)
        {
            return false;
        }

        ReadOnlyMemory<byte> lead = await exchange.BeginAsync(cancellationToken).ConfigureAwait(false);
        var listener = new RadioListener(log, start, lead, metadataInterval, exchange.Output, exchange.Input)
        {
            Chunks = exchange.Chunks,
            Memory = memory,
            Remote = exchange.Remote,
            Since = time.GetUtcNow() - time.GetElapsedTime(askedAt),
        };
        _total.Enter(listener);
        try
        {
            logger.RadioListenerPlays(listener.Remote, log.Ring.Info.Station, log.Ring.Info.Name);
            await DeliverAsync(listener, exchange, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // Also where the web server reports by a cancellation that the client has left.
            _total.Leave(listener);
            logger.RadioListenerLeaves(
                listener.Remote, log.Ring.Info.Station, log.Ring.Info.Name, listener.BytesSent, listener.Moves);
        }

        return true;
    }

    private async ValueTask DeliverAsync(RadioListener listener, HttpExchange exchange, CancellationToken cancellationToken)
    {
        StreamOutcome outcome = (_writer ??= new GatheringWriter()).Write(listener, out _);
        if (outcome == StreamOutcome.Broken)
        {
            return;
        }

        senders.AddStream(listener);
        try
        {
            await WaitForEndAsync(listener, exchange, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // See CloseAsync.
            exchange.Abort();
            throw;
        }
        finally
        {
            listener.Leave();
        }

        await CloseAsync(listener, exchange).ConfigureAwait(false);
    }

    private StreamEntry? FirstEntry(StreamLog log, long askedAt)
    {
        log.Advance(time.GetTimestamp());
        return log.EntryDueFrom(askedAt - senders.Streams.Burst.InTicks(time));
    }

    /// <summary>Where a rendition has only just started.</summary>
    private async Task<StreamEntry?> WaitForFirstAsync(StreamLog log, long askedAt, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(options.RequestTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            while (!log.HasEnded)
            {
                await log.Ring.WaitForAsync(log.NextIndex, either.Token).ConfigureAwait(false);
                if (FirstEntry(log, askedAt) is StreamEntry first)
                {
                    return first;
                }

                // The audio is there but not due, or another thread is about to take it.
                await Task.Delay(StreamLog.Pause, time, either.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Long enough.
        }

        return null;
    }

    /// <summary>Returns when the client has left or talks too much, or the sender has finished.</summary>
    private static async ValueTask WaitForEndAsync(RadioListener listener, HttpExchange exchange, CancellationToken cancellationToken)
    {
        long said = 0;
        while (listener.Finished is null && said < MaxSaid)
        {
            ReadResult read = await exchange.Input.ReadAsync(cancellationToken).ConfigureAwait(false);
            said += read.Buffer.Length;
            exchange.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted && exchange.LeavesWithInput)
            {
                return;
            }

            if (read.IsCompleted)
            {
                // The client sends nothing more, but may still listen. If it does not, its machine answers the next data with a reset.
                await listener.WaitAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
        }
    }

    /// <summary>After the end of the station the rest is on its way; the player closes when it has it. Others are cut off.</summary>
    private static Task CloseAsync(RadioListener listener, HttpExchange exchange)
    {
        if (listener.Finished is DropReason.None)
        {
            return exchange.EndAsync(EndLinger);
        }

        // Most players take an orderly close for the end of the station. A stream that ends for any other reason must look broken.
        if (listener.Finished is not null)
        {
            exchange.Abort();
        }

        return Task.CompletedTask;
    }
}
