namespace Linnet.Server.Tests.Load;

/// <summary>
/// Tests with many sockets run alone: memory is the process's, and a datagram for a listener of one that has closed its socket could reach
/// whoever got its port in another.
/// </summary>
[CollectionDefinition(nameof(Crowds), DisableParallelization = true)]
public sealed class Crowds
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    /// <summary>Far more than a busy machine needs.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    /// <summary>Waits until something is so. A test with a crowd waits for what was heard or counted, never for a time.</summary>
    /// <param name="isSo">Whether it is. Asked again and again.</param>
    /// <param name="state">What to say of it if it never is.</param>
    public static async Task UntilAsync(Func<bool> isSo, Func<string>? state = null)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        late.CancelAfter(Limit);
        while (!isSo())
        {
            await Task.Delay(Look, TimeProvider.System, late.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Assert.False(late.IsCancellationRequested, $"After {Limit.TotalMinutes} minutes it was still not so. {state?.Invoke()}");
        }
    }
}
