using Microsoft.Extensions.Time.Testing;

namespace Linnet.Tests.Fakes;

/// <summary>Simulated time for code with one wait at a time: it jumps to the end of each wait.</summary>
internal sealed class JumpingTime : FakeTimeProvider
{
    /// <summary>Added to every jump, like a machine that wakes late.</summary>
    internal TimeSpan Lateness { get; set; }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            ThreadPool.UnsafeQueueUserWorkItem(_ => Advance(dueTime + Lateness), null);
        }

        return timer;
    }
}
