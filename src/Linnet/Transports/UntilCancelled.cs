namespace Linnet.Transports;

/// <summary>The run of what has no loop of its own, such as a protocol whose connections another part serves.</summary>
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
