using System.Net;
using System.Security.Cryptography;
using Linnet.Serving;
using Linnet.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Linnet.Server.Endpoints.Events;

/// <summary>
/// Looks at the server and tells readers what has changed: <c>server ─► one look ─► history ─► readers</c>. A look serves all readers, so
/// a reader costs no more than what is sent to it.
/// </summary>
/// <param name="services">The host's services; the server is asked for when the host has started.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class EventFeed(IServiceProvider services, TimeProvider time, ILogger<EventFeed> logger) : BackgroundService
{
    /// <summary>The time between two looks, and so between two events.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Readers at a time, and those of one address: enough for an office behind one translator.</summary>
    internal const int Most = 1024;

    internal const int MostPerAddress = 128;

    // Without readers, it looks often enough to know which track played before.
    private const int IdleTicks = 8;

    private readonly AddressQuota _quota = new(Most, MostPerAddress);
    private readonly Lock _lock = new();
    private readonly EventHistory _history = new(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4)));
    private TaskCompletionSource _changed = NewSignal();
    private long? _lookedAt;
    private int _readers;
    private bool _hasFailed;

    /// <summary>Takes a place for a reader; <see langword="null"/>: none is free. Disposing gives it back.</summary>
    internal IDisposable? TryEnter(IPAddress client)
    {
        if (!_quota.TryEnter(client))
        {
            return null;
        }

        Interlocked.Increment(ref _readers);
        return new Place(this, client);
    }

    /// <summary>The change after which a reader continues that has seen the event of this id; <see langword="null"/>: it starts.</summary>
    internal long? NumberOf(string? lastEventId)
    {
        lock (_lock)
        {
            return _history.NumberOf(lastEventId);
        }
    }

    /// <summary>
    /// The events after a change, the change they lead to, and a task that ends with the next change. No events while no look has worked.
    /// </summary>
    /// <param name="number">The last change that the reader has; <see langword="null"/>: none.</param>
    internal (IReadOnlyList<byte[]> Events, long Number, Task Next) After(long? number)
    {
        lock (_lock)
        {
            // The first reader after a pause sees the state of now.
            if (_lookedAt is not long at || time.GetElapsedTime(at) > Interval)
            {
                LookSafely();
            }

            return (_history.After(number), _history.Number, _changed.Task);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        for (int tick = 0; await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false); tick++)
        {
            if (Volatile.Read(ref _readers) > 0 || tick % IdleTicks == 0)
            {
                lock (_lock)
                {
                    LookSafely();
                }
            }
        }
    }

    // Under the lock. A fault in a look must not end the host, nor a reader.
    private void LookSafely()
    {
        try
        {
            Look();
            _hasFailed = false;
        }
        catch (Exception e)
        {
            if (!_hasFailed)
            {
                _hasFailed = true;
                logger.LookFailed(e);
            }
        }
    }

    private void Look()
    {
        _lookedAt = time.GetTimestamp();
        if (_history.Update(ServerNow.Of(services.GetRequiredService<StationServer>(), _history.Now)))
        {
            _changed.SetResult();
            _changed = NewSignal();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Place(EventFeed feed, IPAddress client) : IDisposable
    {
        public void Dispose()
        {
            Interlocked.Decrement(ref feed._readers);
            feed._quota.Leave(client);
        }
    }
}
