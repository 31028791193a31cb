using System.Runtime.CompilerServices;
using NATS.Client.Core;

namespace Linnet.Relay.Nats;

/// <summary>Takes what arrives on a subject.</summary>
internal static class NatsAnswers
{
    /// <summary>
    /// Answers questions until it is cancelled. An answer that fails is one that the asker does not get: it asks again.
    /// </summary>
    /// <param name="link">The connection. While it is not open, nothing arrives.</param>
    /// <param name="subject">Where questions arrive.</param>
    /// <param name="answer">Answers one.</param>
    /// <param name="failed">Told about failures.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal static Task AnswerAsync(
        this NatsLink link, string subject, Func<NatsMsg<byte[]>, ValueTask> answer, Action<Exception> failed,
        CancellationToken cancellationToken) =>
        link.TakeAsync(
            subject, question => question.ReplyTo is null ? ValueTask.CompletedTask : answer(question), failed, cancellationToken);

    /// <summary>Takes messages until it is cancelled. A failure ends nothing but the one message.</summary>
    /// <param name="link">The connection. While it is not open, nothing arrives.</param>
    /// <param name="subject">Where messages arrive.</param>
    /// <param name="take">Takes one.</param>
    /// <param name="failed">Told about failures.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal static async Task TakeAsync(
        this NatsLink link, string subject, Func<NatsMsg<byte[]>, ValueTask> take, Action<Exception> failed,
        CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await link.WaitForOpenAsync(cancellationToken).ConfigureAwait(false);
                INatsSub<byte[]> messages = await link.Connection.SubscribeCoreAsync<byte[]>(
                    subject, cancellationToken: cancellationToken).ConfigureAwait(false);
                await using ConfiguredAsyncDisposable ending = messages.ConfigureAwait(false);

                // From here on the connection restores the subscription by itself.
                await foreach (NatsMsg<byte[]> message in messages.Msgs.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                {
                    await TakeOneAsync(message, take, failed).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is not ObjectDisposedException)
            {
                failed(e);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }

            await link.PauseAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static async ValueTask TakeOneAsync(
        NatsMsg<byte[]> message, Func<NatsMsg<byte[]>, ValueTask> take, Action<Exception> failed)
    {
        try
        {
            await take(message).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            failed(e);
        }
    }
}
