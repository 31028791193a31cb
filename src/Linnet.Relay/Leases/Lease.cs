using Linnet.Clock;

namespace Linnet.Relay.Leases;

/// <summary>
/// Decides when a node asks for the lease of a station, and what it may rely on: at most one node has it. Pure: it reads no clock and
/// sends nothing. Call it from one thread.
/// </summary>
/// <remarks>
/// The holder renews the entry of its last renewal (its revision), so it cannot renew what another node has taken meanwhile. Without
/// an answer it keeps the lease, unconfirmed: its station plays on. It does not trust the revision any more, since a NATS server that
/// lost its memory counts from one again. Instead it creates the entry, which succeeds if none is there or its own, while the
/// others wait. Only an entry of another node takes the lease from it.
/// </remarks>
/// <param name="ticksPerSecond">Frequency of all instants.</param>
internal sealed class Lease(long ticksPerSecond)
{
    /// <summary>How long an entry lives after its last renewal.</summary>
    internal static readonly TimeSpan Duration = TimeSpan.FromSeconds(2);

    /// <summary>How often the holder renews, and how often the others try.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a node that is not the holder waits after it has reconnected: the holder reconnects, too.</summary>
    internal static readonly TimeSpan StandbyWait = TimeSpan.FromSeconds(2);

    private readonly long _period = Period.InTicks(ticksPerSecond);
    private readonly long _standbyWait = StandbyWait.InTicks(ticksPerSecond);
    private bool _isConnected;
    private bool _wasConnected;
    private long _next;

    /// <summary>Whether this node has the lease.</summary>
    internal LeaseState State { get; private set; } = LeaseState.Standby;

    /// <summary>The revision of the entry of this node; of use while it has the lease.</summary>
    internal ulong Revision { get; private set; }

    /// <summary>When there is something to do, in ticks. <see cref="long.MaxValue"/>: not before the connection is open.</summary>
    internal long NextAt => _isConnected ? _next : long.MaxValue;

    /// <summary>The connection is open: for the first time, or again.</summary>
    internal void OnOpened(long now)
    {
        _isConnected = true;
        _next = State == LeaseState.Standby && _wasConnected ? now + _standbyWait : now;
        _wasConnected = true;
    }

    /// <summary>The connection is lost.</summary>
    internal void OnClosed()
    {
        _isConnected = false;
        Doubt();
    }

    /// <summary>What to do now.</summary>
    internal LeaseStep StepAt(long now) => now < NextAt ? LeaseStep.Wait
        : State == LeaseState.Held ? LeaseStep.Renew : LeaseStep.Create;

    /// <summary>Learns the answer to a step.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="asked">When the step began: the entry may have lived since then.</param>
    internal void OnAnswer(LeaseAnswer answer, long asked)
    {
        _next = asked + _period;
        switch (answer.Outcome)
        {
            case LeaseOutcome.Granted:
                (State, Revision) = (LeaseState.Held, answer.Revision);
                break;
            case LeaseOutcome.Taken:
                State = LeaseState.Standby;
                break;
            case LeaseOutcome.Gone when State != LeaseState.Standby:
                // It ran out, or NATS lost it. Create it again at once, unless another node has.
                (State, _next) = (LeaseState.Unconfirmed, asked);
                break;
            default:
                Doubt();
                break;
        }
    }

    private void Doubt() => State = State == LeaseState.Held ? LeaseState.Unconfirmed : State;
}
