namespace Linnet.Server.Tests.Load;

/// <summary>
/// A listener that joins and leaves repeatedly, with a goodbye or without, and compares what it received with what a permanent listener
/// did.
/// </summary>
internal sealed class RadioVisitor(int port, string path, RadioClient reference, int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>Number of visits.</summary>
    public int Visits { get; private set; }

    /// <summary>The first error, if any.</summary>
    public string? Fault { get; private set; }

    public async Task ComeAndGoAsync(CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            using var client = new RadioClient(port, path, keeps: 100_000);
            using var leaving = CancellationTokenSource.CreateLinkedTokenSource(over);
            leaving.CancelAfter(TimeSpan.FromMilliseconds(_random.Next(500, 6000)));
            await client.ListenAsync(TimeSpan.Zero, leaving.Token);
            Fault ??= client.WasEnded ? $"The server ended visit {Visits}." : client.Compare(reference);
            Visits++;
            if (_random.Next(2) == 0)
            {
                client.Reset();
            }

            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(300)), TimeProvider.System, over)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
