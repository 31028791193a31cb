namespace Linnet.Serving;

/// <summary>The run of a protocol without a loop: other parts serve its connections.</summary>
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
