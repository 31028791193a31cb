using Linnet.Broadcast;

namespace Linnet.Server.Hosting.Tls;

/// <summary>
/// Spreads TLS handshakes: each takes milliseconds of a processor, and those who listen need it, too. One network gets at most half of
/// them. A client that finds many before it waits. Thread-safe.
/// </summary>
/// <param name="perSecond">The most handshakes in a second.</param>
/// <param name="time">The clock.</param>
internal sealed class HandshakePace(int perSecond, TimeProvider time)
{
    /// <summary>The most handshakes in a second for each processor: about half of what it can do.</summary>
    internal const int PerProcessor = 100;

    // Networks are forgotten when they do not wait any more, and looked through when there are this many.
    private const int MaxNetworks = 1024;

    // A page opens some connections at once.
    private const int Burst = 16;

    private readonly Lock _gate = new();
    private readonly long _step = time.TimestampFrequency / perSecond;
    private readonly Dictionary<PeerAddress, long> _networks = [];
    private long _next = long.MinValue;
    private int _lookAt = MaxNetworks;

    /// <summary>Networks that are remembered.</summary>
    internal int Networks => _networks.Count;

    /// <summary>Waits for a turn.</summary>
    /// <param name="peer">The client.</param>
    /// <param name="cancellationToken">The client has left, or its time is up.</param>
    internal async ValueTask WaitAsync(PeerAddress peer, CancellationToken cancellationToken)
    {
        await WaitUntilAsync(TurnOf(peer.Network), cancellationToken).ConfigureAwait(false);
        await WaitUntilAsync(NextTurn(), cancellationToken).ConfigureAwait(false);
    }

    // First the turn within the network, so that one that has many waiting takes no turns of others.
    private long TurnOf(PeerAddress network)
    {
        long now = time.GetTimestamp();
        lock (_gate)
        {
            if (_networks.Count >= _lookAt)
            {
                foreach (PeerAddress idle in _networks.Where(n => n.Value <= now).Select(static n => n.Key).ToArray())
                {
                    _networks.Remove(idle);
                }

                _lookAt = Math.Max(MaxNetworks, 2 * _networks.Count);
            }

            long turn = Turn(_networks.GetValueOrDefault(network, long.MinValue), now);
            _networks[network] = turn + (2 * _step);
            return turn;
        }
    }

    private long NextTurn()
    {
        lock (_gate)
        {
            long turn = Turn(_next, time.GetTimestamp());
            _next = turn + _step;
            return turn;
        }
    }

    // A few may go at once after a pause.
    private long Turn(long next, long now) => Math.Max(next, now - (Burst * _step));

    private async ValueTask WaitUntilAsync(long turn, CancellationToken cancellationToken)
    {
        long wait = turn - time.GetTimestamp();
        if (wait > 0)
        {
            await Task.Delay(TimeSpan.FromSeconds((double)wait / time.TimestampFrequency), time, cancellationToken).ConfigureAwait(false);
        }
    }
}
