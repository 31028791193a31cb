namespace Linnet.Server.Tests.Load;

/// <summary>
/// Tests with many sockets run alone: memory belongs to the process, and a datagram for a closed socket of one test could reach a socket of
/// another that got the same port.
/// </summary>
[CollectionDefinition(nameof(Crowds), DisableParallelization = true)]
public sealed class Crowds
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    /// <summary>Far longer than a busy machine needs.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    /// <summary>Waits until a condition holds. A test with a crowd waits for received or counted data, never for a time.</summary>
    /// <param name="isSo">Whether the condition holds. Polled.</param>
    /// <param name="state">Describes the state if it never holds.</param>
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
