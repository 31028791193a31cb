using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Linnet.Native;

/// <summary>An event with a fine timeout, on Windows: a thread waits on it for tenths of a millisecond, and others signal it.</summary>
/// <remarks>
/// The ordinary timers of Windows are up to 16 ms late. A high-resolution timer, from Windows 10 version 1803, is half a millisecond late;
/// on older systems an ordinary waitable timer is used. Source: CreateWaitableTimerExW, Microsoft Learn.
/// </remarks>
[SupportedOSPlatform("windows")]
internal sealed unsafe partial class DeadlineTimer : IDisposable
{
    private const uint HighResolution = 2;
    private const uint AllAccess = 0x1F0003;
    private const uint Forever = uint.MaxValue;
    private const uint Failed = uint.MaxValue;

    private readonly AutoResetEvent _event = new(false);
    private readonly SafeWaitHandle _timer;

    private DeadlineTimer(SafeWaitHandle timer) => _timer = timer;

    /// <summary>Opens a timer; <see langword="null"/> if Windows gives none.</summary>
    internal static DeadlineTimer? TryOpen() => (TryCreate(HighResolution) ?? TryCreate(0)) is { } timer ? new DeadlineTimer(timer) : null;

    /// <summary>Ends the current wait, or the next one. Does nothing once the timer is closed.</summary>
    internal void Signal()
    {
        try
        {
            _ = _event.Set();
        }
        catch (ObjectDisposedException)
        {
            // Closed: there is no waiter any more.
        }
    }

    /// <summary>Waits until it is signalled, and resets it, or until the time is over.</summary>
    /// <param name="time">The time; <see langword="null"/>: no limit.</param>
    /// <exception cref="ObjectDisposedException">The timer is closed.</exception>
    /// <exception cref="IOException">The system call failed.</exception>
    internal void Wait(TimeSpan? time)
    {
        bool isEventHeld = false;
        bool isTimerHeld = false;
        SafeWaitHandle signalled = _event.SafeWaitHandle;
        try
        {
            signalled.DangerousAddRef(ref isEventHeld);
            _timer.DangerousAddRef(ref isTimerHeld);
            nint* handles = stackalloc nint[2] { signalled.DangerousGetHandle(), _timer.DangerousGetHandle() };
            uint count = 1;
            if (time is TimeSpan limit)
            {
                // Negative: from now. Setting it again resets it.
                long due = -Math.Max(limit.Ticks, 1);
                if (SetTimer(handles[1], &due, 0, 0, 0, 0) == 0)
                {
                    throw new IOException($"Waiting for a deadline failed (error {Marshal.GetLastPInvokeError()}).");
                }

                count = 2;
            }

            if (WaitForMultiple(count, handles, 0, Forever) == Failed)
            {
                throw new IOException($"Waiting for a deadline failed (error {Marshal.GetLastPInvokeError()}).");
            }
        }
        finally
        {
            if (isTimerHeld)
            {
                _timer.DangerousRelease();
            }

            if (isEventHeld)
            {
                signalled.DangerousRelease();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _event.Dispose();
        _timer.Dispose();
    }

    private static SafeWaitHandle? TryCreate(uint flags)
    {
        nint handle = CreateTimer(0, 0, flags, AllAccess);
        return handle == 0 ? null : new SafeWaitHandle(handle, ownsHandle: true);
    }

    [LibraryImport("kernel32.dll", EntryPoint = "CreateWaitableTimerExW", SetLastError = true)]
    private static partial nint CreateTimer(nint security, nint name, uint flags, uint access);

    [LibraryImport("kernel32.dll", EntryPoint = "SetWaitableTimer", SetLastError = true)]
    private static partial int SetTimer(nint timer, long* due, int period, nint routine, nint argument, int wakesMachine);

    [LibraryImport("kernel32.dll", EntryPoint = "WaitForMultipleObjects", SetLastError = true)]
    private static partial uint WaitForMultiple(uint count, nint* handles, int waitsForAll, uint milliseconds);
}
