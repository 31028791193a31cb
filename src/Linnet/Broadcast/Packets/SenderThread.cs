using System.Collections.Concurrent;
using Linnet.Broadcast.Streams;
using Linnet.Clock;
using Microsoft.Extensions.Logging;

namespace Linnet.Broadcast.Packets;

/// <summary>A thread of a <see cref="SenderPool"/>: it owns its listeners, waits for their deadlines and sends.</summary>
internal sealed class SenderThread : IAsyncDisposable
{
    // An error that recurs on every step must not use a whole core.
    private static readonly TimeSpan FaultPause = TimeSpan.FromMilliseconds(10);

    private readonly ConcurrentQueue<Action> _commands = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DeadlineWaiter _waiter;
    private readonly TimeProvider _time;
    private readonly SenderLoop _loop;
    private readonly StreamLoop _streams;
    private readonly ILogger _logger;
    private readonly ConcurrentQueue<StreamListener> _newStreams = new();
    private readonly ManualResetEventSlim _fallback = new();
    private readonly long _bucketTime;
    private volatile bool _stopping;
    private int _count;
    private int _streamCount;

    /// <param name="number">The thread's number, for its name.</param>
    /// <param name="options">The limits for listeners.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Logs errors.</param>
    internal SenderThread(int number, SenderOptions options, TimeProvider time, ILogger logger)
    {
        _time = time;
        _logger = logger;
        _waiter = new DeadlineWaiter(time);
        Counters = new SenderCounters(time.TimestampFrequency);
        _loop = new SenderLoop(options, time.TimestampFrequency, Counters, item => _waiter.WakeBefore(item.DueAt), logger);
        StreamCounters = new StreamCounters(time.TimestampFrequency);
        _streams = new StreamLoop(options.Streams, time.TimestampFrequency, StreamCounters, logger);
        _bucketTime = StreamLoop.BucketTime.InTicks(time);
        new Thread(Run) { Name = $"linnet-send-{number}", IsBackground = true, Priority = ThreadPriority.Highest }.Start();
    }

    public SenderCounters Counters { get; }

    public StreamCounters StreamCounters { get; }

    public int Count => Volatile.Read(ref _count);

    public int StreamCount => Volatile.Read(ref _streamCount);

    public void Add(Listener listener)
    {
        Interlocked.Increment(ref _count);
        listener.OnRepairWanted = wanting => Enqueue(() => _loop.Repair(wanting, _time.GetTimestamp()));
        Enqueue(() => _loop.Add(listener, _time.GetTimestamp()));
    }

    public void Add(StreamListener listener)
    {
        // The listener was written to just now: it can wait until the thread is awake anyway, if that is soon.
        Interlocked.Increment(ref _streamCount);
        _newStreams.Enqueue(listener);
        _waiter.WakeBefore(_time.GetTimestamp() + _bucketTime);
    }

    public async Task RemoveAsync(Listener listener)
    {
        var removed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Enqueue(() =>
        {
            try
            {
                _loop.Remove(listener);
            }
            finally
            {
                removed.SetResult();
            }
        });
        await Task.WhenAny(removed.Task, _ended.Task).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        _waiter.Wake();
        await _ended.Task.ConfigureAwait(false);
        _waiter.Dispose();
        _fallback.Dispose();
    }

    private void Enqueue(Action command)
    {
        _commands.Enqueue(command);
        _waiter.Wake();
    }

    private void Run()
    {
        DeadlineWaiter.UsePreciseTimers(isLast: true);
        while (!_stopping)
        {
            try
            {
                Step();
            }
            catch (Exception e)
            {
                // The thread serves thousands of listeners: an error in one step, which none of them should be able to cause, must not end
                // any of them.
                Counters.CountFault(e, _logger);
                _fallback.Wait(FaultPause);
            }
        }

        try
        {
            _loop.Clear();
            _streams.Clear();
        }
        catch (Exception e)
        {
            Counters.CountFault(e, _logger);
        }

        _ended.SetResult();
    }

    private void Step()
    {
        while (_commands.TryDequeue(out Action? command))
        {
            command();
        }

        long next = _loop.Step(_time.GetTimestamp());
        Volatile.Write(ref _count, _loop.Count);
        next = Math.Min(next, StepStreams());
        _waiter.WaitUntil(next);
    }

    private long StepStreams()
    {
        long now = _time.GetTimestamp();
        while (_newStreams.TryDequeue(out StreamListener? listener))
        {
            _streams.Add(listener, now);
        }

        long next = _streams.Step(now);
        Volatile.Write(ref _streamCount, _streams.Count + _newStreams.Count);
        return next;
    }
}
