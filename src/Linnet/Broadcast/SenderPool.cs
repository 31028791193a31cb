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
        Streams = options.ThrowIfInvalid().Streams;
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

    /// <summary>Listeners that hear streams, those included that have left just now.</summary>
    internal int StreamCount => _threads.Sum(t => t.StreamCount);

    /// <summary>How streams are sent.</summary>
    internal StreamOptions Streams { get; }

    /// <summary>Hands a listener over to the sender thread that has the fewest. <see cref="StreamListener.Leave"/> ends that.</summary>
    internal void AddStream(StreamListener listener) => _threads.MinBy(t => t.StreamCount)!.Add(listener);

    /// <summary>What was written to listeners that hear streams since the start.</summary>
    public StreamStatistics GetStreamStatistics()
    {
        long[] lateness = Sum(static t => t.StreamCounters.Lateness);
        return new StreamStatistics(
            StreamCount,
            _threads.Sum(t => t.StreamCounters.Writes),
            _threads.Sum(t => t.StreamCounters.Bytes),
            _threads.Sum(t => t.StreamCounters.Moves),
            _threads.Sum(t => t.StreamCounters.PacketsSkipped),
            _threads.Sum(t => t.StreamCounters.DroppedFor(DropReason.Stalled)),
            _threads.Sum(t => t.StreamCounters.DroppedFor(DropReason.Disconnected)),
            LatenessHistogram.Quantile(lateness, 0.50),
            LatenessHistogram.Quantile(lateness, 0.99),
            _threads.Max(t => t.StreamCounters.Lateness.Max));
    }

    /// <summary>Writes to streams that took less than was due, by how much sound was then under way, in the buckets of <see cref="LatenessHistogram"/>.</summary>
    public long[] GetStreamLag() => Sum(static t => t.StreamCounters.Lag);

    /// <summary>Packets by how late they left, since the start, in the buckets of <see cref="LatenessHistogram"/>.</summary>
    public long[] GetLateness() => Sum(static t => t.Counters.Lateness);

    /// <summary>What was due, sent, skipped and dropped since the start.</summary>
    public SenderStatistics GetStatistics()
    {
        long[] lateness = GetLateness();

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

    private long[] Sum(Func<SenderThread, LatenessHistogram> histogram)
    {
        long[] counts = new long[LatenessHistogram.Buckets];
        foreach (SenderThread thread in _threads)
        {
            histogram(thread).AddTo(counts);
        }

        return counts;
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
        private readonly StreamLoop _streams;
        private readonly ConcurrentQueue<StreamListener> _newStreams = new();
        private readonly long _bucketTime;
        private volatile bool _stopping;
        private int _count;
        private int _streamCount;

        public SenderThread(int number, SenderOptions options, TimeProvider time)
        {
            _time = time;
            _waiter = new DeadlineWaiter(time);
            Counters = new SenderCounters(time.TimestampFrequency);
            _loop = new SenderLoop(options, time.TimestampFrequency, Counters, item => _waiter.WakeBefore(item.DueAt));
            StreamCounters = new StreamCounters(time.TimestampFrequency);
            _streams = new StreamLoop(options.Streams, time.TimestampFrequency, StreamCounters);
            _bucketTime = (long)(StreamLoop.BucketTime.TotalSeconds * time.TimestampFrequency);
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
            // It has been written to just now: it can wait until the thread is awake anyway, if that is soon.
            Interlocked.Increment(ref _streamCount);
            _newStreams.Enqueue(listener);
            _waiter.WakeBefore(_time.GetTimestamp() + _bucketTime);
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
                next = Math.Min(next, StepStreams());
                _waiter.WaitUntil(next);
            }

            _loop.Clear();
            _streams.Clear();
            _ended.SetResult();
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
}
