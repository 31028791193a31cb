using System.Runtime.InteropServices;

namespace Linnet.Native;

/// <summary>A descriptor that threads wait on and others signal. Linux only.</summary>
/// <remarks>
/// It is reference-counted: it stays open while in use, so a late signal never reaches a file that has got the same number since. Source:
/// eventfd(2).
/// </remarks>
internal sealed unsafe class EventDescriptor : SafeHandle
{
    private EventDescriptor(int descriptor)
        : base(-1, ownsHandle: true) => SetHandle(descriptor);

    /// <inheritdoc/>
    public override bool IsInvalid => handle < 0;

    /// <summary>Opens a descriptor; <see langword="null"/> if the limit of open files is reached.</summary>
    internal static EventDescriptor? TryOpen()
    {
        int descriptor = LibC.EventFd(0, LibC.EfdNonBlock | LibC.EfdCloseOnExec);
        return descriptor < 0 ? null : new EventDescriptor(descriptor);
    }

    /// <summary>
    /// Ends the current wait, or the next one. Any thread may call it at any time; does nothing once the descriptor is closed.
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
            // Closed: there is no waiter any more.
        }
    }

    /// <summary>Waits until it is signalled, and resets it, or until the timeout.</summary>
    /// <param name="timeout">The timeout; <see langword="null"/> for none.</param>
    /// <exception cref="ObjectDisposedException">The descriptor is closed.</exception>
    /// <exception cref="IOException">The system call failed.</exception>
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

    /// <summary>Waits until it is signalled, without resetting it, or until the timeout.</summary>
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

    /// <summary>Waits until a socket has input.</summary>
    /// <returns><see langword="false"/> if the descriptor was signalled, or the socket is closed.</returns>
    /// <exception cref="IOException">The system call failed.</exception>
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
