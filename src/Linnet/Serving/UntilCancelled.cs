namespace Linnet.Serving;

/// <summary>What a protocol runs that has nothing to run: others serve its connections.</summary>
internal static class UntilCancelled
{
    /// <summary>Returns when it is cancelled.</summary>
    internal static async Task WaitAsync(CancellationToken cancellationToken)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration registration = cancellationToken.Register(cancelled.SetResult);
        await cancelled.Task.ConfigureAwait(false);
    }
}
