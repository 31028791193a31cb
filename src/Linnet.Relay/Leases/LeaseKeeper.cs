using Linnet.Diagnostics;
using Linnet.Relay.Nats;
using Microsoft.Extensions.Logging;

namespace Linnet.Relay.Leases;

/// <summary>Keeps asking for the lease of one station of this node, and renews it while it has it.</summary>
/// <param name="link">The connection.</param>
/// <param name="station">The station.</param>
/// <param name="owner">This life of the station here.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Logs changes.</param>
internal sealed class LeaseKeeper(NatsLink link, string station, LeaseOwner owner, TimeProvider time, ILogger logger)
{
    private readonly LeaseStore _store = new(link.Connection, station, owner, link.Options.Replicas);
    private readonly Lease _lease = new(time.TimestampFrequency);
    private readonly LogThrottle _problems = new(time);
    private int _state;
    private ulong _revision;
    private string? _holder;

    /// <summary>Whether this node has the lease. Any thread may ask.</summary>
    internal LeaseState State => (LeaseState)Volatile.Read(ref _state);

    /// <summary>The revision of its entry when it was last renewed. Any thread may ask.</summary>
    internal ulong Revision => Volatile.Read(ref _revision);

    /// <summary>Called on the keeper's task after each change, with what it was before. Must be quick.</summary>
    internal Action<LeaseState>? Changed { get; init; }

    /// <summary>Asks until it is cancelled, and gives the lease back then.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        long openings = 0;
        try
        {
            while (true)
            {
                LinkState state = link.State;
                Follow(state, ref openings);
                await StepSafelyAsync(state, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await ReleaseAsync().ConfigureAwait(false);
        }
    }

    private void Follow(LinkState state, ref long openings)
    {
        if (!state.IsOpen)
        {
            _lease.OnClosed();
        }
        else if (state.Openings != openings)
        {
            // It may have been closed and opened since the last look.
            openings = state.Openings;
            _lease.OnClosed();
            _lease.OnOpened(time.GetTimestamp());
        }

        Tell(holder: null);
    }

    // A step that fails is one that is made again.
    private async Task StepSafelyAsync(LinkState state, CancellationToken cancellationToken)
    {
        try
        {
            await StepAsync(state, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            if (_problems.TrySay(out Unsaid unsaid))
            {
                logger.LeasesFailed(station, e.Message, unsaid);
            }

            await Task.Delay(Lease.Period, time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    private async Task StepAsync(LinkState state, CancellationToken cancellationToken)
    {
        long now = time.GetTimestamp();
        LeaseStep step = _lease.StepAt(now);
        if (step == LeaseStep.Wait)
        {
            await WaitAsync(state, now, cancellationToken).ConfigureAwait(false);
            return;
        }

        LeaseAnswer answer = step == LeaseStep.Create
            ? await _store.CreateAsync(cancellationToken).ConfigureAwait(false)
            : await _store.RenewAsync(_lease.Revision, cancellationToken).ConfigureAwait(false);
        _lease.OnAnswer(answer, now);
        Tell(answer.Holder);
        if (_store.Problem is { } problem && _problems.TrySay(out Unsaid unsaid))
        {
            logger.LeasesFailed(station, problem, unsaid);
        }
    }

    private async Task WaitAsync(LinkState state, long now, CancellationToken cancellationToken)
    {
        if (_lease.NextAt == long.MaxValue)
        {
            await state.Changed.WaitAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        using var changed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        // Task.Delay truncates to whole milliseconds.
        double ms = Math.Ceiling(time.GetElapsedTime(now, _lease.NextAt).TotalMilliseconds);
        await Task.WhenAny(state.Changed, Task.Delay(TimeSpan.FromMilliseconds(ms), time, changed.Token)).ConfigureAwait(false);
        await changed.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private void Tell(string? holder)
    {
        LeaseState before = State;
        Volatile.Write(ref _revision, _lease.Revision);
        if (_lease.State == before)
        {
            TellHolder(holder);
            return;
        }

        Volatile.Write(ref _state, (int)_lease.State);
        switch (_lease.State)
        {
            case LeaseState.Held when before == LeaseState.Standby:
                logger.LeaseTaken(station);
                break;
            case LeaseState.Standby:
                _holder = holder;
                logger.LeaseLost(station, holder ?? "another server");
                break;
        }

        Changed?.Invoke(before);
    }

    private void TellHolder(string? holder)
    {
        if (holder is not null && holder != _holder)
        {
            _holder = holder;
            logger.LeaseIsTaken(station, holder);
        }
    }

    private async Task ReleaseAsync()
    {
        if (_lease.State == LeaseState.Standby || !link.State.IsOpen)
        {
            return;
        }

        try
        {
            using var limit = new CancellationTokenSource(NatsLink.AnswerTime, time);
            await _store.ReleaseAsync(_lease.Revision, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // It runs out by itself.
            logger.LeaseNotReleased(e, station);
        }
    }
}
