using Linnet.Relay.Nats;
using Linnet.Relay.Wire;
using NATS.Client.Core;

namespace Linnet.Relay.CatchUp;

/// <summary>Asks the origin of a station for items of a ring.</summary>
internal static class RingQuestions
{
    /// <summary>Asks once.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="station">The station.</param>
    /// <param name="rendition">The rendition.</param>
    /// <param name="question">The question.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Messages that <see cref="Batch.TryRead"/> accepts. Empty: there was no answer, so ask again later.</returns>
    internal static async Task<IReadOnlyList<byte[]>> AskAsync(
        INatsConnection connection, string station, string rendition, BatchQuestion question, CancellationToken cancellationToken)
    {
        var untilEmpty = new NatsSubOpts { StopOnEmptyMsg = true, StartUpTimeout = NatsLink.AnswerTime, IdleTimeout = NatsLink.AnswerTime };
        List<byte[]> batches = [];
        long bytes = 0;
        try
        {
            await foreach (NatsMsg<byte[]> message in connection.RequestManyAsync<byte[], byte[]>(
                Subjects.Ask(station, rendition), question.ToBytes(), replyOpts: untilEmpty, cancellationToken: cancellationToken)
                .ConfigureAwait(false))
            {
                bytes += message.Data?.Length ?? 0;
                if (!Batch.TryRead(message.Data, out _) || bytes > RingAnswer.MaxBytes + Batch.MaxLength)
                {
                    return [];
                }

                batches.Add(message.Data!);
            }
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return [];
        }

        return batches;
    }
}
