using Linnet.Native;

namespace Linnet.Clock;

/// <summary>
/// Lets one thread wait for an absolute deadline with the operating system's finest timer. Other threads can end the wait early.
/// </summary>
/// <remarks>
/// On Linux it calls <c>ppoll</c> on an event descriptor, with the thread's timer slack at 1 µs: the thread wakes within tens of
/// microseconds, where <c>Task.Delay</c> takes milliseconds. On Windows it waits for a high-resolution timer, which is half a millisecond
/// late. Other systems use an event, to the millisecond, rounded up. Simulated time does not use this class: it steps the code that this
/// would wake.
/// </remarks>
internal sealed unsafe class DeadlineWaiter : IDisposable
{
    /// <summary>A deadline that never comes: wait until woken.</summary>
    public const long Never = long.MaxValue;

    // PulseAudio uses the first value, too.
    private const int NiceLast = -11;
    private const int NiceAhead = -5;

    private readonly TimeProvider _time;
    private readonly ManualResetEventSlim? _event;
    private readonly EventDescriptor? _descriptor;
    private readonly DeadlineTimer? _timer;
    private long _waitingUntil = long.MinValue;
    private long _toldBefore = Never;
    private int _woken;

    /// <summary>Creates a waiter that uses the clock of <paramref name="time"/>.</summary>
    public DeadlineWaiter(TimeProvider time)
    {
        _time = time;
        if (OperatingSystem.IsLinux())
        {
            _descriptor = EventDescriptor.TryOpen();
        }
        else if (OperatingSystem.IsWindows())
        {
            _timer = DeadlineTimer.TryOpen();
        }

        _event = _descriptor is null && _timer is null ? new ManualResetEventSlim() : null;
    }

    /// <summary>
    /// Makes the waits of the calling thread as precise as the system allows: fine timers, and a higher priority than other programs if the
    /// process may set it (root, <c>CAP_SYS_NICE</c>, or a <c>nice</c> limit). It is not a real-time class: a server with thousands of
    /// listeners must not take a core from all other programs.
    /// </summary>
    /// <param name="isLast">Whether the thread is the last one before the network or the device. Threads that work ahead for it yield to
    /// it.</param>
    public static void UsePreciseTimers(bool isLast)
    {
        if (OperatingSystem.IsLinux())
        {
            _ = LibC.PrCtl(LibC.PrSetTimerSlack, 1000, 0, 0, 0);
            _ = LibC.SetPriority(0, 0, isLast ? NiceLast : NiceAhead);
        }
        else if (OperatingSystem.IsWindows())
        {
            Thread.CurrentThread.Priority = isLast ? ThreadPriority.Highest : ThreadPriority.AboveNormal;
        }
    }

    /// <summary>Waits until <paramref name="deadline"/>, in ticks of <see cref="TimeProvider.GetTimestamp"/>, or until woken.</summary>
    /// <remarks>A wake-up before the wait ends it at once. Allocates nothing.</remarks>
    /// <exception cref="ObjectDisposedException">The waiter is disposed.</exception>
    public void WaitUntil(long deadline)
    {
        // A WakeBefore since the last wait may have come after the caller looked. Either this thread sees it here, or its caller sees this
        // wait.
        Interlocked.Exchange(ref _waitingUntil, deadline);
        deadline = Math.Min(deadline, Interlocked.Exchange(ref _toldBefore, Never));
        while (Interlocked.Exchange(ref _woken, 0) == 0)
        {
            long left = deadline == Never ? Never : deadline - _time.GetTimestamp();
            if (left <= 0)
            {
                break;
            }

            if (_descriptor is not null)
            {
                Poll(_descriptor, left);
            }
            else if (OperatingSystem.IsWindows() && _timer is not null)
            {
                _timer.Wait(left == Never ? null : DurationOf(left));
            }
            else
            {
                WaitForEvent(left);
            }
        }

        // The caller can now see whatever WakeBefore announced during the wait.
        Volatile.Write(ref _waitingUntil, long.MinValue);
        Interlocked.Exchange(ref _toldBefore, Never);
    }

    /// <summary>Ends the current wait, or the next one.</summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _woken, 1) != 0)
        {
            return;
        }

        _descriptor?.Signal();
        _event?.Set();
        if (OperatingSystem.IsWindows())
        {
            _timer?.Signal();
        }
    }

    /// <summary>Ends the current or the next wait if it would last beyond <paramref name="deadline"/>.</summary>
    /// <remarks>Call it after the work that is due then is visible to the waiting thread. It makes a system call only to end a
    /// wait.</remarks>
    public void WakeBefore(long deadline)
    {
        long told = Interlocked.Read(ref _toldBefore);
        while (deadline < told)
        {
            long seen = Interlocked.CompareExchange(ref _toldBefore, deadline, told);
            if (seen == told)
            {
                break;
            }

            told = seen;
        }

        if (deadline < Interlocked.Read(ref _waitingUntil))
        {
            Wake();
        }
    }

    /// <summary>Frees the waiter. After that, <see cref="Wake"/> does nothing and <see cref="WaitUntil"/> throws.</summary>
    public void Dispose()
    {
        _event?.Dispose();
        _descriptor?.Dispose();
        if (OperatingSystem.IsWindows())
        {
            _timer?.Dispose();
        }
    }

    private void Poll(EventDescriptor descriptor, long left)
    {
        (long seconds, long rest) = Math.DivRem(left, _time.TimestampFrequency);
        var timeout = new LibC.TimeSpec
        {
            Seconds = (nint)Math.Min(seconds, int.MaxValue),
            Nanoseconds = (nint)(rest * 1_000_000_000 / _time.TimestampFrequency),
        };
        descriptor.Wait(left == Never ? null : &timeout);
    }

    // Rounded up: a wait that is too short would be followed by another one.
    private TimeSpan DurationOf(long left)
    {
        Int128 ticks = (((Int128)left * TimeSpan.TicksPerSecond) + _time.TimestampFrequency - 1) / _time.TimestampFrequency;
        return new TimeSpan((long)Int128.Min(ticks, TimeSpan.MaxValue.Ticks));
    }

    private void WaitForEvent(long left)
    {
        double ms = Math.Ceiling(left * 1000.0 / _time.TimestampFrequency);
        _event!.Wait(left == Never || ms > int.MaxValue ? Timeout.Infinite : (int)ms);
        _event.Reset();
    }
}
