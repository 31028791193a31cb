using Linnet.Relay.Nats;

namespace Linnet.Relay.Clock;

/// <summary>The clocks of other nodes that are followed now. Owned by one task.</summary>
/// <param name="link">The connection.</param>
/// <param name="time">The clock of this node.</param>
internal sealed class NodeClocks(NatsLink link, TimeProvider time)
{
    private readonly Dictionary<(string Node, ulong Life), (NodeClockFollower Clock, CancellationTokenSource Ending)> _clocks = [];

    /// <summary>The clock of a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="life">Names one life of its program: after a restart it has another clock.</param>
    internal NodeClockFollower Of(string node, ulong life)
    {
        if (!_clocks.TryGetValue((node, life), out (NodeClockFollower Clock, CancellationTokenSource Ending) known))
        {
            known = (new NodeClockFollower(link.Connection, node, time), new CancellationTokenSource());
            _clocks.Add((node, life), known);
            _ = RunAsync(known.Clock, known.Ending.Token);
        }

        return known.Clock;
    }

    /// <summary>Follows only these from now on.</summary>
    internal void Keep(IReadOnlyCollection<NodeClockFollower> used)
    {
        foreach (((string, ulong) key, (NodeClockFollower clock, CancellationTokenSource ending)) in _clocks)
        {
            if (!used.Contains(clock))
            {
                _clocks.Remove(key);
                ending.Cancel();
            }
        }
    }

    private static async Task RunAsync(NodeClockFollower clock, CancellationToken cancellationToken)
    {
        try
        {
            await clock.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Nothing follows this node any more.
        }
    }
}
