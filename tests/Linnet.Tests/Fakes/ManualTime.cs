namespace Linnet.Tests.Fakes;

/// <summary>Time that stands still until a test fires a timer, for code with several waits at once.</summary>
internal sealed class ManualTime : TimeProvider
{
    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private TaskCompletionSource _changed = new();

    // Before the clock of any system that has run for some seconds: what a test publishes by that clock is then not yet due here.
    private long _now = 10 * TimeSpan.TicksPerMinute;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Waits until there is a timer of exactly <paramref name="dueTime"/>, then lets that much time pass for it.</summary>
    internal Task FireAsync(TimeSpan dueTime) => FireAsync(dueTime, dueTime);

    /// <summary>Like <see cref="FireAsync(TimeSpan)"/>, for timers of a random length.</summary>
    internal async Task FireAsync(TimeSpan least, TimeSpan most)
    {
        while (true)
        {
            Task changed;
            ManualTimer? timer;
            lock (_lock)
            {
                changed = _changed.Task;
                timer = _timers.Find(t => t.DueTime >= least && t.DueTime <= most);
                if (timer is not null)
                {
                    _timers.Remove(timer);
                    Interlocked.Add(ref _now, timer.DueTime.Ticks);
                }
            }

            if (timer is not null)
            {
                timer.Fire();
                return;
            }

            try
            {
                await changed.WaitAsync(HangLimit, System, TestContext.Current.CancellationToken);
            }
            catch (TimeoutException)
            {
                Assert.Fail($"There is no timer of {least} to {most}.");
            }
        }
    }

    private void Set(ManualTimer timer, TimeSpan? dueTime)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _timers.Remove(timer);
            if (dueTime is TimeSpan due && due != Timeout.InfiniteTimeSpan)
            {
                timer.DueTime = due;
                _timers.Add(timer);
            }

            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.TrySetResult();
    }

    private sealed class ManualTimer(ManualTime time, Action fire) : ITimer
    {
        internal TimeSpan DueTime { get; set; }

        internal void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            time.Set(this, dueTime);
            return true;
        }

        public void Dispose() => time.Set(this, null);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
