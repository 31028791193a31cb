using Linnet.Clock;
using Linnet.Diagnostics;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;

namespace Linnet.Relay.Nats;

/// <summary>The connection of a node to NATS. It is tried until it is open, and again when it is lost.</summary>
internal sealed class NatsLink : IAsyncDisposable
{
    /// <summary>How long an answer may take: half of what a lease lives.</summary>
    internal static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    // Far less than Lease.StandbyWait: the holder of a lease is back before the others try.
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(5);

    private readonly NatsConnection _connection;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LogThrottle _failures;
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = NewChange();
    private LinkState _state;

    /// <summary>A connection that is not open yet.</summary>
    /// <param name="options">Where to, and as whom.</param>
    /// <param name="time">The clock for pauses.</param>
    /// <param name="logger">Logs changes of the connection.</param>
    /// <exception cref="ArgumentException"><paramref name="options"/> has problems.</exception>
    internal NatsLink(RelayOptions options, TimeProvider time, ILogger logger)
    {
        Options = options.ThrowIfInvalid();
        _time = time;
        _logger = logger;
        _failures = new LogThrottle(time);
        _state = new LinkState(false, 0, null, _changed.Task);
        _connection = new NatsConnection(new NatsOpts
        {
            Url = options.Servers,
            Name = $"linnet {options.Node}",
            AuthOpts = new NatsAuthOpts { CredsFile = options.CredentialsFile, NKeyFile = options.NKeyFile },
            TlsOpts = new NatsTlsOpts { CaFile = options.CaFile },
            RequestTimeout = AnswerTime,
            CommandTimeout = AnswerTime,
            ConnectTimeout = AnswerTime,
            PingInterval = PingInterval,
            ReconnectWaitMin = FirstPause,
            ReconnectWaitMax = LongestPause,
            ReconnectJitter = FirstPause,

            // A server that is restarted with another list of users refuses for a while: that must not end the relay.
            IgnoreAuthErrorAbort = true,

            // Else what is published while the connection is lost waits, and arrives too late.
            PublishTimeoutOnDisconnected = true,
        });
        _connection.ConnectionOpened += OnOpenedAsync;
        _connection.ConnectionDisconnected += OnLostAsync;
        _connection.ServerError += OnServerErrorAsync;
    }

    /// <summary>The options.</summary>
    internal RelayOptions Options { get; }

    /// <summary>The connection, for what uses it.</summary>
    internal INatsConnection Connection => _connection;

    /// <summary>The state now. Any thread may ask.</summary>
    internal LinkState State => Volatile.Read(ref _state);

    /// <summary>Connects, and tries again until it succeeds. After that the connection restores itself. Returns when cancelled.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        var backoff = new Backoff(FirstPause, LongestPause, Random.Shared);
        try
        {
            while (!await TryConnectAsync(cancellationToken).ConfigureAwait(false))
            {
                await Task.Delay(backoff.Next(), _time, cancellationToken).ConfigureAwait(false);
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>Returns when the connection is open.</summary>
    internal async Task WaitForOpenAsync(CancellationToken cancellationToken)
    {
        for (LinkState state = State; !state.IsOpen; state = State)
        {
            await state.Changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits before something that failed is tried again. Returns early when cancelled.</summary>
    internal Task PauseAsync(CancellationToken cancellationToken) => Task.Delay(FirstPause, _time, cancellationToken)
        .ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    /// <summary>Closes the connection.</summary>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task<bool> TryConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _connection.ConnectAsync().AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Fail(NatsProblem.Of(e, Options.ShownServers));
            return false;
        }
    }

    private ValueTask OnOpenedAsync(object? sender, NatsEventArgs args)
    {
        Change(static state => state with { IsOpen = true, Openings = state.Openings + 1, Problem = null });
        _logger.NatsConnected(Options.ShownServers);
        return ValueTask.CompletedTask;
    }

    private ValueTask OnLostAsync(object? sender, NatsEventArgs args)
    {
        Change(state => state with { IsOpen = false, Problem = $"The connection to NATS at {Options.ShownServers} is lost." });
        _logger.NatsLost(Options.ShownServers);
        return ValueTask.CompletedTask;
    }

    private ValueTask OnServerErrorAsync(object? sender, NatsServerErrorEventArgs args)
    {
        switch (args.Kind)
        {
            case NatsServerErrorKind.AuthorizationViolation or NatsServerErrorKind.AuthenticationExpired
                or NatsServerErrorKind.AuthenticationRevoked or NatsServerErrorKind.AccountAuthenticationExpired:
                Fail(NatsProblem.Refused(Options.ShownServers));
                break;
            case NatsServerErrorKind.PermissionsViolation:
                Fail($"The NATS server does not allow the user of the relay what it needs: {args.Error}. Allow linnet.>, $JS.API.>, "
                    + "$KV.linnet-leases.> and _INBOX.>.");
                break;
        }

        return ValueTask.CompletedTask;
    }

    private void Fail(string problem)
    {
        Change(state => state with { Problem = problem });
        if (_failures.TrySay(out Unsaid unsaid))
        {
            _logger.NatsFailed(problem, unsaid);
        }
    }

    private void Change(Func<LinkState, LinkState> change)
    {
        TaskCompletionSource before;
        lock (_gate)
        {
            before = _changed;
            _changed = NewChange();
            Volatile.Write(ref _state, change(_state) with { Changed = _changed.Task });
        }

        before.TrySetResult();
    }
}
