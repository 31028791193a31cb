namespace Linnet.Tests.Shared;

/// <summary>Waits for other threads and processes.</summary>
internal static class Until
{
    /// <summary>Far longer than a busy machine needs.</summary>
    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(60);

    /// <summary>Returns when the condition holds; fails the test at the limit.</summary>
    /// <param name="condition">Polled.</param>
    /// <param name="limit">How long it may take; <see langword="null"/>: a minute.</param>
    /// <param name="state">Describes the state if the condition never holds.</param>
    public static async Task TrueAsync(Func<bool> condition, TimeSpan? limit = null, Func<string>? state = null)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) >= (limit ?? HangLimit))
            {
                Assert.Fail($"The condition never came true. {state?.Invoke()}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
