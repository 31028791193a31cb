using Linnet.Broadcast.Packets;
using Linnet.Clock;
using Microsoft.Extensions.Logging;

namespace Linnet.Stations;

/// <summary>The thread of a station: steps it when it is due, and ends it when its source fails or the caller cancels.</summary>
/// <param name="station">The station to run. Its renditions wake the thread when one is wanted.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told if the station stops.</param>
internal sealed class StationThread(Station station, TimeProvider time, ILogger logger) : IDisposable
{
    private readonly DeadlineWaiter _waiter = new(time);

    /// <summary>Wakes the thread to step the station now. Any thread may call it.</summary>
    internal void Wake() => _waiter.Wake();

    /// <summary>Runs the thread until the station has ended and its last frame is due, or the caller cancels.</summary>
    internal Task RunAsync(CancellationToken cancellationToken)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => Run(ended, cancellationToken)) { Name = $"linnet-{station.Name}", IsBackground = true }.Start();
        return ended.Task;
    }

    /// <summary>To be called after the thread has ended.</summary>
    public void Dispose() => _waiter.Dispose();

    private void Run(TaskCompletionSource ended, CancellationToken cancellationToken)
    {
        try
        {
            Run(cancellationToken);
        }
        catch (Exception e)
        {
            // An exception that leaves a thread would end the process.
            logger.StationFailed(station.Name, e.Message);
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
                long next = station.Step(cancellationToken);
                if (station.State is StationState.Ended or StationState.Failed)
                {
                    break;
                }

                _waiter.WaitUntil(next);
            }

            station.Finish(StationState.Ended, reason: station.StopReason);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            station.Finish(StationState.Ended, reason: station.StopReason);
        }
        catch (Exception broken)
        {
            // The source may be repaired and started again, so listeners are not told that the station is over.
            station.Finish(StationState.Failed, broken.Message, DropReason.RenditionFailed);
            logger.StationFailed(station.Name, broken.Message);
        }

        while (!cancellationToken.IsCancellationRequested && time.GetTimestamp() < station.EndsAt)
        {
            _waiter.WaitUntil(station.EndsAt);
        }
    }
}
