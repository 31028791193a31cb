using System.Runtime.InteropServices;

namespace Linnet.Native;

/// <summary>A descriptor that threads wait for and others signal. Linux only.</summary>
/// <remarks>
/// It is counted: whoever uses it keeps it open, so that a signal that comes too late never reaches a file that has got the same number
/// since. Source: eventfd(2).
/// </remarks>
internal sealed unsafe class EventDescriptor : SafeHandle
{
    private EventDescriptor(int descriptor)
        : base(-1, ownsHandle: true) => SetHandle(descriptor);

    /// <inheritdoc/>
    public override bool IsInvalid => handle < 0;

    /// <summary>Opens one; <see langword="null"/> if there is none to be had: the limit of open files is reached.</summary>
    internal static EventDescriptor? TryOpen()
    {
        int descriptor = LibC.EventFd(0, LibC.EfdNonBlock | LibC.EfdCloseOnExec);
        return descriptor < 0 ? null : new EventDescriptor(descriptor);
    }

    /// <summary>
    /// Ends the wait that is under way, or the next one. Any thread may call, at any time: once it is closed, that does nothing.
    /// </summary>
    internal void Signal()
    {
        try
        {
            ulong one = 1;
            _ = LibC.Write(this, &one, sizeof(ulong));
        }
        catch (ObjectDisposedException)
        {
            // Nobody waits any more.
        }
    }

    /// <summary>Waits until it is signalled, which this takes back, or the time is over.</summary>
    /// <param name="timeout">How long; <see langword="null"/>: until it is signalled.</param>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    /// <exception cref="IOException">The system does not wait.</exception>
    internal void Wait(LibC.TimeSpec* timeout)
    {
        bool isHeld = false;
        try
        {
            DangerousAddRef(ref isHeld);
            var descriptor = new LibC.PollFd { Descriptor = (int)handle, Events = LibC.PollIn };
            if (LibC.PPoll(&descriptor, 1, timeout, 0) > 0)
            {
                ulong count;
                _ = LibC.Read(this, &count, sizeof(ulong));
            }
            else if (Marshal.GetLastPInvokeError() is not (0 or LibC.Interrupted))
            {
                throw new IOException($"Waiting for a deadline failed (errno {Marshal.GetLastPInvokeError()}).");
            }
        }
        finally
        {
            if (isHeld)
            {
                DangerousRelease();
            }
        }
    }

    /// <summary>Waits until it is signalled, which stays, or the time is over.</summary>
    /// <returns>Whether it is signalled.</returns>
    internal bool IsSignalledWithin(TimeSpan time)
    {
        bool isHeld = false;
        try
        {
            DangerousAddRef(ref isHeld);
            var descriptor = new LibC.PollFd { Descriptor = (int)handle, Events = LibC.PollIn };
            var timeout = new LibC.TimeSpec { Seconds = (nint)time.TotalSeconds, Nanoseconds = time.Milliseconds * 1_000_000 };
            return LibC.PPoll(&descriptor, 1, &timeout, 0) > 0;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
        finally
        {
            if (isHeld)
            {
                DangerousRelease();
            }
        }
    }

    /// <summary>Waits until something has come to a socket.</summary>
    /// <returns><see langword="false"/>: this was signalled, or the socket is closed.</returns>
    /// <exception cref="IOException">The system does not wait.</exception>
    internal bool WaitForInput(SafeHandle socket)
    {
        (bool isHeld, bool isSocketHeld) = (false, false);
        try
        {
            DangerousAddRef(ref isHeld);
            socket.DangerousAddRef(ref isSocketHeld);
            LibC.PollFd* descriptors = stackalloc LibC.PollFd[2];
            descriptors[0] = new LibC.PollFd { Descriptor = (int)handle, Events = LibC.PollIn };
            descriptors[1] = new LibC.PollFd { Descriptor = (int)socket.DangerousGetHandle(), Events = LibC.PollIn };
            while (LibC.PPoll(descriptors, 2, null, 0) < 0)
            {
                if (Marshal.GetLastPInvokeError() is not LibC.Interrupted)
                {
                    throw new IOException($"Waiting for a datagram failed (errno {Marshal.GetLastPInvokeError()}).");
                }
            }

            return descriptors[0].Returned == 0;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            if (isSocketHeld)
            {
                socket.DangerousRelease();
            }

            if (isHeld)
            {
                DangerousRelease();
            }
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => LibC.Close((int)handle) == 0;
}
