using System.Runtime.InteropServices;

namespace Linnet.Native;

/// <summary>The few calls of the C library that .NET does not offer. Linux only, unless stated otherwise.</summary>
internal static unsafe partial class LibC
{
    internal const int EfdNonBlock = 0x800;
    internal const int EfdCloseOnExec = 0x80000;
    internal const short PollIn = 1;
    internal const int PrSetTimerSlack = 29;
    internal const int Interrupted = 4;
    internal const int TryAgain = 11;
    internal const int TooLong = 90;
    internal const int NoBuffers = 105;
    internal const int MsgDontWait = 0x40;
    internal const int MsgNoSignal = 0x4000;
    internal const nuint SocketOutQueue = 0x5411;
    internal const short PollOut = 4;
    internal const int DuplicateCloseOnExec = 1030; // F_DUPFD_CLOEXEC

    /// <summary>The value of <see cref="FileType"/> for a named pipe (<c>S_IFIFO</c>).</summary>
    internal const int TypeOfPipe = 0x1000;

    /// <summary>The type of a file (<c>S_IFMT</c> of its mode), following links; 0 if it cannot be determined.</summary>
    internal static int FileType(string path)
    {
        const int FromWorkingFolder = -100;   // AT_FDCWD
        const uint OnlyType = 1;              // STATX_TYPE
        const int ModeOffset = 28;            // offset of stx_mode, the same on all architectures
        byte* status = stackalloc byte[256];
        return StatX(FromWorkingFolder, path, 0, OnlyType, status) == 0 ? *(ushort*)(status + ModeOffset) & 0xF000 : 0;
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    internal static partial int EventFd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "ppoll", SetLastError = true)]
    internal static partial int PPoll(PollFd* descriptors, nuint count, TimeSpec* timeout, nint signalMask);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    internal static partial nint Read(SafeHandle descriptor, void* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    internal static partial nint Write(SafeHandle descriptor, void* buffer, nuint count);

    /// <summary>Duplicates a descriptor to the lowest free number that is at least <paramref name="least"/>.</summary>
    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    internal static partial int Duplicate(SafeHandle descriptor, int command, int least);

    /// <summary>Only for the <see cref="SafeHandle"/> that owns the descriptor.</summary>
    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    internal static partial int PrCtl(int option, nuint value, nuint zero3, nuint zero4, nuint zero5);

    /// <summary>
    /// Sets the nice value of a single thread if <c>which</c> is 0, because Linux has one per thread; <c>who</c> 0 is the calling thread.
    /// </summary>
    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    internal static partial int SetPriority(int which, uint who, int nice);

    /// <summary>Sends up to 1024 datagrams. Returns the number sent, or -1 if the first one failed.</summary>
    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    internal static partial int SendMMsg(SafeHandle socket, MMsgHdr* messages, uint count, int flags);

    /// <summary>Sends one block of bytes. Returns the number of bytes taken, or -1.</summary>
    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    internal static partial nint Send(SafeHandle socket, void* bytes, nuint length, int flags);

    /// <summary>Sends several blocks of bytes. Returns the number of bytes taken, or -1.</summary>
    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    internal static partial nint SendMsg(SafeHandle socket, MsgHdr* message, int flags);

    /// <summary>
    /// Gets one int: the only form of the variadic call that is used; its calling convention is the same on Linux.
    /// </summary>
    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int IoCtl(SafeHandle descriptor, nuint request, int* value);

    [StructLayout(LayoutKind.Sequential)]
    internal struct IoVec
    {
        internal void* Base;
        internal nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct MsgHdr
    {
        internal void* Name;
        internal uint NameLength;
        internal IoVec* Vectors;
        internal nuint VectorCount;
        internal void* Control;
        internal nuint ControlLength;
        internal int Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct MMsgHdr
    {
        internal MsgHdr Header;
        internal uint Sent;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct TimeSpec
    {
        internal nint Seconds;
        internal nint Nanoseconds;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct PollFd
    {
        internal int Descriptor;
        internal short Events;
        internal short Returned;
    }
}
