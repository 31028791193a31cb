using Linnet.Clock;
using Linnet.Relay.Nats;
using Linnet.Relay.Wire;
using NATS.Client.Core;

namespace Linnet.Relay.Clock;

/// <summary>Follows the monotonic clock of another node by asking for it.</summary>
/// <param name="connection">The connection.</param>
/// <param name="node">The other node.</param>
/// <param name="time">The clock of this node.</param>
internal sealed class NodeClockFollower(INatsConnection connection, string node, TimeProvider time)
{
    /// <summary>Questions that come quickly, so that the clock is known soon.</summary>
    internal const int QuickQuestions = 8;

    /// <summary>The pause between quick questions.</summary>
    internal static readonly TimeSpan QuickPause = TimeSpan.FromMilliseconds(50);

    /// <summary>The pause between later ones.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly string _subject = Subjects.Clock(node);
    private readonly Lock _gate = new();
    private readonly ClockSync _sync = new();

    /// <summary>What is known of the other clock now; <see langword="null"/>: nothing yet. Any thread may ask.</summary>
    internal ClockEstimate? Read()
    {
        lock (_gate)
        {
            return _sync.Read(NodeClock.Now(time));
        }
    }

    /// <summary>Asks until it is cancelled.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        for (int asked = 0; ; asked++)
        {
            if (await AskAsync(cancellationToken).ConfigureAwait(false) is { } exchange)
            {
                lock (_gate)
                {
                    _sync.TryAdd(exchange);
                }
            }

            await Task.Delay(asked < QuickQuestions ? QuickPause : Pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<ClockExchange?> AskAsync(CancellationToken cancellationToken)
    {
        long sent = NodeClock.Now(time);
        try
        {
            NatsMsg<byte[]> message = await connection.RequestAsync<byte[], byte[]>(
                _subject, [], replyOpts: new NatsSubOpts { Timeout = NatsLink.AnswerTime }, cancellationToken: cancellationToken)
                .ConfigureAwait(false);
            long returned = NodeClock.Now(time);
            return ClockAnswer.TryRead(message.Data, out ClockAnswer answer)
                ? new ClockExchange(sent, answer.Received, answer.Replied, returned) : null;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
