using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Clock;
using Linnet.Sources;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Stations;

/// <summary>A named live programme: a source, one timeline, and its renditions, each encoded once for all its listeners.</summary>
/// <remarks>
/// <c>source ─► history ─► rendition: channel map → resampler → blocks → encoder ─► ring</c>, all on one thread that runs ahead of the
/// station's clock. What each step does is in <see cref="StationEngine"/>, which knows no thread.
/// </remarks>
public sealed class Station : IAsyncDisposable
{
    private readonly StationEngine _engine;
    private readonly DeadlineWaiter _waiter;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>A station that rests until <see cref="RunAsync"/>.</summary>
    /// <param name="options">Its name and encodings.</param>
    /// <param name="source">Its sound; disposed with the station.</param>
    /// <param name="time">The clock; default <see cref="TimeProvider.System"/>.</param>
    /// <param name="logger">Takes its few lines; default none.</param>
    /// <exception cref="ArgumentException"><paramref name="options"/> has problems; the message lists them.</exception>
    /// <exception cref="DllNotFoundException">A codec's library is missing; the message names the package.</exception>
    public Station(StationOptions options, IAudioSource source, TimeProvider? time = null, ILogger<Station>? logger = null)
        : this(options, source, time ?? TimeProvider.System, (ILogger?)logger ?? NullLogger.Instance)
    {
    }

    internal Station(StationOptions options, IAudioSource source, TimeProvider time, ILogger logger)
    {
        options.ThrowIfInvalid();
        Name = options.Name;
        _time = time;
        _logger = logger;
        _engine = new StationEngine(options, source, _time, _logger);
        _waiter = new DeadlineWaiter(_time);
        _engine.Wanted = _waiter.Wake;
    }

    /// <summary>Its name in URLs.</summary>
    public string Name { get; }

    /// <summary>What transports see: its renditions' rings.</summary>
    public StationListing Listing => _engine.Listing;

    /// <summary>The station as it is now.</summary>
    public StationSnapshot GetSnapshot() => _engine.GetSnapshot();

    /// <summary>
    /// Plays until the source has ended and its last frame is due, the source breaks, or the caller cancels; then the rings have ended.
    /// </summary>
    /// <remarks>A source that breaks ends the station, not the caller: <see cref="StationSnapshot.Problem"/> says why.</remarks>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => Run(ended, cancellationToken)) { Name = $"linnet-{Name}", IsBackground = true }.Start();
        return ended.Task;
    }

    /// <summary>Frees encoders and source. After <see cref="RunAsync"/> has returned.</summary>
    public ValueTask DisposeAsync()
    {
        _engine.Dispose();
        _waiter.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Run(TaskCompletionSource ended, CancellationToken cancellationToken)
    {
        try
        {
            Run(cancellationToken);
        }
        catch (Exception e)
        {
            // Nothing may leave a thread: it would end the process.
            _logger.StationFailed(Name, e.Message);
        }
        finally
        {
            ended.SetResult();
        }
    }

    private void Run(CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration registration = cancellationToken.Register(_waiter.Wake);
        DeadlineWaiter.UsePreciseTimers(isLast: false);
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                long next = _engine.Step(cancellationToken);
                if (_engine.State is StationState.Ended or StationState.Failed)
                {
                    break;
                }

                _waiter.WaitUntil(next);
            }

            _engine.Finish(StationState.Ended, reason: DropReason.ServerStopped);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _engine.Finish(StationState.Ended, reason: DropReason.ServerStopped);
        }
        catch (Exception broken)
        {
            // It may be mended and started again: whoever listens is not told that this was all.
            _engine.Finish(StationState.Failed, broken.Message, DropReason.RenditionFailed);
            _logger.StationFailed(Name, broken.Message);
        }

        while (!cancellationToken.IsCancellationRequested && _time.GetTimestamp() < _engine.EndsAt)
        {
            _waiter.WaitUntil(_engine.EndsAt);
        }
    }
}
