namespace Linnet.Transports;

/// <summary>Runs the parts of a protocol that are of no use without each other, such as its TCP port and its UDP ports.</summary>
internal static class Together
{
    /// <summary>Runs all parts until cancelled. When one of them fails or ends by itself, the others are cancelled.</summary>
    /// <param name="parts">The parts; each returns when it is cancelled.</param>
    /// <param name="cancellationToken">Ends them all.</param>
    /// <exception cref="IOException">A part ended by itself. What a part throws is passed on.</exception>
    internal static async Task RunAsync(IReadOnlyList<Func<CancellationToken, Task>> parts, CancellationToken cancellationToken)
    {
        if (parts.Count == 0)
        {
            await UntilCancelled.WaitAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] running = [.. parts.Select(part => StartAsync(part, ending.Token))];
        Task first = await Task.WhenAny(running).ConfigureAwait(false);
        bool isAsked = cancellationToken.IsCancellationRequested;
        await ending.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // The failure of the first is the cause of the others' end.
        await first.ConfigureAwait(false);
        await Task.WhenAll(running).ConfigureAwait(false);
        if (!isAsked)
        {
            throw new IOException("A part of it has ended by itself.");
        }
    }

    private static async Task StartAsync(Func<CancellationToken, Task> part, CancellationToken cancellationToken) =>
        await part(cancellationToken).ConfigureAwait(false);
}
