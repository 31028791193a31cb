using Microsoft.Extensions.Logging;

namespace Linnet.Transports;

/// <summary>Runs the parts of a protocol that serve without each other, such as its TCP port and its UDP port.</summary>
internal static class SeparateParts
{
    /// <summary>Runs all parts until cancelled. A part that fails or ends by itself is logged, and the others continue.</summary>
    /// <param name="parts">The parts, each with its name for the log; each returns when it is cancelled.</param>
    /// <param name="logger">Told of parts that ended while others continue.</param>
    /// <param name="cancellationToken">Ends them all.</param>
    /// <exception cref="IOException">All parts have ended by themselves. What the last one throws is passed on.</exception>
    internal static async Task RunAsync(
        IReadOnlyList<(string Name, Func<CancellationToken, Task> RunAsync)> parts, ILogger logger, CancellationToken cancellationToken)
    {
        if (parts.Count == 0)
        {
            await UntilCancelled.WaitAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        List<(string Name, Task Running)> left = [.. parts.Select(part => (part.Name, StartAsync(part.RunAsync, cancellationToken)))];
        while (true)
        {
            Task ended = await Task.WhenAny(left.Select(static part => part.Running)).ConfigureAwait(false);
            if (cancellationToken.IsCancellationRequested)
            {
                break;
            }

            int index = left.FindIndex(part => part.Running == ended);
            string name = left[index].Name;
            left.RemoveAt(index);
            if (left.Count == 0)
            {
                await ended.ConfigureAwait(false);
                throw new IOException($"{name} has ended by itself.");
            }

            logger.PartFailed(ended.Exception?.GetBaseException(), name, string.Join(", ", left.Select(static part => part.Name)));
        }

        await Task.WhenAll(left.Select(static part => part.Running)).ConfigureAwait(false);
    }

    private static async Task StartAsync(Func<CancellationToken, Task> part, CancellationToken cancellationToken) =>
        await part(cancellationToken).ConfigureAwait(false);
}
