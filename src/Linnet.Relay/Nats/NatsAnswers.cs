using System.Runtime.CompilerServices;
using NATS.Client.Core;

namespace Linnet.Relay.Nats;

/// <summary>Answers questions on a subject.</summary>
internal static class NatsAnswers
{
    /// <summary>Answers until it is cancelled. An answer that fails is one that the asker does not get: it asks again.</summary>
    /// <param name="link">The connection. While it is not open, nothing arrives.</param>
    /// <param name="subject">Where questions arrive.</param>
    /// <param name="answer">Answers one.</param>
    /// <param name="failed">Told about failures.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal static async Task AnswerAsync(
        this NatsLink link, string subject, Func<NatsMsg<byte[]>, ValueTask> answer, Action<Exception> failed,
        CancellationToken cancellationToken)
    {
        bool isSubscribed = false;
        while (!isSubscribed && !cancellationToken.IsCancellationRequested)
        {
            try
            {
                await link.WaitForOpenAsync(cancellationToken).ConfigureAwait(false);
                INatsSub<byte[]> questions = await link.Connection.SubscribeCoreAsync<byte[]>(
                    subject, cancellationToken: cancellationToken).ConfigureAwait(false);
                await using ConfiguredAsyncDisposable ending = questions.ConfigureAwait(false);

                // From here on the connection restores the subscription by itself.
                isSubscribed = true;
                await foreach (NatsMsg<byte[]> question in questions.Msgs.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                {
                    await AnswerOneAsync(question, answer, failed).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (NatsException e) when (!isSubscribed)
            {
                failed(e);
            }
        }
    }

    private static async ValueTask AnswerOneAsync(
        NatsMsg<byte[]> question, Func<NatsMsg<byte[]>, ValueTask> answer, Action<Exception> failed)
    {
        try
        {
            if (question.ReplyTo is not null)
            {
                await answer(question).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            failed(e);
        }
    }
}
