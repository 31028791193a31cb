using Linnet.Relay;
using Linnet.Relay.Nats;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests.Relay.Nats;

/// <summary>A node's connection to NATS that runs until the test ends, and what the node does meanwhile.</summary>
internal sealed class RunningLink : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending =
        CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    private readonly List<Task> _tasks = [];

    internal RunningLink(RelayOptions options, ILogger? logger = null)
    {
        Link = new NatsLink(options, TimeProvider.System, logger ?? NullLogger.Instance);
        Run(Link.RunAsync);
    }

    internal NatsLink Link { get; }

    internal LinkState State => Link.State;

    /// <summary>Runs something until the test ends.</summary>
    internal void Run(Func<CancellationToken, Task> run) => _tasks.Add(run(_ending.Token));

    internal Task OpenAsync() => Until.TrueAsync(() => State.IsOpen, state: () => State.ToString());

    /// <summary>Closes the connection as a dying process does: nothing is said any more.</summary>
    internal ValueTask AbortAsync() => Link.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        foreach (Task task in _tasks)
        {
            await task.ContinueWith(static _ => { }, TaskScheduler.Default);
        }

        await Link.DisposeAsync();
        _ending.Dispose();
    }
}
