using System.Globalization;

namespace Linnet.Server.Endpoints.Events;

/// <summary>Sends the events to one reader, until it leaves or is too slow.</summary>
/// <param name="feed">The events.</param>
/// <param name="time">The clock.</param>
internal sealed class EventReader(EventFeed feed, TimeProvider time)
{
    /// <summary>The time without events after which a comment is sent, so that the way to the reader stays open.</summary>
    internal static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <summary>How long one write may take. A reader that is slower is dropped; it may come back.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // A crowd that has lost its server comes back over some seconds.
    private const int ShortestRetryMs = 2000;
    private const int RetrySpreadMs = 2000;

    private static readonly byte[] Comment = ":\n\n"u8.ToArray();

    /// <summary>Sends the events.</summary>
    /// <param name="output">Where they go.</param>
    /// <param name="lastEventId">The id of the last event that the reader has; <see langword="null"/>: none.</param>
    /// <param name="cancellationToken">The reader left, or the server stops.</param>
    internal async Task RunAsync(Stream output, string? lastEventId, CancellationToken cancellationToken)
    {
        using var slow = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, slow.Token);
        long? number = feed.NumberOf(lastEventId);
        try
        {
            int retryMs = ShortestRetryMs + Random.Shared.Next(RetrySpreadMs);
            await SendAsync([System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"retry: {retryMs}\n\n"))])
                .ConfigureAwait(false);
            while (true)
            {
                (IReadOnlyList<byte[]> events, number, Task next) = feed.After(number);
                await SendAsync(events).ConfigureAwait(false);
                await SendCommentsUntilAsync(next).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The end of every reader.
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Its connection is lost.
        }

        async Task SendCommentsUntilAsync(Task next)
        {
            while (true)
            {
                try
                {
                    await next.WaitAsync(KeepAlive, time, over.Token).ConfigureAwait(false);
                    return;
                }
                catch (TimeoutException)
                {
                    await SendAsync([Comment]).ConfigureAwait(false);
                }
            }
        }

        async Task SendAsync(IReadOnlyList<byte[]> parts)
        {
            slow.CancelAfter(Patience);
            foreach (byte[] part in parts)
            {
                await output.WriteAsync(part, over.Token).ConfigureAwait(false);
            }

            await output.FlushAsync(over.Token).ConfigureAwait(false);
            slow.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }
}
