using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Fakes;

/// <summary>A clock that knows for how long it is waited for. Time passes by one thread's waits alone, or by the test.</summary>
internal sealed class WaitedTime : FakeTimeProvider
{
    private readonly ConcurrentQueue<TimeSpan> _waits = new();

    /// <summary>All waits that were begun.</summary>
    public IReadOnlyCollection<TimeSpan> Waits => _waits;

    /// <summary>The thread whose waits are over at once, as the time passes for which it waits; 0: none.</summary>
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
