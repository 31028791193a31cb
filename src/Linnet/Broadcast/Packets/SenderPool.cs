using Linnet.Broadcast.Streams;
using Linnet.Clock;
using Linnet.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Broadcast.Packets;

/// <summary>The sender threads. Each owns its listeners, waits for their deadlines and sends.</summary>
internal sealed class SenderPool : IAsyncDisposable
{
    private readonly SenderThread[] _threads;
    private readonly TimeProvider _time;

    /// <summary>Starts the threads; they sleep until there are listeners.</summary>
    /// <param name="options">The number of threads and the limits for listeners.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Logs errors; default none.</param>
    public SenderPool(SenderOptions options, TimeProvider time, ILogger? logger = null)
    {
        _time = time;
        Streams = options.ThrowIfInvalid().Streams;
        MaxLag = options.MaxLag;
        Memory = new SendMemory(options.MaxKernelBytes);
        _threads = [.. Enumerable.Range(0, options.Threads).Select(i => new SenderThread(i, options, time, logger ?? NullLogger.Instance))];
    }

    /// <summary>Number of listeners being served.</summary>
    public int Count => _threads.Sum(t => t.Count);

    /// <summary>
    /// Starts serving a listener, with the audio due in the last <paramref name="preRoll"/>, or from <paramref name="firstIndex"/> if
    /// given.
    /// </summary>
    /// <returns>The index in the ring of the first item it gets.</returns>
    public long Add(Listener listener, TimeSpan preRoll, long? firstIndex = null)
    {
        long now = _time.GetTimestamp();
        long first = firstIndex ?? listener.Ring.IndexAt(now, preRoll.InTicks(_time));
        listener.Next = first;
        SenderThread thread = _threads.MinBy(t => t.Count)!;
        thread.Add(listener);
        return first;
    }

    /// <summary>
    /// Starts serving a listener whose lease was just opened. Like <see cref="Add"/>; but if that lease started the rendition, the listener
    /// gets it from its first packet on, however late this call is.
    /// </summary>
    internal void AddAtOnce(Listener listener, TimeSpan preRoll)
    {
        long edge = listener.Ring.IndexAt(_time.GetTimestamp(), preRoll.InTicks(_time));
        Add(listener, preRoll, Math.Min(edge, listener.Lease.OpenedAt));
    }

    /// <summary>Stops serving a listener: nothing is sent to it after this call. Ignores a listener that is not served.</summary>
    public async ValueTask RemoveAsync(Listener listener)
    {
        foreach (SenderThread thread in _threads)
        {
            await thread.RemoveAsync(listener).ConfigureAwait(false);
        }
    }

    /// <summary>Number of listeners of streams, including those that have just left.</summary>
    internal int StreamCount => _threads.Sum(t => t.StreamCount);

    /// <summary>Counts what the kernel holds for listeners over TCP.</summary>
    internal SendMemory Memory { get; }

    /// <summary>Audio that may wait for a listener before it is moved to the live edge.</summary>
    internal TimeSpan MaxLag { get; }

    /// <summary>How streams are sent.</summary>
    internal StreamOptions Streams { get; }

    /// <summary>Gives a listener to the sender thread that has the fewest. <see cref="StreamListener.Leave"/> ends that.</summary>
    internal void AddStream(StreamListener listener) => _threads.MinBy(t => t.StreamCount)!.Add(listener);

    /// <summary>Totals of writes to listeners of streams since the start.</summary>
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
            _threads.Max(t => t.StreamCounters.Lateness.Max))
        {
            PacketsDue = _threads.Sum(t => t.StreamCounters.PacketsDue),
            PacketsSent = _threads.Sum(t => t.StreamCounters.PacketsSent),
            FailedListeners = _threads.Sum(t => t.StreamCounters.DroppedFor(DropReason.Failed)),
            StoppedListeners = _threads.Sum(
                t => t.StreamCounters.DroppedFor(DropReason.RenditionFailed) + t.StreamCounters.DroppedFor(DropReason.GaveWay)),
            LagBuckets = Sum(static t => t.StreamCounters.Lag),
        };
    }

    /// <summary>Packets due, sent, skipped and dropped since the start.</summary>
    public SenderStatistics GetStatistics()
    {
        long[] lateness = Sum(static t => t.Counters.Lateness);
        return new SenderStatistics(
            _threads.Sum(t => t.Counters.Due),
            _threads.Sum(t => t.Counters.Sent),
            _threads.Sum(t => t.Counters.Skipped),
            _threads.Sum(t => t.Counters.Refused),
            _threads.Sum(t => t.Counters.DroppedFor(DropReason.Stalled)),
            _threads.Sum(t => t.Counters.DroppedFor(DropReason.Disconnected)),
            LatenessHistogram.Quantile(lateness, 0.50),
            LatenessHistogram.Quantile(lateness, 0.99),
            _threads.Max(t => t.Counters.Lateness.Max))
        {
            FailedListeners = _threads.Sum(t => t.Counters.DroppedFor(DropReason.Failed)),
            StoppedListeners =
                _threads.Sum(t => t.Counters.DroppedFor(DropReason.RenditionFailed) + t.Counters.DroppedFor(DropReason.GaveWay)),
            Faults = _threads.Sum(t => t.Counters.Faults),
            LatenessBuckets = lateness,
        };
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

    /// <summary>Stops the threads.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (SenderThread thread in _threads)
        {
            await thread.DisposeAsync().ConfigureAwait(false);
        }
    }
}
