using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Fakes;

/// <summary>A clock that records waits. Time passes only by the waits of one thread, or by the test.</summary>
internal sealed class WaitedTime : FakeTimeProvider
{
    private readonly ConcurrentQueue<TimeSpan> _waits = new();

    /// <summary>All waits begun so far.</summary>
    public IReadOnlyCollection<TimeSpan> Waits => _waits;

    /// <summary>The thread whose waits end at once, by advancing the time; 0 for none.</summary>
    public int Thread { get; set; }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _waits.Enqueue(dueTime);
        ITimer timer = base.CreateTimer(callback, state, dueTime, period);
        if (Environment.CurrentManagedThreadId == Thread && dueTime > TimeSpan.Zero)
        {
            Advance(dueTime);
        }

        return timer;
    }
}
