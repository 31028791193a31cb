using System.Collections.Concurrent;
using Linnet.Clock;
using Linnet.Diagnostics;

namespace Linnet.Broadcast;

/// <summary>The sender threads. Each owns its listeners, waits for deadlines by itself and sends.</summary>
public sealed class SenderPool : IAsyncDisposable
{
    private readonly SenderThread[] _threads;
    private readonly TimeProvider _time;

    /// <summary>Starts the threads; they sleep until there are listeners.</summary>
    public SenderPool(SenderOptions options, TimeProvider time)
    {
        _time = time;
        options.ThrowIfInvalid();
        _threads = [.. Enumerable.Range(0, options.Threads).Select(i => new SenderThread(i, options, time))];
    }

    /// <summary>Listeners being served.</summary>
    public int Count => _threads.Sum(t => t.Count);

    /// <summary>
    /// Starts to serve a listener, from what was due up to <paramref name="preRoll"/> ago, or from <paramref name="firstIndex"/> if given.
    /// </summary>
    /// <returns>The index in the ring of the first item it gets.</returns>
    public long Add(Listener listener, TimeSpan preRoll, long? firstIndex = null)
    {
        long now = _time.GetTimestamp();
        long first = firstIndex ?? listener.Ring.IndexAt(now, (long)(preRoll.TotalSeconds * _time.TimestampFrequency));
        listener.Next = first;
        SenderThread thread = _threads.MinBy(t => t.Count)!;
        thread.Add(listener);
        return first;
    }

    /// <summary>
    /// Starts to serve a listener whose lease was just opened: as <see cref="Add"/>, and if that lease started the rendition, from its first packet on,
    /// however late this comes.
    /// </summary>
    internal void AddAtOnce(Listener listener, TimeSpan preRoll)
    {
        long edge = listener.Ring.IndexAt(_time.GetTimestamp(), (long)(preRoll.TotalSeconds * _time.TimestampFrequency));
        Add(listener, preRoll, Math.Min(edge, listener.Lease.OpenedAt));
    }

    /// <summary>Stops serving a listener: after this nothing is sent to it. One that is not served is none of our business.</summary>
    public async ValueTask RemoveAsync(Listener listener)
    {
        foreach (SenderThread thread in _threads)
        {
            await thread.RemoveAsync(listener).ConfigureAwait(false);
        }
    }

    /// <summary>What was due, sent, skipped and dropped since the start.</summary>
    public SenderStatistics GetStatistics()
    {
        long[] lateness = new long[LatenessHistogram.Buckets];
        foreach (SenderThread thread in _threads)
        {
            thread.Counters.Lateness.AddTo(lateness);
        }

        return new SenderStatistics(
            _threads.Sum(t => t.Counters.Due),
            _threads.Sum(t => t.Counters.Sent),
            _threads.Sum(t => t.Counters.Skipped),
            _threads.Sum(t => t.Counters.Refused),
            _threads.Sum(t => t.Counters.DroppedFor(DropReason.Stalled)),
            _threads.Sum(t => t.Counters.DroppedFor(DropReason.Disconnected)),
            LatenessHistogram.Quantile(lateness, 0.50),
            LatenessHistogram.Quantile(lateness, 0.99),
            _threads.Max(t => t.Counters.Lateness.Max));
    }

    /// <summary>Ends the threads.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (SenderThread thread in _threads)
        {
            await thread.DisposeAsync().ConfigureAwait(false);
        }
    }

    private sealed class SenderThread : IAsyncDisposable
    {
        private readonly ConcurrentQueue<Action> _commands = new();
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly DeadlineWaiter _waiter;
        private readonly TimeProvider _time;
        private readonly SenderLoop _loop;
        private volatile bool _stopping;
        private int _count;

        public SenderThread(int number, SenderOptions options, TimeProvider time)
        {
            _time = time;
            _waiter = new DeadlineWaiter(time);
            Counters = new SenderCounters(time.TimestampFrequency);
            _loop = new SenderLoop(options, time.TimestampFrequency, Counters, item => _waiter.WakeBefore(item.DueAt));
            new Thread(Run) { Name = $"linnet-send-{number}", IsBackground = true, Priority = ThreadPriority.Highest }.Start();
        }

        public SenderCounters Counters { get; }

        public int Count => Volatile.Read(ref _count);

        public void Add(Listener listener)
        {
            Interlocked.Increment(ref _count);
            listener.OnRepairWanted = wanting => Enqueue(() => _loop.Repair(wanting, _time.GetTimestamp()));
            Enqueue(() => _loop.Add(listener, _time.GetTimestamp()));
        }

        public async Task RemoveAsync(Listener listener)
        {
            var removed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Enqueue(() =>
            {
                _loop.Remove(listener);
                removed.SetResult();
            });
            await Task.WhenAny(removed.Task, _ended.Task).ConfigureAwait(false);
        }

        public async ValueTask DisposeAsync()
        {
            _stopping = true;
            _waiter.Wake();
            await _ended.Task.ConfigureAwait(false);
            _waiter.Dispose();
        }

        private void Enqueue(Action command)
        {
            _commands.Enqueue(command);
            _waiter.Wake();
        }

        private void Run()
        {
            DeadlineWaiter.SharpenThisThread(isLast: true);
            while (!_stopping)
            {
                while (_commands.TryDequeue(out Action? command))
                {
                    command();
                }

                long next = _loop.Step(_time.GetTimestamp());
                Volatile.Write(ref _count, _loop.Count);
                _waiter.WaitUntil(next);
            }

            _loop.Clear();
            _ended.SetResult();
        }
    }
}
